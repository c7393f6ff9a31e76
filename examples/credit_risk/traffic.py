"""Calls the endpoint as a client does: one applicant a call, several calls at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from botocore.client import BaseClient

_CLIENTS = 4


def send(runtime: BaseClient, endpoint_name: str, rows: Sequence[str], progress: Callable[[str], None]) -> list[float]:
    """Asks for a prediction for each row.

    Args:
        runtime: A boto3 `sagemaker-runtime` client.
        endpoint_name: Endpoint.
        rows: CSV lines.
        progress: Is told how far it is.

    Returns:
        The predicted probabilities.
    """

    def call(row: str) -> float:
        answer = runtime.invoke_endpoint(EndpointName=endpoint_name, ContentType="text/csv", Body=row.encode())
        return float(answer["Body"].read())

    predictions = []
    with ThreadPoolExecutor(_CLIENTS) as clients:
        for number, prediction in enumerate(clients.map(call, rows), start=1):
            predictions.append(prediction)
            progress(f"{number} of {len(rows)} requests")
    return predictions
