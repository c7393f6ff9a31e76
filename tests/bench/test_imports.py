"""Which modules of the CDK an app with monitors imports: the largest ones take longer than all that it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
import aws_cdk as cdk
from bench.apps import add_endpoint
add_endpoint(cdk.App(), 0, 4)
print(*[name.split(".")[1] for name in sys.modules if name.startswith("aws_cdk.aws_")])
"""
_LARGE = {"aws_athena", "aws_chatbot", "aws_ec2", "aws_ecs", "aws_glue", "aws_lambda", "aws_sagemaker"}


def test_monitors_import_none_of_the_largest_modules() -> None:
    root = Path(__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=root, capture_output=True, text=True, check=True)
    imported = set(answer.stdout.split())
    assert "aws_iam" in imported
    assert not imported & _LARGE
