"""The custom resource that makes a baseline during the deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsii
from aws_cdk import CfnOutput, ITaggableV2, TagManager, TagType, Token
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.baseline.source import BaselineSource
from model_monitor.errors import ConfigurationError, Shown
from model_monitor.internal.access import AccessRole
from model_monitor.internal.arns import key_arn, role_arn
from model_monitor.internal.deployment import Deployment
from model_monitor.internal.lazy import canonical_json, json_text, lazy_json
from model_monitor.internal.permissions import allow_key
from model_monitor.internal.reachable import require_reachable_place
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.statements import Statement
from model_monitor.jobs.settings import JobSettings
from model_monitor.s3_location import S3Location

# CloudFormation waits an hour for a custom resource. What is left pays for the start of the machines.
LIMIT_OF_ONE_JOB = 45 * 60
LIMIT_OF_EACH_OF_TWO_JOBS = 20 * 60
_RESOURCE_TYPE = "Custom::ModelMonitorBaseline"


@dataclass(frozen=True)
class BaselineJob:
    """How a baseline is computed: with the settings of the monitor that it is for.

    Attributes:
        name: Base of the names of processing jobs.
        schedule_name: Name of the monitor's schedule.
        monitor_type: Kind of monitor.
        endpoint_name: For messages; none for batch transform.
        output: Where files are kept; owned by this baseline alone.
        settings: How the job runs.
        image_uri: The analysis.
        preprocessor: Script that the job runs on every record.
        postprocessor: Script that the job runs at its end.
        dimensions: Dimensions of the monitor's own metrics.
        access: The role that the deployment function assumes.
        deployment: The deployment function.
    """

    name: str
    schedule_name: str
    monitor_type: str
    endpoint_name: str | None
    output: S3Location
    settings: JobSettings
    image_uri: str
    preprocessor: S3Location | None
    postprocessor: S3Location | None
    dimensions: Mapping[str, str]
    access: AccessRole
    deployment: Deployment


@jsii.implements(ITaggableV2)
class BaselineResource(Construct):
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
        late: Mapping[str, Callable[[], Any]],
        job_limit_seconds: int = LIMIT_OF_ONE_JOB,
    ) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            source: Where the baseline comes from.
            job: How it is computed.
            documents: Properties of this kind of baseline: name to JSON document.
            late: Properties that are filled in at synthesis, and that change no file.
            job_limit_seconds: What one processing job may take at most.
        """
        super().__init__(scope, id)
        stack_of(self, parent=scope)
        self._job = job
        self._tag_manager = TagManager(TagType.KEY_VALUE, _RESOURCE_TYPE, dict(job.settings.tags))
        self._source = source
        self._documents = documents
        self._job_limit_seconds = job_limit_seconds
        self._grant()
        self._resource = job.deployment.resource(
            self,
            "Resource",
            type=_RESOURCE_TYPE,
            access=job.access,
            properties=self._properties(late),
            # Without this the job could start before its permissions exist, or outlive them when the stack is deleted.
            after=[job.settings.role],
        )
        self.constraints_uri = self._attribute("ConstraintsUri")
        self.version = self._attribute("Fingerprint")
        CfnOutput(self, "Constraints", value=self.constraints_uri, description="Effective constraints of the monitor")

    @property
    @jsii.member(jsii_name="cdkTagManager")
    def cdk_tag_manager(self) -> TagManager:
        """Take what `Tags.of(...)` adds; the processing job gets it."""
        return self._tag_manager

    @property
    def is_computed(self) -> bool:
        """Say whether a processing job computes the baseline."""
        return self._source.needs_job

    @property
    def content(self) -> str:
        """A text that changes with everything known at synthesis that the files depend on."""
        job = self._job
        scripts = [script and script.uri for script in (job.preprocessor, job.postprocessor)]
        return canonical_json(self, [self._source.document, dict(self._documents), scripts])

    def _attribute(self, name: str) -> str:
        return self._resource.get_att_string(name)

    def _number_attribute(self, name: str) -> float:
        return Token.as_number(self._resource.get_att(name))

    def _properties(self, late: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        job = self._job
        key = job.settings.encryption_key
        properties: dict[str, Any] = {
            "Name": job.name,
            "ScheduleName": job.schedule_name,
            "Endpoint": job.endpoint_name,
            "MonitorType": job.monitor_type,
            "Source": json_text(self, self._source.document),
            # Only here, and not in `content`: a new version of equal data must change nothing else.
            "SourceVersion": self._source.version,
            "OutputUri": job.output.uri,
            "OutputKmsKeyId": key_arn(key) if key else None,
            **{
                name: None if document is None else json_text(self, document)
                for name, document in self._documents.items()
            },
            **{name: lazy_json(self, produce) for name, produce in late.items()},
            "Tags": lazy_json(self, self._job_tags),
            "DeploymentMetric": json_text(
                self, {"Namespace": metrics.OWN_NAMESPACE, "Dimensions": dict(job.dimensions)}
            ),
            **(self._job_properties() if self._source.needs_job else {}),
        }
        return {name: value for name, value in properties.items() if value is not None}

    def _job_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in sorted(self._tag_manager.tag_values().items())]

    def _job_properties(self) -> dict[str, Any]:
        job = self._job
        return {
            "RoleArn": role_arn(job.settings.role),
            "ImageUri": job.image_uri,
            "Compute": json_text(self, job.settings.cluster),
            "Network": json_text(self, job.settings.network_config),
            "MaxRuntimeInSeconds": self._max_runtime(),
            "Environment": json_text(self, dict(sorted(job.settings.environment.items()))),
            "PreprocessorUri": job.preprocessor.uri if job.preprocessor else None,
            "PostprocessorUri": job.postprocessor.uri if job.postprocessor else None,
        }

    def _max_runtime(self) -> str:
        compute = self._job.settings.compute
        if compute.max_runtime_seconds is None:
            return Token.as_string(compute.runtime.to_seconds())
        return str(min(compute.max_runtime_seconds, self._job_limit_seconds))

    def _require_apart(self, location: S3Location) -> None:
        if self._source.needs_job and self._job.output.is_within(location):
            raise ConfigurationError(
                option="baseline",
                got=("the dataset ", Shown(location.uri), " with the output ", Shown(self._job.output.uri)),
                expected="an output outside of the dataset: the next baseline would take this one's files for data",
                fix="choose another place for one of the two",
            )

    def _grant(self) -> None:
        job, access = self._job, self._job.access
        for location in self._source.reads:
            self._require_apart(location)
            require_reachable_place(location, self, option="baseline")
            location.grant_read(job.settings.role)
            location.grant_read(access)
        job.output.grant_read_write(job.settings.role)
        job.output.grant_read_write(access)
        job.output.grant_delete(access)
        # The job's files are under this key, whatever key the bucket has.
        if job.settings.encryption_key is not None:
            allow_key(access, job.settings.encryption_key, "kms:Decrypt", "kms:GenerateDataKey")
        statements = self._source.statements(stack_of(self))
        if self._source.needs_job:
            statements = [*statements, *_job_statements(stack_of(self), job)]
        access.allow(statements, "The names of a monitor's jobs end in a hash.")


def _job_statements(stack: KnownStack, job: BaselineJob) -> list[Statement]:
    jobs = stack.format_arn(service="sagemaker", resource="processing-job", resource_name=f"{job.name}-*")
    return [
        Statement(
            actions=[
                "sagemaker:AddTags",
                "sagemaker:CreateProcessingJob",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:StopProcessingJob",
            ],
            resources=[jobs],
        )
    ]
