"""Where AWS publishes the images of jobs, and in which regions monitors can be deployed."""

from __future__ import annotations

import json
from enum import Enum
from functools import cache
from importlib import resources

from aws_cdk import CfnMapping, Stack
from constructs import IConstruct

from model_monitor.errors import ConfigurationError, Shown
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.tokens import is_token

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


class Image(Enum):
    """An image that AWS publishes: its owner in `image_accounts.json`, its repository and its tag."""

    ANALYZER = ("analyzer", "sagemaker-model-monitor-analyzer", "")
    """Data quality and model quality."""
    MERGER = ("analyzer", "sagemaker-model-monitor-groundtruth-merger", "")
    """Finds the label of every captured record; started by the service, never by this library."""
    CLARIFY = ("clarify", "sagemaker-clarify-processing", ":1.0")
    """Bias and explainability."""

    def uri(self, scope: IConstruct) -> str:
        """Address in the stack's region.

        Raises:
            ConfigurationError: There is no such image in that region, or no CloudFormation type for monitors.
        """
        _, repository, tag = self.value
        stack = stack_of(scope)
        return f"{self._account(scope)}.dkr.ecr.{stack.region}.{stack.url_suffix}/{repository}{tag}"

    def repository_arn(self, scope: IConstruct) -> str:
        """ARN of the repository, for the permission to pull."""
        _, repository, _ = self.value
        stack = stack_of(scope)
        return f"arn:{stack.partition}:ecr:{stack.region}:{self._account(scope)}:repository/{repository}"

    def _account(self, scope: IConstruct) -> str:
        owner, repository, _ = self.value
        stack = stack_of(scope)
        if is_token(stack.region):
            return _mapped_account(stack, owner)
        account = image_accounts().get(stack.region, {}).get(owner)
        if account is None or stack.region not in _CLOUDFORMATION_REGIONS:
            missing = f"image {repository}" if account is None else "CloudFormation type for monitors"
            usable = [region for region in _usable_regions() if owner in image_accounts()[region]]
            raise ConfigurationError(
                got=("the region ", Shown(stack.region), f", which has no {missing}"),
                expected=f"one of {', '.join(usable)}",
                fix="deploy in one of these; Model Monitor reads only data of its own region",
            )
        return account


@cache
def image_accounts() -> dict[str, dict[str, str]]:
    """Accounts that own the images, by region.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
    """
    text = resources.files("model_monitor.jobs").joinpath("image_accounts.json").read_text(encoding="utf-8")
    accounts: dict[str, dict[str, str]] = json.loads(text)
    return accounts


def _usable_regions() -> list[str]:
    return sorted(set(image_accounts()) & _CLOUDFORMATION_REGIONS)


@cache
def _mapped_account(stack: KnownStack, owner: str) -> str:
    return _mapping(stack.stack).find_in_map(stack.region, owner)


def _mapping(stack: Stack) -> CfnMapping:
    existing = stack.node.try_find_child(_MAPPING_ID)
    if isinstance(existing, CfnMapping):
        return existing
    accounts = image_accounts()
    return CfnMapping(stack, _MAPPING_ID, mapping={region: dict(accounts[region]) for region in _usable_regions()})
