from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from aws_cdk import CfnParameter, Token
from aws_cdk.assertions import Template
from hypothesis import given, strategies as st

from model_monitor import BatchMonitoring, BatchTransform, DataQualityAlarms, S3Location
from model_monitor.alarms.commands import Commands
from model_monitor.alarms.description import alarm_name, fitting_description

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_TEMPLATES = ["default_template", "quality_template", "clarify_template", "batch_template"]
_UNIQUE = st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True)


def _names(kit: Kit, template: Template) -> list[str]:
    return [
        kit.flat(alarm["Properties"]["AlarmName"])
        for kind in ("Alarm", "CompositeAlarm")
        for alarm in kit.resources(template, f"AWS::CloudWatch::{kind}").values()
    ]


def test_a_name_says_what_is_watched_and_what_has_happened(kit: Kit, default_template: Template) -> None:
    (schedule,) = kit.registered(default_template)
    monitor = "endpoint fraud-prod, data-quality"
    composite = [name for name in _names(kit, default_template) if "any alarm" in name]
    assert re.fullmatch(r"endpoint fraud-prod: any alarm of its monitors \[fraud-[0-9a-f]{8}\]", composite[0])
    assert sorted(set(_names(kit, default_template)) - set(composite)) == sorted(
        f"{monitor}: {title} [{schedule}]"
        for title in ("drift of age", "mean of income has moved", "violations", "run failed", "no runs", "no data")
    )


def test_a_name_says_which_metric_or_group_is_too_far_off(
    kit: Kit, quality_template: Template, clarify_template: Template
) -> None:
    names = " ".join([*_names(kit, quality_template), *_names(kit, clarify_template)])
    for title in (
        "model-quality: recall too low [",
        "model-quality: false positive rate too high [",
        "model-quality: labels are missing [",
        "bias: DPPL of sex female [",
        "bias: DI of age (40, 75] [",
    ):
        assert title in names


def test_a_description_names_the_command_that_shows_more(kit: Kit, default_template: Template) -> None:
    def more(id: str) -> str:
        text = kit.flat(kit.alarm(default_template, id)["AlarmDescription"])
        (command,) = re.findall(r"More: `(model-monitor .*?)`\. Without data", text)
        return str(command)

    assert more("AnyViolation") == "model-monitor report fraud-prod data-quality"
    for name in ("ExecutionFailed", "Silence", "NoData"):
        assert more(name) == "model-monitor doctor fraud-prod"
    (composite,) = kit.resources(default_template, "AWS::CloudWatch::CompositeAlarm").values()
    assert composite["Properties"]["AlarmDescription"].endswith("More: `model-monitor status fraud-prod`.")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("credit", "data-quality"), "model-monitor report credit data-quality"),
        (("my model", "strict"), "model-monitor report 'my model' strict"),
        (("${Token[TOKEN.12]}", "strict"), "model-monitor report ${Token[TOKEN.12]} strict"),
    ],
)
def test_a_command_can_be_pasted_into_a_shell(words: tuple[str, ...], command: str) -> None:
    assert Commands(words).report == command


def test_no_two_alarms_of_an_account_have_one_name(kit: Kit, request: pytest.FixtureRequest) -> None:
    names = [name for fixture in _TEMPLATES for name in _names(kit, request.getfixturevalue(fixture))]
    assert len(names) > 30
    assert len(set(names)) == len(names)
    assert all(len(re.sub(r"<\w+>", "x" * 63, name)) <= 255 for name in names)


def test_features_that_look_alike_in_ascii_have_alarms_of_their_own(kit: Kit) -> None:
    stack = kit.stack()
    features = ["größe", "grüße", "gr??e", "年齢", "所得", "f" * 250, "f" * 249 + "g"]
    kit.monitor(stack, alarms=DataQualityAlarms(drift=dict.fromkeys(features, 0.1)))
    names = [name for name in _names(kit, Template.from_stack(stack)) if "drift of" in name]
    assert len(set(names)) == len(features)
    assert all(len(name) <= 255 and name.isascii() and name.isprintable() for name in names)
    assert all(name.endswith("]") for name in names)


def test_what_is_only_known_at_deployment_is_in_the_name_as_a_whole(kit: Kit) -> None:
    stack = kit.stack()
    bucket = CfnParameter(stack, "Bucket").value_as_string
    transform = BatchTransform.of(captured=S3Location(bucket, "p" * 250), files=[])
    BatchMonitoring(stack, "Churn", transform=transform).add_data_quality(baseline=kit.baseline())
    for name in _names(kit, Template.from_stack(stack)):
        assert "<Bucket>" in name
        assert "Token" not in name
        assert len(name.replace("<Bucket>", "b" * 63)) <= 255


@given(st.text(max_size=400), _UNIQUE)
def test_every_name_fits_and_ends_in_what_makes_it_unique(text: str, unique: str) -> None:
    name = alarm_name(text, unique)
    assert len(name) <= 255
    assert name.endswith(f" [{unique}]")
    assert name.isascii()
    assert name.isprintable()


@given(st.lists(st.text(min_size=1, max_size=300), min_size=2, max_size=6, unique=True), _UNIQUE)
def test_different_texts_make_different_names(texts: list[str], unique: str) -> None:
    assert len({alarm_name(text, unique) for text in texts}) == len(texts)


@given(st.integers(min_value=0, max_value=260), st.integers(min_value=0, max_value=260))
def test_no_name_holds_half_a_token(before: int, behind: int) -> None:
    token = Token.as_string({"Ref": "Bucket"})
    name = alarm_name(f"{'a' * before}{token}{'b' * behind}", "unique")
    assert len(name.replace(token, "x" * 63)) <= 255
    assert "${" not in name.replace(token, "")


def visible(text: str) -> str:
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def test_line_breaks_and_control_characters_of_names_are_written_out() -> None:
    text = fitting_description("Drift of age\nALARM CLEARED\x1b[2J.", "See runbook.")
    assert text == r"Drift of age\nALARM CLEARED\x1b[2J. See runbook."


@given(st.lists(st.text(max_size=400), min_size=1, max_size=6))
def test_whole_parts_of_a_description_are_left_out_rather_than_cut(parts: list[str]) -> None:
    text = fitting_description("First.", *parts)
    assert text.startswith("First.")
    assert len(text) <= 1024
    rest = text.removeprefix("First.")
    for part in filter(None, map(visible, parts)):
        if rest.startswith(f" {part}"):
            rest = rest.removeprefix(f" {part}")
    assert rest == ""
