"""Roles and policies of stacks take effect late, for as long as the setting `iam_propagation_seconds` says.

Who is spared, because on AWS it is not met either:
- The bootstrap stack: it is deployed long before anything uses its roles.
- CloudFormation's own calls: it waits for roles, and tries again.
- The calls of CDK's provider framework: nobody could deploy a custom resource here, since it does not try again. On AWS
  CloudFormation's own time hides the delay from it.
- Containers of jobs: on AWS they start minutes after the call that makes the job.
"""

import contextvars
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.platform.iam import journal
from sandbox.seams import Name, get, is_service_session, replace

_FRAMEWORK_ACTIONS = frozenset({"lambda:InvokeFunction", "lambda:GetFunction", "states:StartExecution"})
"""What the functions of CDK's provider framework call, and nobody else in the stacks that are tested here."""
_BOOTSTRAP_MARK = "CdkBootstrapVersion"
"""Logical id that every version of the bootstrap template has; the stack's name is up to the user."""

_is_bootstrapping: contextvars.ContextVar[bool] = contextvars.ContextVar("is_bootstrapping", default=False)
_is_spared: contextvars.ContextVar[bool] = contextvars.ContextVar("is_spared", default=False)

Key = tuple[str, ...]


def install() -> None:
    """Install it. Called once, before the server starts."""
    for type_name, handlers in get(Name.RESOURCE_HANDLERS).items():
        if type_name.startswith("AWS::IAM::"):
            for operation in ("create", "update"):
                handlers[operation] = _recording(handlers[operation])
    for deploying in (Name.DEPLOY_STACK, Name.DEPLOY_CHANGE_SET):
        replace(deploying, _noticing_the_bootstrap)
    replace(Name.ENFORCE, _sparing)
    replace(Name.ROLE_POLICIES, _role_policies_in_force)
    replace(Name.MANAGED_POLICY, _managed_policy_in_force)
    replace(Name.TRUST_POLICY, _trust_in_force)


def _noticing_the_bootstrap(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def deploy(stack_name: str, stack_id: str, template: dict[str, Any], *rest: Any, **options: Any) -> None:
        _is_bootstrapping.set(_BOOTSTRAP_MARK in template.get("Resources", {}))
        await original(stack_name, stack_id, template, *rest, **options)

    return deploy


def _recording(original: Callable[..., Any]) -> Callable[..., Any]:
    """Note what a resource of a stack changes."""

    def handler(*arguments: Any) -> Any:
        if _is_bootstrapping.get():
            return original(*arguments)
        before = _everything()
        try:
            return original(*arguments)
        finally:
            for key, value in _everything().items():
                if before.get(key) != value:
                    journal.record(key, before.get(key))

    return handler


def _everything() -> dict[Key, Any]:
    """All trust policies, inline policies, attachments and managed policies, as values that do not change."""
    found: dict[Key, Any] = {}
    for (account, name), role in get(Name.ROLES).to_dict().items():
        found["trust", account, name] = role["AssumeRolePolicyDocument"]
        found["attached", account, name] = tuple(role["AttachedPolicies"])
        for policy, document in role["InlinePolicies"].items():
            found["inline", account, name, policy] = document
    for (account, arn), policy in get(Name.POLICIES).to_dict().items():
        found["managed", account, arn] = policy["Versions"][policy["DefaultVersionId"]]["Document"]
    return found


def _sparing(original: Callable[..., Any]) -> Callable[..., Any]:
    def enforce(access_key_id: str, iam_action: str, *rest: Any, **options: Any) -> Any:
        token = _is_spared.set(iam_action in _FRAMEWORK_ACTIONS or is_service_session(access_key_id))
        try:
            return original(access_key_id, iam_action, *rest, **options)
        finally:
            _is_spared.reset(token)

    return enforce


def _role_policies_in_force(original: Callable[..., Any]) -> Callable[..., Any]:
    def gather(role_name: str, account_id: str) -> Any:
        role = get(Name.ROLES).get_scoped(account_id, None, role_name)
        if role is None or _is_spared.get():
            return original(role_name, account_id)
        attached = journal.in_force(("attached", account_id, role_name), tuple(role["AttachedPolicies"])) or ()
        documents = [
            *(
                journal.in_force(("inline", account_id, role_name, name), document)
                for name, document in role["InlinePolicies"].items()
            ),
            *(get(Name.MANAGED_POLICY)(arn, account_id) for arn in attached),
        ]
        return [get(Name.PARSE_POLICY)(document) for document in documents if document]

    return gather


def _managed_policy_in_force(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(policy_arn: str, account_id: str) -> Any:
        document = original(policy_arn, account_id)
        if _is_spared.get():
            return document
        return journal.in_force(("managed", account_id, policy_arn), document)

    return resolve


def _trust_in_force(original: Callable[..., bool]) -> Callable[..., bool]:
    def evaluate(trust_doc: str | Mapping[str, Any], caller_arn: str, ctx: Any = None) -> bool:
        if ctx is not None and ctx.resource_arn.startswith("arn:"):
            account, name = ctx.resource_arn.split(":")[4], ctx.resource_arn.rsplit("/", 1)[-1]
            trust_doc = journal.in_force(("trust", account, name), trust_doc) or {}
        return original(trust_doc, caller_arn, ctx)

    return evaluate
