"""The role that the functions assume for one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model_monitor.internal.access import AccessRole
from model_monitor.internal.statements import Statement

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_STATEMENT_SIZE = 1000  # characters: five fit into a managed policy, and eight into the role's own


def _role_with(kit: Kit, statements: int) -> AccessRole:
    role = AccessRole(kit.stack(), "Access", path="/monitoring/", functions=["arn"], subject="endpoint fraud-prod")
    role.require_room()
    for number in range(statements):
        bucket = f"{number:03}".ljust(_STATEMENT_SIZE // 20, "b")
        resources = [f"arn:aws:s3:::{bucket}/{part:02}/*" for part in range(14)]
        role.allow([Statement(actions=["s3:GetObject"], resources=resources)], "records")
    return role


@pytest.mark.parametrize(("statements", "fits"), [(40, True), (80, False)])
def test_more_permissions_than_iam_lets_a_role_have_fail_the_synthesis(kit: Kit, statements: int, fits: bool) -> None:
    app = _role_with(kit, statements).node.root
    if fits:
        assert app.synth().stacks  # type: ignore[attr-defined]
    else:
        with pytest.raises(RuntimeError, match="more permissions than IAM lets one role have"):
            app.synth()  # type: ignore[attr-defined]
