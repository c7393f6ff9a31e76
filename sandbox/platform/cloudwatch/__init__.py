"""CloudWatch metrics and alarms that behave as AWS documents them, on the sandbox's clock.

MiniStack keeps the data and speaks the protocols; what an alarm decides, when, and what follows from it is ours.
"""
