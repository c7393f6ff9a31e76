"""The JSON schema that editors complete and check configuration files with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from cfnlint.jsonschema import StandardValidator
from hypothesis import given, strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from model_monitor import (
    ConfigurationError,
    DataCapture,
    DataQualityAlarms,
    ModelBiasAlarms,
    ModelQualityAlarms,
    ModelReference,
    MonitorAlarms,
    MonitorCompute,
    MonitorNetwork,
    MonitorSchedule,
    S3Location,
    ShapConfig,
)
from stacks import schema
from stacks.configuration import FleetConfig
from stacks.configuration.alarms import (
    DataQualityAlarmsConfig,
    ModelBiasAlarmsConfig,
    ModelQualityAlarmsConfig,
    MonitorAlarmsConfig,
)
from stacks.configuration.base import StrictModel
from stacks.configuration.data_capture import NewCapture
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.model_explainability import ModelConfig, ShapSettings
from stacks.configuration.schedule import CronExpression
from stacks.plain_yaml import PlainLoader

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
    errors = StandardValidator(schema.schema()).iter_errors(yaml.load(file.read_text(encoding="utf-8"), PlainLoader))
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
        {"problem": {"regression": {"inference": 0}}},
    ],
    ids=str,
)
def test_editors_flag_what_the_app_refuses(setting):
    require_flagged("data_quality", {}, setting)


QUALITY = {"problem": {"regression": {"inference": 0}}, "ground_truth": "s3://records/labels"}
BIAS = {
    "label": "defaulted",
    "label_values": [0, "none", 0.5],
    "facets": [{"name": "sex"}, {"name": 3, "values": ["female"]}],
    "attributes": {"inference": 0},
    "ground_truth": {"location": "s3://records/labels", "end_offset_hours": 24},
}
EXPLAINABILITY = {"model": "credit-model", "shap": {"baseline": [[35, "rent", 0.5]]}}


@pytest.mark.parametrize(
    ("kind", "needed", "setting"),
    [
        ("model_quality", QUALITY, {"problem": {"regression": {}}}),
        ("model_quality", QUALITY, {"problem": {"multiclass": {"inference": 0.5}}}),
        ("model_quality", QUALITY, {"ground_truth": "labels"}),
        ("model_quality", QUALITY, {"ground_truth": {"location": "s3://records/labels", "end_offset_hours": -1}}),
        ("model_quality", QUALITY, {"thresholds": {"rmse": {"worse": 1}}}),
        ("model_quality", QUALITY, {"alarms": {"minimum_label_coverage": "sometimes"}}),
        ("model_quality", QUALITY, {"alarms": {"drift": {"age": 0.1}}}),
        ("model_quality", QUALITY, {"baseline": {"model_package": "credit"}}),
        ("model_bias", BIAS, {"label_values": [False]}),
        ("model_bias", BIAS, {"facets": ["sex"]}),
        ("model_bias", BIAS, {"alarms": {"limits": [{"metric": "DPPL", "facet": "sex"}]}}),
        ("model_explainability", EXPLAINABILITY, {"model": {"instance_type": "ml.m5.large"}}),
        ("model_explainability", EXPLAINABILITY, {"shap": {"aggregation": "mean"}}),
        ("model_explainability", EXPLAINABILITY, {"shap": {"baseline": [35]}}),
    ],
    ids=str,
)
def test_editors_flag_what_the_app_refuses_of_other_monitors(kind, needed, setting):
    require_flagged(kind, needed, setting)


def require_flagged(kind, needed, setting):
    """The schema accepts a monitor, but not with a setting; and so does the app."""
    monitor = {"baseline": {"dataset": "s3://training/train.csv"}, **needed}
    validator, model = StandardValidator(schema.schema()), TypeAdapter(FleetConfig)
    right = {"endpoints": {"credit": {"capture": "s3://records/capture", kind: monitor}}}
    wrong = {"endpoints": {"credit": {"capture": "s3://records/capture", kind: {**monitor, **setting}}}}
    model.validate_python(right)
    assert list(validator.iter_errors(right)) == []
    with pytest.raises(ValidationError):
        model.validate_python(wrong)
    assert list(validator.iter_errors(wrong)) != []


@pytest.mark.parametrize(
    "capture", [{"turn_on": {}}, {"turn_on": {"location": "s3://records/x", "samplng": 5}}], ids=str
)
def test_editors_flag_captures_that_cannot_be_turned_on(capture):
    monitor = {"baseline": {"dataset": "s3://training/train.csv"}}
    fleet = {"endpoints": {"credit": {"capture": capture, "data_quality": monitor}}}
    assert list(StandardValidator(schema.schema()).iter_errors(fleet)) != []


@pytest.mark.parametrize(("name", "right"), [("credit_v2.eu", True), ("_credit", False), ("credit/v2", False)])
def test_editors_take_every_name_of_a_writer_that_the_app_takes(name, right):
    model = {"capture": "s3://records/capture", "data_quality": {"baseline": {"dataset": "s3://training/train.csv"}}}
    errors = list(StandardValidator(schema.schema()).iter_errors({"served_elsewhere": {name: model}}))
    assert (errors == []) is right


def test_defaults_in_the_file_are_those_of_the_library():
    alarms, compute, network = DataQualityAlarms(), MonitorCompute(), MonitorNetwork()
    assert DataQualityAlarmsConfig().model_dump() == vars(alarms)
    assert ModelQualityAlarmsConfig().model_dump() == vars(ModelQualityAlarms())
    assert ModelBiasAlarmsConfig().model_dump() == {**vars(ModelBiasAlarms()), "limits": []}
    assert MonitorAlarmsConfig().model_dump() == vars(MonitorAlarms())
    assert ComputeConfig().model_dump() == {
        "instance_type": compute.instance_type,
        "instance_count": compute.instance_count,
        "volume_size_gib": compute.volume_size.to_gibibytes(),
        "volume_key": compute.volume_key,
        "max_runtime_minutes": compute.max_runtime,
    }
    assert NetworkConfig().isolation == network.isolation
    assert NetworkConfig().encrypt_traffic == network.encrypt_traffic
    model, shap = ModelReference.from_model_name("credit"), ShapConfig()
    assert ModelConfig(name="credit").instance_type == model.instance_type
    assert ModelConfig(name="credit").instance_count == model.instance_count
    assert ModelConfig(name="credit").content_type == model.content_type == model.accept_type
    assert ShapSettings().model_dump() == {**vars(shap), "aggregation": shap.aggregation.value}


def test_captures_that_are_turned_on_have_the_defaults_of_the_library():
    written = NewCapture(location="s3://records/capture")
    assert (
        DataCapture(
            location=S3Location.from_uri(written.location),
            sampling=written.sampling,
            csv_content_types=written.csv_content_types,
            json_content_types=written.json_content_types,
        ).to_document()
        == DataCapture(location=S3Location.from_uri(written.location)).to_document()
    )


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
