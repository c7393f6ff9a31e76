"""The interface `aws_ec2.IConnectable`, without its module, which takes longer to import than all others together."""

from __future__ import annotations

from typing import ClassVar, Protocol

import aws_cdk as cdk
import jsii


class Connectable(Protocol):
    """What a construct declares that has network connections; the CDK takes it for its own interface of that name."""

    __jsii_type__: ClassVar[str] = "aws-cdk-lib.aws_ec2.IConnectable"

    @property
    @jsii.member(jsii_name="connections")
    def connections(self) -> cdk.aws_ec2.Connections:
        """Return the connections."""
        ...
