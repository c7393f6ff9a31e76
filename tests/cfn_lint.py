"""Templates as cfn-lint sees them. Its rules take half a second to load: that happens once, not for each template."""

from __future__ import annotations

import functools

from cfnlint.api import ManualArgs  # type: ignore[import-untyped]  # cfn-lint ships no types
from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]  # the same
from cfnlint.decode.decode import decode_str  # type: ignore[import-untyped]  # the same
from cfnlint.runner import Runner  # type: ignore[import-untyped]  # the same

# CDK writes a role's dependents as "role and its policies": the half that a reference implies already is harmless, and
# removing it is not the library's to do.
_REDUNDANT_DEPENDENCY = "W3005"


@functools.cache
def _runner(region: str) -> Runner:
    return Runner(ConfigMixIn(**ManualArgs(regions=[region], ignore_checks=[_REDUNDANT_DEPENDENCY])))


def complaints(template: str, *, region: str = "us-east-1") -> list[str]:
    """Return what cfn-lint has to say about a template, which is nothing if it is clean."""
    decoded, errors = decode_str(template)
    matches = errors or _runner(region).validate_template(decoded)
    return [f"{match.rule.id} {match.message} at {match.path}" for match in matches]
