"""Finds out in an AWS account what AWS's documentation does not say about SageMaker Model Monitor.

``python -m account_check`` takes its steps with the caller's credentials, cheapest first, deletes what it made and
writes what it found as a JSON contract (`account_check.contract`). It runs in the same way against the sandbox.

Guide: docs/verify-account.md.
"""
