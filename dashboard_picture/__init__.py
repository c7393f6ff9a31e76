"""Draws a CloudWatch dashboard as a picture, from its own definition and its metrics: `python -m dashboard_picture`.

CloudWatch draws graphs itself (`GetMetricWidgetImage`), one at a time and only in AWS. This draws a whole dashboard,
also one that is deployed into the embedded AWS.
"""
