"""Datasets, bodies of requests, and how they are sent."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from model_monitor_cli import simulation
from model_monitor_cli.datasets import DatasetError, read_dataset
from model_monitor_cli.exits import UsageError
from model_monitor_cli.output import Output
from model_monitor_cli.simulation import SimulationError, Traffic
from preprocessors.scripts import drop_synthetic_traffic as filtering

NOW = datetime(2026, 11, 21, 6, 7, 31, tzinfo=UTC)


def read(folder, text, name="data.csv", **options):
    (folder / name).write_text(text)
    return read_dataset(folder / name, **options)


@pytest.mark.parametrize(
    ("text", "header", "columns", "rows"),
    [
        ("age,home\n34,rent\n", None, ("age", "home"), 1),
        ("34,rent\n35,own\n", None, ("_c0", "_c1"), 2),
        ("a,a\nb,b\n", None, ("_c0", "_c1"), 2),
        ("rent,yes\nown,no\n", False, ("_c0", "_c1"), 2),
        ("1,2\n3,4\n", True, ("1", "2"), 1),
    ],
)
def test_a_first_line_of_names_is_told_from_one_of_values(tmp_path, text, header, columns, rows):
    dataset = read(tmp_path, text, header=header)
    assert (dataset.columns, len(dataset.rows)) == (columns, rows)


def test_json_lines_have_types_and_may_lack_values(tmp_path):
    dataset = read(tmp_path, '{"age": 34}\n\n{"home": "rent", "age": null}\n', "data.jsonl")
    assert dataset.columns == ("age", "home")
    assert [simulation.encoder(dataset, None, None).body(row) for row in dataset.rows] == [
        '{"age": 34}',
        '{"age": null, "home": "rent"}',
    ]


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("a,b\n1,2\n1\n", "data.csv", "row 3 has 1 values, expected 2"),
        ("a,b\n", "data.csv", "has no rows"),
        ("", "data.csv", "is empty"),
        ('{"a": 1}\n[1]\n', "data.jsonl", "line 2 is a JSON list, expected an object"),
        ('{"a": 1}\n{\n', "data.jsonl", "line 2 is not JSON"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, text, name, told):
    with pytest.raises(DatasetError) as error:
        read(tmp_path, text, name)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("content_type", "template", "body"),
    [
        (None, None, '34,"a, b",,0.50'),
        ("application/json", None, '{"age": 34, "job": "a, b", "home": null, "rate": 0.5}'),
        ("application/json", '{"instances": [$features]}', '{"instances": [[34, "a, b", null, 0.5]]}'),
        ("application/jsonlines", '{"x": $record}', '{"x": {"age": 34, "job": "a, b", "home": null, "rate": 0.5}}\n'),
    ],
)
def test_a_row_becomes_the_body_that_the_endpoint_takes(tmp_path, content_type, template, body):
    dataset = read(tmp_path, 'age,job,home,rate\n34,"a, b",,0.50\n')
    assert simulation.encoder(dataset, content_type, template).body(dataset.rows[0]) == body


@pytest.mark.parametrize(
    ("content_type", "template", "told"),
    [
        ("text/plain", None, "expected text/csv, application/json or application/jsonlines"),
        ("text/csv", "$record", "--body is for JSON"),
        ("application/json", "{}", "neither $record nor $features"),
        ("application/json", "{$features}", "--body is not JSON"),
    ],
)
def test_a_form_that_no_endpoint_takes_is_refused(tmp_path, content_type, template, told):
    dataset = read(tmp_path, "age\n34\n")
    with pytest.raises(UsageError) as error:
        simulation.encoder(dataset, content_type, template)
    assert told in str(error.value)


def test_rows_begin_again_at_the_end_of_the_file(tmp_path):
    dataset = read(tmp_path, "age\n1\n2\n3\n")
    assert [row["age"] for row in simulation.chosen_rows(dataset, 4, skip=2)] == ["3", "1", "2", "3"]


def test_the_script_that_drops_synthetic_traffic_knows_the_marks():
    marks = simulation.custom_attributes("a", [])
    record = SimpleNamespace(event_metadata=SimpleNamespace(custom_attribute=[marks]))
    assert filtering.preprocess_handler(record, None) == []


class Endpoint:
    """An endpoint that answers at once, and a clock that only its caller moves."""

    def __init__(self, refuse=lambda place: None):
        self.calls, self.pauses, self.time, self.refuse = [], [], 0.0, refuse

    def client(self, _service):
        return self

    def now(self):
        return NOW

    def invoke_endpoint(self, **call):
        self.calls.append(call)
        code = self.refuse(len(self.calls))
        if code:
            raise ClientError({"Error": {"Code": code, "Message": "no such column"}}, "InvokeEndpoint")

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.time += seconds

    def send(self, count, *, rate=10.0):
        traffic = Traffic()
        simulation.send(
            self,
            "credit",
            [f"{place}" for place in range(count)],
            content_type="text/csv",
            name="a",
            attributes="synthetic=true",
            rate=rate,
            into=traffic,
            progress=lambda _: None,
            sleep=self.sleep,
            clock=lambda: self.time,
        )
        return traffic


def test_requests_are_marked_and_never_faster_than_the_rate():
    endpoint = Endpoint()
    traffic = endpoint.send(20, rate=4)

    assert endpoint.time == pytest.approx(19 / 4)
    assert [sent.inference_id for sent in traffic.sent] == [f"simulated-a-{place:06}" for place in range(20)]
    assert {call["InferenceId"]: call["Body"] for call in endpoint.calls} == {
        f"simulated-a-{place:06}": f"{place}".encode() for place in range(20)
    }
    assert {call["CustomAttributes"] for call in endpoint.calls} == {"synthetic=true"}


def test_a_request_that_is_refused_is_counted_and_the_others_go_on():
    traffic = Endpoint(lambda call: "ModelError" if call % 5 == 0 else None).send(20)

    assert (len(traffic.sent), traffic.refused, traffic.first_refusal) == (16, 4, "no such column")


def test_an_endpoint_that_takes_nothing_is_left_alone_after_some_requests():
    def refuse(call):
        if call == 1:
            time.sleep(0.3)  # the first answer takes longest where a model is loaded for it
        return "ModelError"

    endpoint = Endpoint(refuse)
    with pytest.raises(SimulationError, match="refused the first 10 requests: no such column"):
        endpoint.send(200)
    assert len(endpoint.calls) < 30


def test_what_aws_refuses_for_all_requests_ends_it():
    with pytest.raises(ClientError, match="AccessDenied"):
        Endpoint(lambda _: "AccessDeniedException").send(5)


def test_a_terminal_shows_how_many_are_done_and_a_file_does_not():
    terminal, file = Console(file=io.StringIO(), force_terminal=True), Console(file=io.StringIO())
    for console in (terminal, file):
        with Output(on=console).counting("Sending to [credit]", 8) as progress:
            progress(5)
    assert "Sending to [credit]" in terminal.file.getvalue()
    assert "5/8" in terminal.file.getvalue()
    assert file.file.getvalue() == ""


def test_batch_transform_has_no_one_to_send_to_but_takes_a_file(world, command, tmp_path):
    (tmp_path / "rows.csv").write_text("age\n34\n")
    world.register(
        "credit-strict-5e6f7a8b", short_name="strict", model="", jobs="nightly", title="batch transform nightly"
    )
    try:
        refused = command("simulate", "nightly", str(tmp_path / "rows.csv"))
        assert isinstance(refused.exception, UsageError)
        assert "'nightly' is batch transform: its records are files of transform jobs" in str(refused.exception)
    finally:
        world.register("credit-strict-5e6f7a8b", short_name="strict")

    file = str(tmp_path / "drifted.csv")
    assert command("simulate", "nightly", str(tmp_path / "rows.csv"), "--count", "2", "--output", file).exit_code == 0
    assert (tmp_path / "drifted.csv").read_text() == "34\n34\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--content-type", "text/csv"), "--content-type and --body are for endpoints"),
        (("--prediction", "score"), "--prediction: the file has no column 'score'"),
    ],
)
def test_options_that_mean_nothing_for_a_model_served_elsewhere_are_refused(command, tmp_path, options, told):
    (tmp_path / "rows.csv").write_text("age\n34\n")
    result = command("simulate", "credit", str(tmp_path / "rows.csv"), *options)
    assert isinstance(result.exception, UsageError)
    assert told in str(result.exception)
