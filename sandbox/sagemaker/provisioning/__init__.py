"""The ``AWS::SageMaker::*`` resource types of CloudFormation."""

from sandbox.sagemaker.provisioning.handlers import install

__all__ = ["install"]
