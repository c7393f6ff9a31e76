"""What the runs of the monitors left behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

_VIOLATIONS = "constraint_violations.json"
_PAGE = "monitoring-report.html"
_CLEAN, _VIOLATED = "Completed", "CompletedWithViolations"


def read_json(s3: BaseClient, uri: str) -> dict[str, Any]:
    """Read a JSON document from S3."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return document


@dataclass(frozen=True)
class Run:
    """One run of one monitor.

    Attributes:
        monitor: Construct id of the monitor.
        status: How it ended.
        reason: Why it failed, if it did.
        report_uri: Where its report lies.
        report: Its JSON documents, by file name.
    """

    monitor: str
    status: str
    reason: str
    report_uri: str
    report: Mapping[str, dict[str, Any]]

    @property
    def violations(self) -> list[dict[str, Any]]:
        """What it found."""
        found: list[dict[str, Any]] = self.report.get(_VIOLATIONS, {}).get("violations", [])
        return found

    @property
    def is_quiet(self) -> bool:
        """Whether it came to its end and found nothing."""
        return self.status == _CLEAN

    @property
    def has_failed(self) -> bool:
        """Whether it did not come to its end."""
        return self.status not in (_CLEAN, _VIOLATED)

    @classmethod
    def newest(cls, sagemaker: BaseClient, s3: BaseClient, monitor: str, schedule: str) -> Run:
        """Read the newest run of a schedule.

        Args:
            sagemaker: A boto3 `sagemaker` client.
            s3: A boto3 `s3` client.
            monitor: Construct id of the monitor.
            schedule: Name of its schedule.
        """
        executions = sagemaker.list_monitoring_executions(
            MonitoringScheduleName=schedule, SortBy="ScheduledTime", SortOrder="Descending", MaxResults=1
        )
        (execution,) = executions["MonitoringExecutionSummaries"]
        status, reason = execution["MonitoringExecutionStatus"], execution.get("FailureReason", "")
        if "ProcessingJobArn" not in execution:
            return cls(monitor, status, reason, "", {})
        job = sagemaker.describe_processing_job(ProcessingJobName=execution["ProcessingJobArn"].rsplit("/", 1)[-1])
        uri = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        return cls(monitor, status, reason, uri, _documents(s3, uri))

    def copy_to(self, folder: Path) -> None:
        """Write the report to a folder of this machine."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in self.report.items():
            (folder / name).write_text(json.dumps(document, indent=2), encoding="utf-8")

    def copy_page(self, s3: BaseClient, file: Path) -> None:
        """Write the page that the results function has made of the run to a file of this machine.

        Args:
            s3: A boto3 `s3` client.
            file: The file; its folder exists.
        """
        bucket, _, key = f"{self.report_uri}/{_PAGE}".removeprefix("s3://").partition("/")
        file.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _documents(s3: BaseClient, uri: str) -> dict[str, dict[str, Any]]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/").get("Contents", [])
    names = [item["Key"].removeprefix(f"{prefix}/") for item in found]
    return {name: read_json(s3, f"{uri}/{name}") for name in names if name.endswith(".json") and "/" not in name}
