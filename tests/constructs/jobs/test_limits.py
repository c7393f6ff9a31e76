from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from aws_cdk import CfnParameter, Stack

from model_monitor.jobs import limits

Refused = Callable[..., AbstractContextManager[None]]


def test_accepts_what_the_service_accepts(stack: Stack) -> None:
    limits.require_environment({"SCORE_COLUMN": "x" * 256, "_a1": CfnParameter(stack, "P").value_as_string})
    limits.require_tags({"cost centre": "12:34/a+b=c@d", "leer": "", "team": "größe"})


@pytest.mark.parametrize("name", ["1st", "with-dash", "", "n" * 257])
def test_refuses_a_name_that_is_no_variable(name: str, refused: Refused) -> None:
    with refused(f"environment variable {name!r}"[:100], "letters, digits and underscores"):
        limits.require_environment({name: "value"})


@pytest.mark.parametrize("name", ["dataset_format", "baseline_constraints", "sagemaker_endpoint_name"])
def test_refuses_a_variable_that_the_platform_sets_itself(name: str, refused: Refused) -> None:
    with refused(f"environment variable {name!r}", "platform sets itself"):
        limits.require_environment({name: "value"})


def test_refuses_a_long_value_and_too_many_variables(refused: Refused) -> None:
    with refused("257 characters", "at most 256"):
        limits.require_environment({"NAME": "x" * 257})
    with refused("51 variables", "at most 50"):
        limits.require_environment({f"N{n}": "" for n in range(51)})


@pytest.mark.parametrize("key", ["", "aws:cloudformation:x", "k" * 129, "semi;colon"])
def test_refuses_a_tag_key_that_the_service_would_refuse(key: str, refused: Refused) -> None:
    with refused(f"tag {key!r}", "not starting with aws:"):
        limits.require_tags({key: "value"})


def test_refuses_a_long_tag_and_too_many_tags(refused: Refused) -> None:
    with refused("257 characters in the tag 'team'", "at most 256"):
        limits.require_tags({"team": "x" * 257})
    with refused("51 tags", "at most 50"):
        limits.require_tags({f"k{n}": "" for n in range(51)})
