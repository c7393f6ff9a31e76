"""Where AWS publishes the analyzer image, and in which regions monitors can be deployed."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from aws_cdk import CfnMapping, Stack, Token
from constructs import IConstruct

from model_monitor.errors import ConfigurationError

_ANALYZER_REPOSITORY = "sagemaker-model-monitor-analyzer"
_MAPPING_ID = "ModelMonitorImageAccounts"

# The CloudFormation registry of late 2026 has the four job definition types and the schedule in these regions only;
# the API may exist where the types do not.
_CLOUDFORMATION_REGIONS = frozenset(
    [
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eusc-de-east-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "us-isof-east-1",
        "us-isof-south-1",
    ]
)


@cache
def image_accounts() -> dict[str, dict[str, str]]:
    """Accounts that own the images, by region.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
    """
    text = resources.files("model_monitor").joinpath("image_accounts.json").read_text(encoding="utf-8")
    accounts: dict[str, dict[str, str]] = json.loads(text)
    return accounts


def analyzer_image_account(scope: IConstruct) -> str:
    """The account that owns the analyzer image in the stack's region.

    Raises:
        ConfigurationError: There is no image in that region, or no CloudFormation type for monitors.
    """
    stack = Stack.of(scope)
    if Token.is_unresolved(stack.region):
        return _account_at_deployment(stack)
    account = image_accounts().get(stack.region, {}).get("analyzer")
    if account is None or stack.region not in _CLOUDFORMATION_REGIONS:
        missing = "analyzer image" if account is None else "CloudFormation type for monitors"
        usable = ", ".join(sorted(set(image_accounts()) & _CLOUDFORMATION_REGIONS))
        raise ConfigurationError(
            got=f"region {stack.region!r}, which has no {missing}",
            expected=f"one of {usable}",
            fix="deploy in one of these; Model Monitor reads only endpoints of its own region",
        )
    return account


def analyzer_image_uri(scope: IConstruct) -> str:
    """Address of the analyzer image in the stack's region. The image has no tag."""
    account = analyzer_image_account(scope)
    stack = Stack.of(scope)
    return f"{account}.dkr.ecr.{stack.region}.{stack.url_suffix}/{_ANALYZER_REPOSITORY}"


def analyzer_repository_arn(scope: IConstruct) -> str:
    """ARN of the repository, for the permission to pull."""
    stack = Stack.of(scope)
    return f"arn:{stack.partition}:ecr:{stack.region}:{analyzer_image_account(scope)}:repository/{_ANALYZER_REPOSITORY}"


def _account_at_deployment(stack: Stack) -> str:
    mapping = stack.node.try_find_child(_MAPPING_ID)
    if not isinstance(mapping, CfnMapping):
        usable = sorted(set(image_accounts()) & _CLOUDFORMATION_REGIONS)
        mapping = CfnMapping(
            stack,
            _MAPPING_ID,
            mapping={region: {"analyzer": image_accounts()[region]["analyzer"]} for region in usable},
        )
    return mapping.find_in_map(stack.region, "analyzer")
