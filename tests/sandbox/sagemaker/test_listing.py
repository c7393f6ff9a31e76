"""Filters, order and pages of List calls."""

import pytest
from hypothesis import given, strategies as st

from sandbox.errors import AwsError
from sandbox.sagemaker.listing import page


def listed(count: int, **request: object) -> list[str]:
    models = [{"ModelName": f"model-{n:03d}", "CreationTime": float(n)} for n in range(count)]
    answer = page("ListModels", models, request)
    return [model["ModelName"] for model in answer["Models"]]


def test_the_newest_come_first_ten_at_a_time() -> None:
    assert listed(30) == [f"model-{n:03d}" for n in range(29, 19, -1)]


def test_order_can_be_chosen() -> None:
    assert listed(3, SortBy="Name", SortOrder="Ascending") == ["model-000", "model-001", "model-002"]


def test_names_are_searched_without_regard_to_case() -> None:
    assert listed(30, NameContains="MODEL-01", MaxResults=100, SortOrder="Ascending") == [
        f"model-{n:03d}" for n in range(10, 20)
    ]


def test_times_are_exclusive_bounds() -> None:
    assert listed(10, CreationTimeAfter=3.0, CreationTimeBefore=6.0) == ["model-005", "model-004"]


@pytest.mark.parametrize("token", ["nonsense", "eyJhIjogMX0=", "eyJvZmZzZXQiOiAtMX0="])
def test_a_foreign_token_is_refused(token: str) -> None:
    with pytest.raises(AwsError, match="Invalid NextToken"):
        page("ListModels", [], {"NextToken": token})


@given(count=st.integers(0, 40), size=st.integers(1, 15))
def test_the_pages_together_hold_everything_once(count: int, size: int) -> None:
    models = [{"ModelName": str(n), "CreationTime": float(n)} for n in range(count)]
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = page("ListModels", models, {"MaxResults": size, **token})
        assert len(answer["Models"]) <= size
        seen += [model["ModelName"] for model in answer["Models"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == [str(n) for n in range(count - 1, -1, -1)]
