"""What a monitoring job needs, whichever of the five ways it was described."""

from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.state import Document

_NETWORK_FLAGS = {"EnableInterContainerTrafficEncryption": False, "EnableNetworkIsolation": False}
DEFAULT_MAX_RUNTIME = 3600


@dataclass(frozen=True)
class MonitoringJob:
    """One view on the four kinds of job definition and on a schedule's inline definition.

    Args:
        monitoring_type: ``DataQuality``, ``ModelQuality``, ``ModelBias`` or ``ModelExplainability``.
        application: The AppSpecification.
        baseline: The BaselineConfig, maybe empty.
        source: The JobInput: EndpointInput or BatchTransformInput, maybe GroundTruthS3Input.
        output: The one MonitoringOutput's S3Output.
        kms_key_id: Key of the output.
        cluster: ClusterConfig.
        network: NetworkConfig, maybe empty.
        role_arn: Role of the job.
        max_runtime: Seconds.
        environment: The user's variables.
    """

    monitoring_type: str
    application: Document
    baseline: Document
    source: Document
    output: Document
    kms_key_id: str | None
    cluster: Document
    network: Document
    role_arn: str
    max_runtime: int
    environment: dict[str, str]

    @property
    def endpoint_name(self) -> str | None:
        """The endpoint whose capture is analysed; None for batch transform."""
        name: str | None = self.source.get("EndpointInput", {}).get("EndpointName")
        return name

    @property
    def data(self) -> Document:
        """The EndpointInput or the BatchTransformInput."""
        found: Document = self.source.get("EndpointInput") or self.source["BatchTransformInput"]
        return found

    @property
    def local_path(self) -> str:
        """Where the container finds the data."""
        path: str = self.data["LocalPath"]
        return path.rstrip("/")

    @property
    def needs_labels(self) -> bool:
        """Whether labels are merged with the captures first."""
        return "GroundTruthS3Input" in self.source

    @classmethod
    def of_definition(cls, monitoring_type: str, definition: Document) -> "MonitoringJob":
        """The view on a job definition."""
        prefix = monitoring_type
        application = definition[f"{prefix}AppSpecification"]
        return cls(
            monitoring_type=monitoring_type,
            application=application,
            baseline=definition.get(f"{prefix}BaselineConfig", {}),
            source=definition[f"{prefix}JobInput"],
            environment=application.get("Environment", {}),
            **_common(definition, definition[f"{prefix}JobOutputConfig"], definition["JobResources"]),
        )

    @classmethod
    def inline(cls, definition: Document) -> "MonitoringJob":
        """The view on a schedule's own MonitoringJobDefinition, which is of data quality."""
        return cls(
            monitoring_type="DataQuality",
            application=definition["MonitoringAppSpecification"],
            baseline=definition.get("BaselineConfig", {}),
            source=definition["MonitoringInputs"][0],
            environment=definition.get("Environment", {}),
            **_common(definition, definition["MonitoringOutputConfig"], definition["MonitoringResources"]),
        )


def with_defaults(value: Any) -> Any:
    """A definition with what the service fills in, seen on live read-backs.

    That `NetworkConfig` reads back with both flags was not seen, but the SDK's `attach` relies on it.
    """
    if isinstance(value, list):
        return [with_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    filled = {name: with_defaults(member) for name, member in value.items()}
    for name in ("EndpointInput", "BatchTransformInput"):
        if name in filled:
            filled[name] = {"S3InputMode": "File", "S3DataDistributionType": "FullyReplicated", **filled[name]}
    if "NetworkConfig" in filled:
        filled["NetworkConfig"] = {**_NETWORK_FLAGS, **filled["NetworkConfig"]}
    if "MonitoringOutputs" in filled:
        filled["MonitoringOutputs"] = [
            {**output, "S3Output": {"S3UploadMode": "EndOfJob", **output["S3Output"]}}
            for output in filled["MonitoringOutputs"]
        ]
    return filled


def _common(definition: Document, output: Document, resources: Document) -> dict[str, Any]:
    return {
        "output": output["MonitoringOutputs"][0]["S3Output"],
        "kms_key_id": output.get("KmsKeyId"),
        "cluster": resources["ClusterConfig"],
        "network": definition.get("NetworkConfig", {}),
        "role_arn": definition["RoleArn"],
        "max_runtime": definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME),
    }
