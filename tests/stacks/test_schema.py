"""The JSON schema that editors complete and check configuration files with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from cfnlint.jsonschema import StandardValidator
from hypothesis import given, strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from model_monitor import ConfigurationError, DataQualityAlarms, MonitorCompute, MonitorNetwork, MonitorSchedule
from stacks import schema
from stacks.configuration.alarms import DataQualityAlarmsConfig
from stacks.configuration.base import StrictModel
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.schedule import CronExpression

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATIONS = [ROOT / "monitoring.yaml", *sorted((ROOT / "examples/configurations").glob("*.yaml"))]


def models(model: type[BaseModel] = StrictModel) -> list[type[BaseModel]]:
    return [found for subclass in model.__subclasses__() for found in (subclass, *models(subclass))]


def test_the_committed_schema_is_up_to_date():
    committed = (ROOT / "monitoring.schema.json").read_text(encoding="utf-8")
    assert committed == schema.text() + "\n", "the configuration model has changed: run 'make schema'"


def test_the_command_prints_the_schema(capsys):
    schema.main()
    assert capsys.readouterr().out == schema.text() + "\n"


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.name)
def test_every_configuration_names_the_schema_in_its_first_line(file):
    first = file.read_text(encoding="utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (file.parent / first.removeprefix(prefix)).resolve() == ROOT / "monitoring.schema.json"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_is_documented(model):
    undocumented = [name for name, field in model.model_fields.items() if not field.description]
    assert undocumented == []


def test_editors_flag_unknown_keys():
    definitions = schema.schema()["$defs"].values()
    assert all(definition["additionalProperties"] is False for definition in definitions)


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.name)
def test_editors_accept_what_the_app_accepts(file):
    errors = StandardValidator(schema.schema()).iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    "setting",
    [
        {"shedule": "hourly"},
        {"schedule": "weekly"},
        {"schedule": {"cron": "rate(1 hour)"}},
        {"schedule": {"daily": {"hour": 24}}},
        {"categorical": "age"},
        {"alarms": {"silence_after": 0}},
        {"alarms": {"drift": {"age": 1}}},
        {"constraints": {"features": {"age": {"completeness": 97}}}},
        {"compute": {"instance_type": "m5.large"}},
        {"variables": {"LIMIT": 3}},
    ],
    ids=str,
)
def test_editors_flag_what_the_app_refuses(setting):
    monitor = {"baseline": {"dataset": "s3://training/train.csv"}}
    validator = StandardValidator(schema.schema())
    right = {"endpoints": {"credit": {"capture": "s3://records/capture", "data_quality": monitor}}}
    wrong = {"endpoints": {"credit": {"capture": "s3://records/capture", "data_quality": {**monitor, **setting}}}}
    assert list(validator.iter_errors(right)) == []
    assert list(validator.iter_errors(wrong)) != []


def test_defaults_in_the_file_are_those_of_the_library():
    alarms, compute, network = DataQualityAlarms(), MonitorCompute(), MonitorNetwork()
    assert DataQualityAlarmsConfig().model_dump() == vars(alarms)
    assert ComputeConfig().model_dump() == {
        "instance_type": compute.instance_type,
        "instance_count": compute.instance_count,
        "volume_size_gib": compute.volume_size.to_gibibytes(),
        "volume_key": compute.volume_key,
        "max_runtime_minutes": compute.max_runtime,
    }
    assert NetworkConfig().isolation == network.isolation
    assert NetworkConfig().encrypt_traffic == network.encrypt_traffic


hours = st.integers(0, 30).map(str) | st.sampled_from(["*", "00", "05", "1-3", ""])
steps = st.just("") | st.integers(0, 30).map(lambda step: f"/{step}")
days = st.sampled_from(["? * *", "* * ?", "* * *", "? * MON"])


@given(minute=st.sampled_from(["0", "5"]), hour=hours, step=steps, day=days)
def test_the_file_takes_the_same_cron_expressions_as_the_library(minute, hour, step, day):
    expression = f"cron({minute} {hour}{step} {day} *)"
    try:
        TypeAdapter(CronExpression).validate_python(expression)
        accepted = True
    except ValidationError:
        accepted = False
    try:
        MonitorSchedule.expression(expression)
    except ConfigurationError:
        assert not accepted
    else:
        assert accepted
