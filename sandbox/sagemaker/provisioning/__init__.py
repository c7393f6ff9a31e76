"""The ``AWS::SageMaker::*`` resource types of CloudFormation."""

from sandbox.sagemaker.provisioning.handlers import install, reset

__all__ = ["install", "reset"]
