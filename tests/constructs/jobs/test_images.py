from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from model_monitor.jobs.images import Image

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

Refused = Callable[..., AbstractContextManager[None]]


def _stack(kit: Kit, region: str | None) -> cdk.Stack:
    return kit.stack(env=cdk.Environment(account="123456789012", region=region) if region else cdk.Environment())


@pytest.mark.parametrize(
    ("region", "account"),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
    [("us-east-1", "156813124566"), ("eu-west-1", "468650794304"), ("ap-northeast-1", "574779866223")],
)
def test_takes_the_image_of_the_stack_s_region(region: str, account: str, kit: Kit) -> None:
    stack = _stack(kit, region)
    assert kit.flat(stack.resolve(Image.ANALYZER.uri(stack))) == (
        f"{account}.dkr.ecr.{region}.<AWS::URLSuffix>/sagemaker-model-monitor-analyzer"
    )
    assert kit.flat(stack.resolve(Image.ANALYZER.repository_arn(stack))) == (
        f"arn:<AWS::Partition>:ecr:{region}:{account}:repository/sagemaker-model-monitor-analyzer"
    )


@pytest.mark.parametrize("region", ["ap-southeast-7", "eusc-de-east-1", "mx-central-1"])
def test_refuses_a_region_without_an_image(region: str, kit: Kit, refused: Refused) -> None:
    with refused(
        f"region {region!r}, which has no image sagemaker-model-monitor-analyzer", "eu-west-1", "its own region"
    ):
        Image.ANALYZER.uri(_stack(kit, region))


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "us-gov-west-1", "eu-central-2", "me-south-1"])
def test_refuses_a_region_where_cloudformation_cannot_make_monitors(region: str, kit: Kit, refused: Refused) -> None:
    with refused(f"region {region!r}, which has no CloudFormation type for monitors", "us-east-1"):
        Image.ANALYZER.uri(_stack(kit, region))


def test_the_refusal_reaches_who_adds_a_monitor(kit: Kit, refused: Refused) -> None:
    with refused("region 'cn-north-1'"):
        kit.monitor(_stack(kit, "cn-north-1"))


def test_a_stack_for_any_region_looks_the_account_up_when_it_is_deployed(kit: Kit) -> None:
    stack = _stack(kit, None)
    cdk.CfnOutput(stack, "First", value=Image.ANALYZER.uri(stack))
    cdk.CfnOutput(stack, "Second", value=Image.ANALYZER.repository_arn(stack))
    template = Template.from_stack(stack).to_json()
    ((name, regions),) = template["Mappings"].items()
    assert regions["eu-west-1"] == {"analyzer": "468650794304", "clarify": "131013547314"}
    assert "cn-north-1" not in regions
    assert {"Fn::FindInMap": [name, {"Ref": "AWS::Region"}, "analyzer"]} in template["Outputs"]["First"]["Value"][
        "Fn::Join"
    ][1]
