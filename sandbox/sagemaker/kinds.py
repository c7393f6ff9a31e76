"""The kinds of resource that the service keeps: how each is named, found and missed."""

from dataclasses import dataclass

from sandbox import seams
from sandbox.errors import AwsError


@dataclass(frozen=True)
class Kind:
    """One kind of SageMaker resource.

    Args:
        operation: What follows the verb in operation names: ``CreateModel`` has ``Model``.
        arn_path: The resource type inside the ARN.
        label: What AWS calls it in error messages.
    """

    operation: str
    arn_path: str
    label: str

    @property
    def name_member(self) -> str:
        """The request member that holds the name."""
        return "JobDefinitionName" if self.is_job_definition else f"{self.operation}Name"

    @property
    def arn_member(self) -> str:
        """The response member that holds the ARN."""
        return "JobDefinitionArn" if self.is_job_definition else f"{self.operation}Arn"

    @property
    def is_job_definition(self) -> bool:
        """Whether this is one of the four immutable monitoring job definitions."""
        return self.operation.endswith("JobDefinition")

    def arn(self, name: str) -> str:
        """The ARN of the resource in the account and region at hand; AWS lower-cases the name inside it.

        Model packages may be named by their ARN, which is given back as it is.
        """
        if name.startswith("arn:"):
            return name
        return f"arn:aws:sagemaker:{seams.region()}:{seams.account_id()}:{self.arn_path}/{name.lower()}"

    def missing(self, name: str) -> AwsError:
        """What AWS answers to a call on a resource that does not exist."""
        if self in (PROCESSING_JOB, TRANSFORM_JOB):
            return AwsError("ValidationException", f"Could not find requested job with name: {name}")
        if self in (MODEL_PACKAGE, MODEL_PACKAGE_GROUP):
            title = "ModelPackage" if self is MODEL_PACKAGE else "ModelPackageGroup"
            return AwsError("ValidationException", f"{title} {self.arn(name)} does not exist.")
        if self is MONITORING_SCHEDULE or self.is_job_definition:
            return AwsError("ResourceNotFound", f"{self.label} {self.arn(name)} not found")
        return AwsError("ValidationException", f'Could not find {self.label} "{self.arn(name)}".')

    def already_exists(self, name: str) -> AwsError:
        """What AWS answers when the name is taken."""
        if self in (PROCESSING_JOB, TRANSFORM_JOB):
            return AwsError(
                "ResourceInUse",
                "Job name must be unique within an AWS account and region, and a job with this name already exists "
                f"({self.arn(name)})",
            )
        if self is MONITORING_SCHEDULE or self.is_job_definition:
            return AwsError("ResourceInUse", f"{self.label} {self.arn(name)} already exists")
        return AwsError("ValidationException", f'Cannot create already existing {self.label} "{self.arn(name)}".')


MODEL = Kind("Model", "model", "model")
ENDPOINT_CONFIG = Kind("EndpointConfig", "endpoint-config", "endpoint configuration")
ENDPOINT = Kind("Endpoint", "endpoint", "endpoint")
PROCESSING_JOB = Kind("ProcessingJob", "processing-job", "processing job")
TRANSFORM_JOB = Kind("TransformJob", "transform-job", "transform job")
MODEL_PACKAGE_GROUP = Kind("ModelPackageGroup", "model-package-group", "model package group")
MODEL_PACKAGE = Kind("ModelPackage", "model-package", "model package")
MONITORING_SCHEDULE = Kind("MonitoringSchedule", "monitoring-schedule", "Monitoring Schedule")
JOB_DEFINITIONS = {
    "DataQuality": Kind("DataQualityJobDefinition", "data-quality-job-definition", "Data Quality Job Definition"),
    "ModelQuality": Kind("ModelQualityJobDefinition", "model-quality-job-definition", "Model Quality Job Definition"),
    "ModelBias": Kind("ModelBiasJobDefinition", "model-bias-job-definition", "Model Bias Job Definition"),
    "ModelExplainability": Kind(
        "ModelExplainabilityJobDefinition",
        "model-explainability-job-definition",
        "Model Explainability Job Definition",
    ),
}
"""Monitoring type (``MonitoringType`` of the API) to the kind of its job definition."""

KINDS = (
    MODEL,
    ENDPOINT_CONFIG,
    ENDPOINT,
    PROCESSING_JOB,
    TRANSFORM_JOB,
    MODEL_PACKAGE_GROUP,
    MODEL_PACKAGE,
    MONITORING_SCHEDULE,
    *JOB_DEFINITIONS.values(),
)
