"""The README of the sandbox says what is like AWS, and every such claim has a test that runs."""

import pytest

from tests.fidelity import tables
from tests.fidelity.tables import KINDS, README, TESTS, NamedTest


def test_the_tables_of_the_readme_are_those_of_the_claims_and_tests() -> None:
    readme = README.read_text()
    assert tables.written(readme) == readme, "run `make fidelity` and commit sandbox/README.md"


@pytest.mark.parametrize("claim", tables.claims(), ids=lambda claim: claim.text[:40])
def test_a_claim_is_of_a_known_kind_and_likeness_is_tested(claim: tables.Claim) -> None:
    assert claim.kind in KINDS
    assert claim.tests or claim.kind != "like", f"name a test that fails if this is wrong: {claim.text}"
    assert "|" not in claim.text


def test_every_named_test_exists_and_is_collected(request: pytest.FixtureRequest) -> None:
    named = {test for claim in tables.claims() for test in claim.tests}
    missing = sorted(test.node_id for test in named if not _exists(test))
    assert not missing, "claims.toml names tests that do not exist"
    uncollected = sorted({test.node_id for test in named} - _collected(request.session, named))
    assert not uncollected, "claims.toml names tests that pytest does not collect"


def _exists(test: NamedTest) -> bool:
    return test.path.is_file() and test.names in tables.defined(test.path) and test.names[-1].startswith("test_")


def _collected(session: pytest.Session, named: set[NamedTest]) -> set[str]:
    """Return what this session has collected, and everything of files that it was not asked for in whole."""
    items = {item.nodeid.partition("[")[0] for item in session.items}
    files = {node_id.partition("::")[0] for node_id in items}
    config = session.config
    is_selection = any("::" in argument for argument in config.args) or any(
        config.getoption(option, None) for option in ("keyword", "markexpr", "lf", "deselect")
    )
    beyond = {
        test.node_id for test in named if is_selection or test.path.relative_to(TESTS.parent).as_posix() not in files
    }
    # All files are collected by `make test`; a session without the big ones is one that somebody has narrowed.
    return items | beyond


def test_a_readme_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the marks <!-- claims: written by `make fidelity` -->"):
        tables.written("# The sandbox\n")
