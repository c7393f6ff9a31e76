"""Monitors: job definitions, labels, hours that pass, schedules and their executions."""

import json
from datetime import datetime, timedelta
from typing import Any

from tests.sandbox.sagemaker.jobs import ANALYZER, CLARIFY, CLUSTER, Jobs

HOUR = timedelta(hours=1)


class World(Jobs):
    """Everything that tests of SageMaker do in their account."""

    def definition(self, endpoint: str, **changes: Any) -> dict[str, Any]:
        """A CreateDataQualityJobDefinition request."""
        return {
            "JobDefinitionName": self.unique("Definition"),
            "DataQualityAppSpecification": {"ImageUri": ANALYZER},
            "DataQualityJobInput": {
                "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint"}
            },
            "DataQualityJobOutputConfig": {
                "MonitoringOutputs": [
                    {"S3Output": {"S3Uri": f"s3://{self.bucket}/reports", "LocalPath": "/opt/ml/processing/output"}}
                ]
            },
            "JobResources": {"ClusterConfig": CLUSTER},
            "RoleArn": self.role,
            **changes,
        }

    def make_definition(self, endpoint: str, **changes: Any) -> str:
        request = self.definition(endpoint, **changes)
        self.sagemaker.create_data_quality_job_definition(**request)
        return str(request["JobDefinitionName"])

    def make_definition_of(
        self,
        monitoring_type: str,
        source: dict[str, Any],
        baseline: dict[str, Any] | None = None,
        *,
        role: str | None = None,
        **application: Any,
    ) -> str:
        """A job definition of any type: ``source`` is its JobInput, ``application`` goes into its AppSpecification."""
        name = self.unique("Definition")
        image = CLARIFY if "ConfigUri" in application else ANALYZER
        output = self.definition("unused")["DataQualityJobOutputConfig"]
        request = {
            "JobDefinitionName": name,
            f"{monitoring_type}AppSpecification": {"ImageUri": image, **application},
            f"{monitoring_type}JobInput": source,
            f"{monitoring_type}JobOutputConfig": output,
            "JobResources": {"ClusterConfig": CLUSTER},
            "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
            "RoleArn": role or self.role,
        }
        if baseline is not None:
            request[f"{monitoring_type}BaselineConfig"] = baseline
        operation = {
            "DataQuality": self.sagemaker.create_data_quality_job_definition,
            "ModelQuality": self.sagemaker.create_model_quality_job_definition,
            "ModelBias": self.sagemaker.create_model_bias_job_definition,
            "ModelExplainability": self.sagemaker.create_model_explainability_job_definition,
        }[monitoring_type]
        operation(**request)
        return name

    def of_endpoint(self, endpoint: str, *, labels: str | None = None, **members: Any) -> dict[str, Any]:
        """A JobInput that reads the captures of an endpoint, and maybe labels."""
        source: dict[str, Any] = {
            "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint", **members}
        }
        return source | ({"GroundTruthS3Input": {"S3Uri": labels}} if labels else {})

    def of_batch(self, capture: str, *, labels: str | None = None, **members: Any) -> dict[str, Any]:
        """A JobInput that reads what batch transform jobs captured, and maybe labels."""
        source: dict[str, Any] = {
            "BatchTransformInput": {
                "DataCapturedDestinationS3Uri": capture,
                "DatasetFormat": {"Csv": {"Header": False}},
                "LocalPath": "/opt/ml/processing/input/batch",
                **members,
            }
        }
        return source | ({"GroundTruthS3Input": {"S3Uri": labels}} if labels else {})

    def put_labels(self, labels: dict[str, Any], collected: datetime) -> str:
        """Upload labels by id as collected in an hour; gives the prefix of all labels."""
        lines = [
            json.dumps(
                {
                    "groundTruthData": {"data": str(label), "encoding": "CSV"},
                    "eventMetadata": {"eventId": identifier},
                    "eventVersion": "0",
                }
            )
            for identifier, label in labels.items()
        ]
        self.put(f"labels/{collected:%Y/%m/%d/%H}/{self.unique('labels')}.jsonl", "\n".join(lines) + "\n")
        return f"s3://{self.bucket}/labels"

    def full_hour(self) -> datetime:
        """The last full hour of the sandbox's clock."""
        return self.box.now().replace(minute=0, second=0, microsecond=0)

    def move_to_next_hour(self) -> datetime:
        """Advance just past the next full hour; when the executions are done, return that hour."""
        due = self.full_hour() + HOUR
        self.box.advance(due - self.box.now() + timedelta(seconds=1))
        self.box.wait_until_idle()
        return due

    def make_schedule(
        self,
        definition: str,
        expression: str = "cron(0 * ? * * *)",
        monitoring_type: str = "DataQuality",
        **schedule: str,
    ) -> str:
        name = self.unique("Schedule")
        self.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name,
            MonitoringScheduleConfig={
                "MonitoringJobDefinitionName": definition,
                "MonitoringType": monitoring_type,
                "ScheduleConfig": {"ScheduleExpression": expression, **schedule},
            },
        )
        self.schedule_in(name, "Scheduled")
        return name

    def make_schedule_of(self, monitoring_type: str, *definition: Any, **more: Any) -> str:
        """An hourly schedule of a new definition; see `make_definition_of`."""
        name = self.make_definition_of(monitoring_type, *definition, **more)
        return self.make_schedule(name, monitoring_type=monitoring_type)

    def schedule_in(self, name: str, status: str) -> None:
        """Wait until a schedule has a status."""

        def arrived() -> bool:
            described = self.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
            return bool(described["MonitoringScheduleStatus"] == status)

        self.eventually(arrived)

    def executions(self, schedule: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=schedule, **more)
        return list(answer["MonitoringExecutionSummaries"])

    def due_execution(self, schedule: str) -> dict[str, Any]:
        """Let the next full hour come; the only execution of a schedule."""
        self.move_to_next_hour()
        (execution,) = self.executions(schedule)
        return execution

    def remove_schedules(self) -> None:
        """Let no schedule of this test run in the next one, which may move the same clock."""
        for job in self.sagemaker.list_processing_jobs(StatusEquals="InProgress")["ProcessingJobSummaries"]:
            self.sagemaker.stop_processing_job(ProcessingJobName=job["ProcessingJobName"])
        self.box.wait_until_idle()
        for summary in self.sagemaker.list_monitoring_schedules(MaxResults=100)["MonitoringScheduleSummaries"]:
            self.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=summary["MonitoringScheduleName"])
