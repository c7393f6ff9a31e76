"""The role that our functions assume: what they may do for one model is written where the model is."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.errors import ConfigurationError
from model_monitor.internal.permissions import allow
from model_monitor.internal.stacks import stack_of
from model_monitor.internal.statements import Statement
from model_monitor.internal.validation import at_synthesis

# What does not fit into the role's own policy goes into managed policies, of which a role has ten.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_FIRST_POLICY_TOO_MANY = "OverflowPolicy11"  # as CDK calls them


class AccessRole(iam.Role):
    """What the deployment function and the results function may do for the monitors of one model.

    The functions are shared, by all monitors of a stack or of an account. Each model brings the permissions that its
    monitors need, so that no policy grows with the number of models, and none opens more than one model's data.
    """

    def __init__(self, scope: Construct, id: str, *, path: str, functions: Sequence[str], subject: str) -> None:
        """Make the role.

        Args:
            scope: Parent.
            id: Construct id.
            path: IAM path below which the functions may assume roles.
            functions: ARNs of the roles of the functions.
            subject: What the monitors watch, for people who meet the role in the console.
        """
        # The account is the principal and the condition names the functions: IAM refuses a trust policy that names a
        # role which was made seconds ago, and quietly breaks one whose role is made anew.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
        principal = iam.AccountPrincipal(stack_of(scope).account).with_conditions(
            {"ArnEquals": {"aws:PrincipalArn": list(functions)}}
        )
        super().__init__(
            scope,
            id,
            path=path,
            assumed_by=principal,
            description=f"What the functions of model monitoring may do for {subject}"[:1000],
        )
        stack_of(self, parent=scope)

    def require_room(self) -> None:
        """Have it refused at synthesis that more is allowed than IAM lets one role have."""
        at_synthesis(self, self._excess)

    def allow(self, statements: Sequence[Statement], why_wildcards: str) -> None:
        """Add statements.

        Args:
            statements: What is allowed.
            why_wildcards: Why resources among them have a wildcard; people who audit the app read it.
        """
        allow(self, statements, why_wildcards)

    def allow_own_metrics(self) -> None:
        """Let the role publish to the monitoring's own namespace."""
        statement = Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],  # the action has no resources; the namespace is the only limit that IAM offers
            conditions={"StringEquals": {"cloudwatch:namespace": metrics.OWN_NAMESPACE}},
        )
        self.allow([statement], "cloudwatch:PutMetricData has no resources; the namespace limits it.")

    def _excess(self) -> list[str]:
        if self.node.try_find_child(_FIRST_POLICY_TOO_MANY) is None:
            return []
        error = ConfigurationError(
            got="monitors that need more permissions than IAM lets one role have",
            expected="15 to 20 monitors for one model",
            fix="give some of them a monitoring of their own, of the same endpoint or of the same records",
        )
        return [str(error)]


def assume_statement(scope: Construct, path: str) -> Statement:
    """Return the statement that lets a function assume the access roles below an IAM path."""
    stack = stack_of(scope)
    arn = f"arn:{stack.partition}:iam::{stack.account}:role{path}*"
    return Statement(actions=["sts:AssumeRole"], resources=[arn])
