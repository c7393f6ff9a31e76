import pytest

from sandbox.seams.names import EXPECTED_VERSION, SeamError, check

REGION = "core.responses:get_region()"


def test_names_that_are_as_expected_pass() -> None:
    check([REGION])


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("core.responses:get_planet()", r"core\.responses:get_planet\(\) is missing"),
        ("core.planets:get_planet()", r"core\.planets:get_planet\(\) is missing"),
        ("core.responses:request_scope(account)", r"now takes \(account_id, region\)"),
    ],
)
def test_what_is_missing_or_changed_is_named_with_the_version_to_install(name: str, complaint: str) -> None:
    with pytest.raises(SeamError, match=complaint) as raised:
        check([REGION, name])
    assert f"pip install 'ministack=={EXPECTED_VERSION}'" in str(raised.value)
    assert REGION not in str(raised.value)


def test_another_version_is_refused_even_with_every_name_in_place() -> None:
    with pytest.raises(SeamError, match=f"version {EXPECTED_VERSION} is installed"):
        check([REGION], version="9.9.9")
