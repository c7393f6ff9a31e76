"""Calls the endpoint as a client does, and writes down later how the loans ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from botocore.client import BaseClient

from capture_writer import GroundTruthWriter

_CLIENTS = 4


def send(
    runtime: BaseClient, endpoint_name: str, rows: Sequence[str], hour: str, progress: Callable[[str], None]
) -> list[str]:
    """Ask for a prediction for each row, several rows at a time.

    Args:
        runtime: A boto3 `sagemaker-runtime` client.
        endpoint_name: Endpoint.
        rows: CSV lines.
        hour: How the inference ids begin.
        progress: Is told how far it is.

    Returns:
        The inference ids: what a label is matched by.
    """
    ids = [f"{hour}-{number:04}" for number in range(len(rows))]

    def call(row: str, inference_id: str) -> None:
        runtime.invoke_endpoint(
            EndpointName=endpoint_name, ContentType="text/csv", Body=row.encode(), InferenceId=inference_id
        )

    with ThreadPoolExecutor(_CLIENTS) as clients:
        for number, _ in enumerate(clients.map(call, rows, ids), start=1):
            progress(f"{number} of {len(rows)} requests")
    return ids


def write_labels(s3: BaseClient, location: str, ids: Sequence[str], labels: Sequence[int], collected: datetime) -> None:
    """Write down how the loans ended.

    Args:
        s3: A boto3 `s3` client.
        location: Where the monitors look for labels.
        ids: Inference ids of the requests.
        labels: 1 for a loan that was not paid back.
        collected: When that became known.
    """
    with GroundTruthWriter(location, create_client=lambda: s3) as writer:
        for inference_id, label in zip(ids, labels, strict=True):
            writer.write(inference_id, int(label), collected=collected)
