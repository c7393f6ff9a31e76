"""`model-monitor`: looks after monitors that are deployed, from a terminal.

It needs the extra `cli`, works with the credentials that the AWS CLI would use, and against the sandbox with the same
code. It imports neither the CDK nor the construct library.
"""
