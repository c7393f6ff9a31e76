"""Makes objects of the CDK without the check of their arguments' Python types.

The check is for what users write. Before it compares anything it looks up the types of all options, and imports the
modules that these are in. So one function or one rule that calls it would import `aws_lambda`, and that `aws_ec2`:
together they take longer than everything else that the library needs. `jsii.create` is what constructors of the CDK
call after the check.
"""

from __future__ import annotations

import sys
from functools import cache
from types import new_class
from typing import TYPE_CHECKING, Any, TypeVar

import aws_cdk as cdk
import jsii

if TYPE_CHECKING:
    from aws_cdk.aws_lambda import Architecture

Made = TypeVar("Made")


def make(kind: type[Made], *arguments: Any) -> Made:  # noqa: ANN401 # whatever the constructor takes
    """Make an object of the CDK.

    Args:
        kind: Its class, or a class that only names one in `__jsii_type__`.
        *arguments: Of its constructor in JavaScript; options are a dictionary in camel case.
    """
    made = kind.__new__(kind)
    jsii.create(kind, made, list(arguments))
    return made


class AssetCode:
    """`aws_lambda.AssetCode`."""

    __jsii_type__ = "aws-cdk-lib.aws_lambda.AssetCode"


class Runtime:
    """`aws_lambda.Runtime`."""

    __jsii_type__ = "aws-cdk-lib.aws_lambda.Runtime"


@cache
def arm_64() -> Architecture:
    """Return `aws_lambda.Architecture.ARM_64`."""
    if "aws_cdk.aws_lambda" in sys.modules:
        return cdk.aws_lambda.Architecture.ARM_64

    # What JavaScript returns needs a class that is known to jsii. The module's own takes its place when it is imported.
    class Known(metaclass=jsii.JSIIMeta, jsii_type="aws-cdk-lib.aws_lambda.Architecture"):
        pass

    architecture: Architecture = jsii.sget(Known, "ARM_64")
    return architecture


def l1_class(module: str, name: str) -> Any:  # noqa: ANN401 # one of thousands of classes
    """Return an L1 class of the CDK, or what stands for it in an app that does not import its module.

    Args:
        module: Such as `aws_sagemaker`.
        name: Such as `CfnModel`.
    """
    loaded = sys.modules.get(f"aws_cdk.{module}")
    return getattr(loaded, name) if loaded else _stand_in(f"aws-cdk-lib.{module}.{name}")


@cache
def _stand_in(jsii_type: str) -> type[cdk.CfnResource]:
    return new_class("StandIn", (cdk.CfnResource,), exec_body=lambda body: body.update(__jsii_type__=jsii_type))
