"""The demonstration itself: four monitors of one endpoint, an hour in which all is well, and four troubles."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console

from examples.credit_risk import data
from examples.credit_risk.demo import Demo, show_end, show_page
from examples.credit_risk.prepare import prepare
from examples.credit_risk.runs import Run
from examples.credit_risk.steps import Steps
from examples.credit_risk.troubles import HOURS
from sandbox.process.client import SandboxProcess

# On a busy machine the hours of five runs each take their time.
pytestmark = pytest.mark.timeout(600)

_ROOT = Path(__file__).resolve().parents[2]
_MONITORS = ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
# As the service, the bias monitor reports every metric that is a little farther from 0 than in the baseline, so that
# it speaks in most hours with a trouble; what matters is told by an alarm on a limit.
_SILENT_BY_CHANCE = [monitor for monitor in _MONITORS if monitor != "ModelBias"]


@dataclass(frozen=True)
class Shown:
    """A demonstration that is over."""

    box: SandboxProcess
    demo: Demo
    hours: dict[str | None, dict[str, Run]]
    mails: list[dict[str, Any]]
    said: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    prepare()
    said = io.StringIO()
    with SandboxProcess.start() as box:
        demo = Demo(box, Steps(Console(file=said, width=120)), tmp_path_factory.mktemp("demo") / "cdk.out")
        run = demo.run()
        demo.steps.print_times()
        show_end(demo.steps.console, run)
        show_page(demo.steps.console)
        hours = {hour.monitor: {run.monitor: run for run in runs} for hour, runs in run}
        yield Shown(box, demo, hours, box.outbox(), said.getvalue())


def _found(run: Run, key: str) -> set[str]:
    return {violation[key] for violation in run.violations}


def test_clean_traffic_stays_quiet(shown: Shown) -> None:
    assert {run.status for run in shown.hours[None].values()} == {"Completed"}


def test_no_run_fails(shown: Shown) -> None:
    failed = [(run.monitor, run.reason) for runs in shown.hours.values() for run in runs.values() if run.has_failed]
    assert failed == []


def test_features_that_shift_are_named_by_the_data_quality_monitor(shown: Shown) -> None:
    run = shown.hours["DataQuality"]["DataQuality"]
    assert {"price", "amount", "home", "term_months", "income"} <= _found(run, "feature_name")


def test_outcomes_that_change_are_found_by_the_model_quality_monitor_alone(shown: Shown) -> None:
    runs = shown.hours["ModelQuality"]
    assert {"recall", "accuracy", "auc"} <= _found(runs["ModelQuality"], "metric_name")
    assert [monitor for monitor in _SILENT_BY_CHANCE if not runs[monitor].is_quiet] == ["ModelQuality"]


def test_a_group_that_is_treated_worse_is_found_by_the_bias_monitor_alone(shown: Shown) -> None:
    """Every column looks as always, since only who has which value has changed."""
    runs = shown.hours["ModelBias"]
    assert _found(runs["ModelBias"], "metric_name") == {"DPPL", "RD"}
    assert _found(runs["ModelBias"], "facet_value") == {"single"}
    assert [monitor for monitor, run in runs.items() if not run.is_quiet] == ["ModelBias"]


def test_another_order_of_attributions_is_found_by_the_explainability_monitor(shown: Shown) -> None:
    run = shown.hours["ModelExplainability"]["ModelExplainability"]
    assert _found(run, "constraint_check_type") == {"feature_attribution_drift_check"}
    values = run.report["analysis.json"]["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert max(values, key=values.get) == "expenses"


@pytest.mark.parametrize(
    "sentence",
    [
        "The data quality monitor found",
        "The model quality monitor found",
        "The model bias monitor found",
        "The model explainability monitor found",
    ],
)
def test_every_trouble_arrives_as_a_message_and_is_shown(sentence: str, shown: Shown) -> None:
    assert any(sentence in mail["body"] for mail in shown.mails)
    assert sentence in shown.said


def _cells(said: str, title: str, row: str) -> list[str]:
    """The cells of the first row of a table that begins so."""
    table = said[said.index(title) :]
    line = next(line for line in table.splitlines() if line.startswith(f"│ {row}"))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_baseline_is_shown_beside_what_drifted(shown: Shown) -> None:
    """The applicants of that hour want to buy at prices that have risen by two thirds."""
    run = shown.hours["DataQuality"]["DataQuality"]
    features = {feature["name"]: feature for feature in run.report["statistics.json"]["features"]}
    (_, before, now, finding) = _cells(shown.said, "What drifted", "price")
    assert now.startswith(f"mean {features['price']['numerical_statistics']['mean']:.4g} ± ")
    baseline, current = (float(re.findall(r"mean ([\d.e+]+)", cell)[0]) for cell in (before, now))
    assert current > 1.3 * baseline
    assert "drift" in finding.lower()
    assert re.fullmatch(r"rent \d\d%, .*", _cells(shown.said, "What drifted", "home")[2])


def test_all_hours_and_monitors_are_compared_at_the_end(shown: Shown) -> None:
    cells = dict(zip(_MONITORS, _cells(shown.said, "Who found what", "All is well")[1:], strict=True))
    assert set(cells.values()) == {"quiet"}
    drifted = str(len(shown.hours["DataQuality"]["DataQuality"].violations))
    assert _cells(shown.said, "Who found what", "Other people")[1] == drifted


def test_it_ends_with_what_to_do_next(shown: Shown) -> None:
    _, end = shown.said.split("What next")
    for file in re.findall(r"^ (\S+\.(?:md|py))", end, re.M):
        assert (_ROOT / file).is_file()
    for heading in re.findall(r"README.md, (.+?)  ", end):
        assert f"\n## {heading}\n" in (_ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo KEEP=1" in end
    assert set(re.findall(r"^  model-monitor (\S+)", end, re.M)) >= {"status", "report", "simulate"}


def test_the_time_from_drift_to_message_is_told_of_each_monitor(shown: Shown) -> None:
    _, told = shown.said.split("from the last drifted request to the message")
    seconds = dict(re.findall(r"^ +(\w[\w ]*?\w) +(\d+\.\d) *$", told, re.M))
    assert set(seconds) == {"data quality", "model quality", "bias", "attribution"}
    assert all(0 < float(taken) < 300 for taken in seconds.values()), "the hour that was skipped is no part of it"


@pytest.mark.parametrize("monitor", _MONITORS)
def test_the_report_that_found_the_trouble_is_named_and_copied_to_this_machine(monitor: str, shown: Shown) -> None:
    run = shown.hours[monitor][monitor]
    assert re.search(rf"^{monitor} +{re.escape(run.report_uri)}$", shown.said, re.M)
    (folder,) = re.findall(r"These reports are copied to (\S+)/", shown.said)
    copied = _ROOT / folder / monitor / "constraint_violations.json"
    assert json.loads(copied.read_text())["violations"] == run.violations


def test_the_dashboard_is_drawn_on_this_machine(shown: Shown) -> None:
    (picture,) = re.findall(r"^Dashboard +(\S+\.png)$", shown.said, re.M)
    with Image.open(_ROOT / picture) as drawn:
        assert drawn.width == 1248
        assert drawn.height > drawn.width
        assert len(drawn.convert("RGB").getcolors(100_000) or []) > 50, "more than an empty page"


@pytest.mark.parametrize("monitor", _MONITORS)
def test_each_run_with_violations_has_a_page_that_its_message_links_to(monitor: str, shown: Shown) -> None:
    run = shown.hours[monitor][monitor]
    page = run.report_uri.partition("://")[2].partition("/")[2] + "/monitoring-report.html"
    (mail,) = [mail for mail in shown.mails if f"prefix={page}" in mail["body"]]
    assert "Command: model-monitor report credit-risk" in mail["body"]
    copied = (_ROOT / ".sandbox" / "demo" / monitor / "report.html").read_text(encoding="utf-8")
    assert f"{len(run.violations)} violation{'' if len(run.violations) == 1 else 's'} found" in copied


def test_the_path_of_the_page_comes_last(shown: Shown) -> None:
    assert shown.said.rstrip().endswith(str(_ROOT / ".sandbox" / "demo" / "report.html"))


def test_it_is_said_how_long_each_step_took(shown: Shown) -> None:
    steps = ["cdk bootstrap and cdk synth", "cdk deploy: endpoint", *(hour.title for hour in HOURS)]
    for number, step in enumerate(steps, start=1):
        assert re.search(rf"^✔ {number}\. {re.escape(step)}.* \d+\.\d s$", shown.said, re.M)


def test_the_alarms_of_single_metrics_go_into_alarm(shown: Shown) -> None:
    for happened in (
        "Feature 'price' has drifted",
        "The mean of feature 'age'",
        "its recall is below the baseline's by more than 0.15",
        "DPPL of 'marital' single lies more than 0.25 from 0",
    ):
        assert happened in shown.said


@pytest.mark.parametrize("monitor", ["ModelQuality", "ModelBias"])
def test_every_record_has_found_its_label(monitor: str, shown: Shown) -> None:
    cloudwatch, now = shown.box.client("cloudwatch"), shown.box.now()
    (metric,) = [
        found
        for found in cloudwatch.list_metrics(Namespace="ModelMonitoring", MetricName="LabelCoverage")["Metrics"]
        if any(monitor.lower() in dimension["Value"] for dimension in found["Dimensions"])
    ]
    points = cloudwatch.get_metric_statistics(
        **metric, StartTime=now - timedelta(hours=12), EndTime=now, Period=3600, Statistics=["Minimum"]
    )["Datapoints"]
    assert [point["Minimum"] for point in points] == [1.0] * len(shown.hours)


def test_labels_find_simulated_records_once(
    shown: Shown, model_monitor_in: Callable[[SandboxProcess], Callable[..., Any]], tmp_path: Path
) -> None:
    model_monitor, dataset, labels = model_monitor_in(shown.box), tmp_path / "live.csv", tmp_path / "labels.csv"
    data.load().live[:20].to_csv(dataset, index=False)
    simulate = ("simulate", "credit-risk", str(dataset), "--label", data.LABEL, "--rate", "100")
    assert model_monitor(*simulate, "--count", "4", "--name", "later")[0] == 0
    flipped = ("--drift", "label-flip=1", "--ground-truth", "monitors")
    assert model_monitor(*simulate, "--count", "2", "--name", "now", *flipped)[1]["ground_truth"]["labels"] == 2
    shown.box.wait_until_idle()  # records arrive in S3 a little later than the requests

    bad = data.load().live[data.LABEL].tolist()
    ids = ["simulated-later-000000", "simulated-later-000001", "order-17", "simulated-now-000000"]
    labels.write_text("\n".join(["id,label", *(f"{name},{bad[0]}" for name in ids)]))
    told = [model_monitor("ground-truth", "credit-risk", str(labels), "--last", "1h") for _ in range(2)]

    assert [code for code, _ in told] == [1, 1], "one of them has another label, which stays"
    assert [result["contradicting"] for _, result in told] == [["simulated-now-000000"]] * 2
    assert [result["unknown"] for _, result in told] == [["order-17"]] * 2
    assert [(result["uploaded"], result["already_labelled"]) for _, result in told] == [(2, 0), (0, 2)]
    assert [result["captured_without_label"] for _, result in told] == [2, 2]


def test_the_commands_that_it_ends_with_work_as_they_are_printed(
    shown: Shown, model_monitor_in: Callable[[SandboxProcess], Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_ROOT)
    model_monitor = model_monitor_in(shown.box)
    commands = re.findall(r"^  model-monitor (.+?)  # ", shown.said, re.M)
    answers = {(words := shlex.split(command))[0]: model_monitor(*words) for command in commands}

    assert {name: code for name, (code, _) in answers.items()} == {"status": 1, "report": 1, "simulate": 0, "run": 1}
    assert answers["simulate"][1]["sent"] == 100
    assert "price" in {finding["feature"] for finding in answers["run"][1]["findings"]}


def test_destroy_leaves_no_part_of_the_monitoring(shown: Shown) -> None:
    shown.demo.destroy()
    sagemaker = shown.box.client("sagemaker")
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    for kind in ("data_quality", "model_quality", "model_bias", "model_explainability"):
        assert getattr(sagemaker, f"list_{kind}_job_definitions")()["JobDefinitionSummaries"] == []
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_models()["Models"] == []


# `make demo KEEP=1`, without the model and the deployment, which the other tests look at.
_KEPT = """
import sys
from examples.credit_risk import demo
demo.train = lambda prepared: 0.5
demo.Demo.run = lambda self: []
demo.findings.show_hours = lambda console, hours: None
sys.exit(demo.main())
"""


def _ask(url: str, secret: str = "", body: str | None = None) -> Any:
    """What the sandbox's administration answers; nothing once it has gone."""
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, {"X-Sandbox-Secret": secret})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except OSError:
        return None


def test_what_is_kept_stays_up_until_ctrl_c_and_ends_with_the_times() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-c", _KEPT, "--keep"],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert demo.stdout is not None
        before = ""
        while "Open the report in a browser" not in before:
            before += (line := demo.stdout.readline())
            assert line, before
        exports = dict(re.findall(r"^  export (\w+)=(\S+)$", before, re.M))
        assert {"AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} < set(exports)
        url, secret = f"{exports['AWS_ENDPOINT_URL']}/_sandbox", exports["SANDBOX_SECRET"]
        assert "$AWS_ENDPOINT_URL/_sandbox/outbox" in before
        assert _ask(f"{url}/outbox", secret) == []
        (move,) = re.findall(r"/clock -d '(.+)'$", before, re.M)
        moved = [_ask(f"{url}/clock", secret, move), _ask(f"{url}/clock", secret)]
        assert moved[0]["now"] <= moved[1]["now"]
        assert demo.poll() is None
        # A terminal sends it to all processes that the command has started, the embedded AWS among them.
        os.killpg(demo.pid, signal.SIGINT)
        after, _ = demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == 0
    assert "How long it took" in after
    assert re.search(r"^ *Train a model .* \d+\.\d *$", after, re.M)
    assert "cdk destroy" not in after
    assert _ask(f"{url}/health") is None
