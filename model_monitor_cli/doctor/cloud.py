"""Questions to AWS that only `doctor` asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from botocore.exceptions import ClientError

from model_monitor_cli.endpoints import describe_endpoint, describe_endpoint_config
from shared import errors

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_MOST_CONFIGS = 20
_HOUR_SECONDS = 3600
_NO_SUCH_ROLE = "NoSuchEntity"


@dataclass(frozen=True)
class Metric:
    """A metric of CloudWatch."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Span:
    """A stretch of time."""

    start: datetime
    end: datetime


def endpoint_facts(context: Context, name: str) -> dict[str, Any]:
    """Return an endpoint, its configuration, and what else is known of both."""
    endpoint = describe_endpoint(context, name)
    if endpoint is None:
        return {"endpoint": None}
    config = describe_endpoint_config(context, endpoint["EndpointConfigName"])
    facts: dict[str, Any] = {"endpoint": endpoint, "endpoint_config": config}
    if config is None:
        return facts
    facts["is_multi_model"] = any(
        _hosts_several(context, variant["ModelName"])
        for variant in config["ProductionVariants"]
        if variant.get("ModelName")
    )
    if not _captures(config):
        facts["capturing_configs"] = _capturing(context, config)
    return facts


def usage(context: Context, endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Return how often an endpoint was called in the last 24 hours, and how full its disks are."""
    calls, disk = 0.0, list[float]()
    day = Span(context.now() - timedelta(hours=24), context.now())
    for variant in endpoint.get("ProductionVariants", []):
        dimensions = {"EndpointName": endpoint["EndpointName"], "VariantName": variant["VariantName"]}
        calls += sum(_values(context, Metric("AWS/SageMaker", "Invocations", dimensions), day, "Sum").values())
        used = Metric("/aws/sagemaker/Endpoints", "DiskUtilization", dimensions)
        disk += _values(context, used, day, "Maximum").values()
    return {"invocations": calls, "disk": max(disk, default=None)}


def role(context: Context, arn: str) -> tuple[bool, bool]:
    """Return whether a role exists, and whether SageMaker may assume it."""
    try:
        found = context.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except ClientError as error:
        if errors.code(error) == _NO_SUCH_ROLE:
            return False, False
        raise
    policy = found.get("AssumeRolePolicyDocument", {})
    text = unquote(policy) if isinstance(policy, str) else json.dumps(policy)
    return True, "sagemaker.amazonaws.com" in text or '"*"' in text


def last_point(context: Context, metric: Metric, span: Span) -> tuple[datetime, float] | None:
    """Return time and value of the last data point of a metric."""
    return max(_values(context, metric, span, "Maximum").items(), default=None)


def subscriptions(context: Context, topic: str) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    """Return whether a topic exists, and the protocols of its subscriptions, confirmed and not."""
    confirmed, pending = list[str](), list[str]()
    try:
        for page in context.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
            for found in page["Subscriptions"]:
                is_confirmed = found["SubscriptionArn"].startswith("arn:")
                (confirmed if is_confirmed else pending).append(found["Protocol"])
    except ClientError as error:
        if errors.is_missing(error):
            return False, (), ()
        raise
    return True, tuple(confirmed), tuple(pending)


def _values(
    context: Context, metric: Metric, span: Span, statistic: Literal["Sum", "Maximum"]
) -> dict[datetime, float]:
    answer = context.cloudwatch.get_metric_statistics(
        Namespace=metric.namespace,
        MetricName=metric.name,
        Dimensions=[{"Name": key, "Value": value} for key, value in metric.dimensions.items()],
        StartTime=span.start,
        EndTime=span.end,
        Period=_HOUR_SECONDS,
        Statistics=[statistic],
    )
    return {point["Timestamp"]: point[statistic] for point in answer["Datapoints"]}


def _captures(config: Mapping[str, Any]) -> bool:
    return bool((config.get("DataCaptureConfig") or {}).get("EnableCapture"))


def _hosts_several(context: Context, model: str) -> bool:
    try:
        described = context.sagemaker.describe_model(ModelName=model)
    except ClientError as error:
        if errors.is_missing(error):
            return False
        raise
    containers = [described.get("PrimaryContainer", {}), *described.get("Containers", [])]
    return any(container.get("Mode") == "MultiModel" for container in containers)


def _capturing(context: Context, current: Mapping[str, Any]) -> tuple[str, ...]:
    """Return newer configurations of the same models that capture, but that the endpoint does not use."""
    models = {variant.get("ModelName") for variant in current["ProductionVariants"]}
    listed = context.sagemaker.list_endpoint_configs(
        SortBy="CreationTime", SortOrder="Descending", MaxResults=_MOST_CONFIGS
    )["EndpointConfigs"]
    names = [found["EndpointConfigName"] for found in listed]
    others = [describe_endpoint_config(context, name) for name in names if name != current["EndpointConfigName"]]
    return tuple(
        found["EndpointConfigName"]
        for found in others
        if found and _captures(found) and models & {variant.get("ModelName") for variant in found["ProductionVariants"]}
    )
