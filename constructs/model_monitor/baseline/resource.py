"""The custom resource that makes a baseline during the deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsii
from aws_cdk import (
    CfnOutput,
    CustomResource,
    ITaggableV2,
    Stack,
    TagManager,
    TagType,
    Token,
    aws_iam as iam,
    aws_kms as kms,
)
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.baseline.provider import BaselineProvider
from model_monitor.baseline.source import BaselineSource
from model_monitor.internal.lazy import canonical_json, lazy_json
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.s3_location import S3Location

# CloudFormation waits an hour for a custom resource. What is left pays for the start of the machines.
LIMIT_OF_ONE_JOB = 50 * 60
LIMIT_OF_EACH_OF_TWO_JOBS = 22 * 60
_RESOURCE_TYPE = "Custom::ModelMonitorBaseline"


@dataclass(frozen=True)
class BaselineJob:
    """How a baseline is computed: with the settings of the monitor that it is for.

    Attributes:
        name: Base of the names of processing jobs.
        monitor_type: Kind of monitor.
        endpoint_name: For messages; none for batch transform.
        output: Where files are kept; owned by this baseline alone.
        role: Role of the job.
        image_uri: The analysis.
        compute: Machines.
        network: Network.
        security_group_ids: Of the network, when it has a VPC.
        encryption_key: Key of the job's output and disks.
        environment: The user's own variables.
        preprocessor: Script that the job runs on every record.
        postprocessor: Script that the job runs at its end.
        tags: Of the job.
        dimensions: Dimensions of the monitor's own metrics.
    """

    name: str
    monitor_type: str
    endpoint_name: str | None
    output: S3Location
    role: iam.IRole
    image_uri: str
    compute: MonitorCompute
    network: MonitorNetwork
    security_group_ids: Sequence[str]
    encryption_key: kms.IKey | None
    environment: Mapping[str, str]
    preprocessor: S3Location | None
    postprocessor: S3Location | None
    tags: Mapping[str, str]
    dimensions: Mapping[str, str]


@jsii.implements(ITaggableV2)
class BaselineFiles(Construct):
    """The custom resource that makes a baseline during the deployment and fails it with the reason.

    Each kind of monitor has a subclass, which says what the function is told beyond the job.

    Attributes:
        constraints_uri: Effective constraints: the suggested ones with the overrides applied.
        version: Changes with the dataset and everything else that the files depend on, except overrides.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        source: BaselineSource,
        job: BaselineJob,
        documents: Mapping[str, Any],
        named: Mapping[str, Callable[[], Any]],
        job_limit_seconds: int = LIMIT_OF_ONE_JOB,
    ) -> None:
        """Makes the resource.

        Args:
            scope: Parent.
            id: Construct id.
            source: Where the baseline comes from.
            job: How it is computed.
            documents: Properties of this kind of baseline: name to JSON document.
            named: Further ones, which are complete only when the template is written and change no file.
            job_limit_seconds: What one processing job may take at most.
        """
        super().__init__(scope, id)
        self._job = job
        self._tag_manager = TagManager(TagType.KEY_VALUE, _RESOURCE_TYPE, dict(job.tags))
        self._source = source
        self._documents = documents
        self._job_limit_seconds = job_limit_seconds
        provider = BaselineProvider.of(self)
        self._grant(provider)
        self._resource = CustomResource(
            self,
            "Resource",
            service_token=provider.service_token,
            resource_type=_RESOURCE_TYPE,
            pascal_case_properties=False,
            properties=self._properties(named),
        )
        # Without these the job could start before its permissions exist, or outlive them when the stack is deleted.
        for role in (job.role, *(function.role for function in provider.functions)):
            if role is not None:
                self._resource.node.add_dependency(role)
        self.constraints_uri = self._attribute("ConstraintsUri")
        self.version = self._attribute("Fingerprint")
        CfnOutput(self, "Constraints", value=self.constraints_uri, description="Effective constraints of the monitor")

    @property
    @jsii.member(jsii_name="cdkTagManager")
    def cdk_tag_manager(self) -> TagManager:
        """Takes what `Tags.of(...)` adds; the processing job gets it."""
        return self._tag_manager

    @property
    def content(self) -> str:
        """Changes with everything known at synthesis that the files depend on."""
        job = self._job
        scripts = [script and script.uri for script in (job.preprocessor, job.postprocessor)]
        return canonical_json(self, [self._source.document, dict(self._documents), scripts])

    def _attribute(self, name: str) -> str:
        return self._resource.get_att_string(name)

    def _number_attribute(self, name: str) -> float:
        return Token.as_number(self._resource.get_att(name))

    def _properties(self, named: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        job, stack = self._job, Stack.of(self)
        properties: dict[str, Any] = {
            "Name": job.name,
            "Endpoint": job.endpoint_name,
            "MonitorType": job.monitor_type,
            "Source": stack.to_json_string(self._source.document),
            "OutputUri": job.output.uri,
            "OutputKmsKeyId": job.encryption_key.key_arn if job.encryption_key else None,
            **{
                name: None if document is None else stack.to_json_string(document)
                for name, document in self._documents.items()
            },
            **{name: lazy_json(self, produce) for name, produce in named.items()},
            "Tags": lazy_json(self, self._job_tags),
            "DeploymentMetric": stack.to_json_string(
                {"Namespace": metrics.OWN_NAMESPACE, "Dimensions": dict(job.dimensions)}
            ),
            **(self._job_properties() if self._source.needs_job else {}),
        }
        return {name: value for name, value in properties.items() if value is not None}

    def _job_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in sorted(self._tag_manager.tag_values().items())]

    def _job_properties(self) -> dict[str, Any]:
        job, stack = self._job, Stack.of(self)
        volume_key = job.compute.disk_key(job.encryption_key)
        network: dict[str, Any] = {
            "EnableNetworkIsolation": job.network.isolation,
            "EnableInterContainerTrafficEncryption": job.network.encrypt_traffic,
        }
        if job.network.vpc is not None:
            network["VpcConfig"] = {
                "Subnets": job.network.subnet_ids,
                "SecurityGroupIds": list(job.security_group_ids),
            }
        compute: dict[str, Any] = {
            "InstanceType": job.compute.instance_type,
            "InstanceCount": job.compute.instance_count,
            "VolumeSizeInGB": job.compute.volume_size.to_gibibytes(),
            **({"VolumeKmsKeyId": volume_key.key_arn} if volume_key else {}),
        }
        return {
            "RoleArn": job.role.role_arn,
            "ImageUri": job.image_uri,
            "Compute": stack.to_json_string(compute),
            "Network": stack.to_json_string(network),
            "MaxRuntimeInSeconds": self._max_runtime(),
            "Environment": stack.to_json_string(dict(sorted(job.environment.items()))),
            "PreprocessorUri": job.preprocessor.uri if job.preprocessor else None,
            "PostprocessorUri": job.postprocessor.uri if job.postprocessor else None,
        }

    def _max_runtime(self) -> str:
        chosen = self._job.compute.max_runtime_seconds
        if chosen is None:
            return Token.as_string(self._job.compute.runtime.to_seconds())
        return str(min(chosen, self._job_limit_seconds))

    def _grant(self, provider: BaselineProvider) -> None:
        job, stack = self._job, Stack.of(self)
        for location in self._source.reads:
            location.grant_read(job.role)
        job.output.grant_read_write(job.role)
        for function in provider.functions:
            for location in self._source.reads:
                location.grant_read(function)
            job.output.grant_read_write(function)
            job.output.grant_delete(function)
            # The job's files are under this key, whatever key the bucket has.
            if job.encryption_key is not None:
                job.encryption_key.grant(function, "kms:Decrypt", "kms:GenerateDataKey")
            provider.grant_metrics(function)
            for statement in self._source.statements(stack):
                function.add_to_role_policy(statement)
            if self._source.needs_job:
                for statement in _job_statements(stack, job):
                    function.add_to_role_policy(statement)
                    acknowledge_wildcards(function, statement.resources, "The names of a monitor's jobs end in a hash.")


def _job_statements(stack: Stack, job: BaselineJob) -> list[iam.PolicyStatement]:
    jobs = stack.format_arn(service="sagemaker", resource="processing-job", resource_name=f"{job.name}-*")
    return [
        iam.PolicyStatement(
            actions=[
                "sagemaker:AddTags",
                "sagemaker:CreateProcessingJob",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:StopProcessingJob",
            ],
            resources=[jobs],
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[job.role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]
