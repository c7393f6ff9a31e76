"""Step ``identity``: who asks, where, and what the region offers."""

from __future__ import annotations

from functools import partial
from typing import Literal

from botocore.exceptions import ClientError

from account_check.bench import Bench
from account_check.facts import ErrorFact, Facts, IdentityFacts, ImageFact
from account_check.step import Step

_TYPES = (
    "AWS::SageMaker::MonitoringSchedule",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
)
_NO_SUCH_TYPE = "TypeNotFoundException"


def _take(bench: Bench) -> IdentityFacts:
    account = bench.account
    bench.say("asking for AWS's images")
    images = {name: _image(bench, name) for name in ("analyzer", "merger", "clarify")}
    bench.say("asking for CloudFormation's types")
    types: dict[str, Literal["available", "missing", "unknown"]] = {}
    error: ErrorFact | None = None
    for name in _TYPES:
        describe = partial(account.client("cloudformation").describe_type, Type="RESOURCE", TypeName=name)
        refused = bench.error_of(describe)
        if refused is None:
            types[name] = "available"
        elif refused.code == _NO_SUCH_TYPE:
            types[name] = "missing"
        else:
            types[name], error = "unknown", refused
    return IdentityFacts(
        partition=account.partition,
        caller=account.caller_kind,
        images=images,
        cloudformation_types=types,
        cloudformation_error=error,
    )


def _image(bench: Bench, name: str) -> ImageFact:
    location = bench.account.image(name)
    if location is None:
        return ImageFact(
            readable=False, error=ErrorFact(code="NoImage", message=f"AWS publishes none for {bench.account.region}")
        )
    try:
        answer = bench.account.client("ecr").batch_get_image(
            registryId=location.registry, repositoryName=location.repository, imageIds=[{"imageTag": location.tag}]
        )
    except ClientError as error:
        return ImageFact(readable=False, error=bench.account.wording.error(error))
    if answer.get("images"):
        return ImageFact(readable=True)
    failure = (answer.get("failures") or [{}])[0]
    return ImageFact(
        readable=False, error=ErrorFact(code=failure.get("failureCode", ""), message=failure.get("failureReason", ""))
    )


def _summary(facts: Facts) -> str:
    assert isinstance(facts, IdentityFacts)
    readable = [name for name, image in facts.images.items() if image.readable] or ["none"]
    available = sum(state == "available" for state in facts.cloudformation_types.values())
    types = "CloudFormation types unknown" if facts.cloudformation_error else f"{available} of {len(_TYPES)} types"
    return f"a {facts.caller} of {facts.partition}; readable images: {', '.join(readable)}; {types}"


STEP = Step(
    name="identity",
    finds_out="who asks; whether AWS's images can be read; which CloudFormation types there are",
    needs="sts:GetCallerIdentity, ecr:BatchGetImage, cloudformation:DescribeType",
    take=_take,
    summary=_summary,
    minutes=0.2,
)
