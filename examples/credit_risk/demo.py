"""`make demo`: deploys the app into an embedded AWS on this machine, lets things go wrong, and shows what is found."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dashboard_picture.data import Span
from dashboard_picture.picture import draw_dashboard
from examples.credit_risk import data, findings, traffic
from examples.credit_risk.prepare import BUILD, Prepared, train
from examples.credit_risk.runs import Run, read_json
from examples.credit_risk.steps import Steps
from examples.credit_risk.troubles import HOURS, Hour
from sandbox.process.cdk import CdkCli, CdkError
from sandbox.process.client import SandboxProcess

_ROOT = Path(__file__).resolve().parents[2]
_REPORTS = _ROOT / ".sandbox" / "demo"
_PAGE = _REPORTS / "report.html"
_REQUESTS = 400
# From here on, singles are refused about as often as in training. Among few applicants that varies, and as the service,
# the bias monitor reports every metric that is a little farther from 0 than in the baseline.
_FIRST_OF_A_QUIET_HOUR = 850
_ENDPOINT = "credit-risk"
_APPLICANTS = _REPORTS / "applicants.csv"
_COMMANDS = {
    f"model-monitor status {_ENDPOINT}": "capture, monitors, runs and alarms on one screen",
    f"model-monitor report {_ENDPOINT} data-quality": "what its last run found; --open shows the page",
    f"model-monitor simulate {_ENDPOINT} {_APPLICANTS.relative_to(_ROOT)} --label {data.LABEL} --drift scale:price=2 "
    "--rate 50": "traffic with a drift of your choice",
    f"model-monitor run {_ENDPOINT} data-quality --last 5m": "what the monitor finds in it",
}
"""What to type while everything is kept up, and what it does."""
_RUN_TIMEOUT_SECONDS = 60
_POLL_SECONDS = 0.2
_AN_HOUR = timedelta(hours=1)


@dataclass
class Demo:
    """One demonstration, from an empty account to the messages that say what went wrong.

    Attributes:
        box: The embedded AWS.
        steps: What is shown.
        assembly: Where the synthesised app lies.
    """

    box: SandboxProcess
    steps: Steps
    assembly: Path

    def run(self) -> list[tuple[Hour, list[Run]]]:
        """Go through all steps, and return what every hour's runs found."""
        console = self.steps.console
        # An hour ends when the demonstration lets it, whatever time it is.
        self.box.advance_into_next_hour()
        self.synthesise()
        outputs = self.deploy()
        console.print(f"   {_output(outputs, 'BlindFeatures')}", highlight=False, style="dim")
        console.print("   (the loan's term would be blind as a number; here it is compared as a category)", style="dim")
        hours = []
        for hour in HOURS:
            began, delivered = self.box.now(), len(self.box.outbox())
            runs = self.spend(hour, outputs)
            hours.append((hour, runs))
            findings.show_runs(console, runs)
            findings.show_alarms(console, self.box.client("cloudwatch"), since=began)
            self.show(hour, runs, outputs, self.box.outbox()[delivered:])
        self.draw(outputs)
        self.show_files(hours)
        return hours

    def spend(self, hour: Hour, outputs: Mapping[str, str]) -> list[Run]:
        """Send an hour's traffic, let the hour pass, and return what became of every monitor's run."""
        live = data.load().live
        unseen = live[_FIRST_OF_A_QUIET_HOUR if hour.monitor is None else _REQUESTS :].reset_index(drop=True)
        applicants = hour.change(unseen, _REQUESTS)
        with self.steps.step(hour.title) as detail:
            ids = traffic.send(
                self.box.client("sagemaker-runtime"),
                _ENDPOINT,
                data.to_csv_rows(applicants),
                f"hour-{self.box.now():%H}",
                detail,
            )
            sent = self.box.now()
            detail("the loans end, and their labels are written down")
            labels = applicants[data.LABEL].tolist()
            traffic.write_labels(self.box.client("s3"), _output(outputs, "LabelLocation"), ids, labels, self.box.now())
            detail("an hour passes, and the monitors run")
            self.box.advance(_AN_HOUR)
            self.box.wait_until_idle(_RUN_TIMEOUT_SECONDS)
            self._note_delivery(hour, outputs, sent)
            sagemaker, s3 = self.box.client("sagemaker"), self.box.client("s3")
            return [Run.newest(sagemaker, s3, name, _output(outputs, f"{name}Schedule")) for name in findings.MONITORS]

    def _note_delivery(self, hour: Hour, outputs: Mapping[str, str], sent: datetime) -> None:
        """Wait for the message about an hour, and note how long it took, without the hour that was skipped."""
        if hour.monitor is None:
            return
        schedule, end = _output(outputs, f"{hour.monitor}Schedule"), time.monotonic() + _RUN_TIMEOUT_SECONDS
        while time.monotonic() < end:
            for mail in self.box.outbox():
                delivered = datetime.fromisoformat(mail["time"])
                if delivered > sent and schedule in mail["body"]:
                    self.steps.note_delivery(findings.MONITORS[hour.monitor], delivered - sent - _AN_HOUR)
                    return
            time.sleep(_POLL_SECONDS)

    def show(self, hour: Hour, runs: list[Run], outputs: Mapping[str, str], messages: list[dict[str, Any]]) -> None:
        """Show what the monitor found that is there to find this, and the message that it sent."""
        if hour.monitor is None:
            return
        console, s3 = self.steps.console, self.box.client("s3")
        run = next(run for run in runs if run.monitor == hour.monitor)
        constraints = _output(outputs, f"{hour.monitor}BaselineConstraints")
        if hour.monitor == "DataQuality":
            baseline = read_json(s3, constraints.replace("constraints.json", "statistics.json"))
            findings.show_drift(console, run, baseline)
        elif hour.monitor == "ModelExplainability":
            findings.show_attributions(console, run, read_json(s3, constraints))
        for message in messages:
            if _output(outputs, f"{hour.monitor}Schedule") in message["body"]:
                findings.show_message(console, message)

    def synthesise(self) -> None:
        """Prepare the account and synthesise the app, side by side."""
        with self.steps.step("cdk bootstrap and cdk synth") as detail, ThreadPoolExecutor() as both:
            synthesis = both.submit(self._cli(f"{sys.executable} -m examples.credit_risk.app", detail).synth)
            both.submit(self._cli("", detail).bootstrap).result()
            synthesis.result()

    def deploy(self) -> dict[str, str]:
        """Deploy both stacks, the baseline jobs among it, and return their outputs."""
        with self.steps.step("cdk deploy: endpoint, four baselines, four monitors, alarms, topic") as detail:
            stacks = self._cli(None, detail).deploy()
            return {name: value for outputs in stacks.values() for name, value in outputs.items()}

    def destroy(self) -> None:
        """Delete both stacks."""
        with self.steps.step("cdk destroy") as detail:
            self._cli(None, detail).destroy()

    def draw(self, outputs: Mapping[str, str]) -> None:
        """Draw the dashboard as CloudWatch would show it."""
        picture = _REPORTS / "dashboard.png"
        with self.steps.step("Draw the dashboard"):
            end = self.box.now()
            span = Span(end - timedelta(hours=len(HOURS) + 1), end)
            draw_dashboard(self.box.client("cloudwatch"), _output(outputs, "DashboardName"), span, picture)
        self.steps.console.print(f"Dashboard           {picture.relative_to(_ROOT)}", highlight=False)

    def show_files(self, hours: list[tuple[Hour, list[Run]]]) -> None:
        """Copy the reports, and applicants to simulate traffic with, to this machine and say where they are."""
        for hour, runs in hours:
            for run in runs:
                if run.monitor == hour.monitor:
                    run.copy_to(_REPORTS / run.monitor)
                    run.copy_page(self.box.client("s3"), _REPORTS / run.monitor / _PAGE.name)
                    if run.monitor == "DataQuality":
                        run.copy_page(self.box.client("s3"), _PAGE)
                    self.steps.console.print(f"{run.monitor:<20}{run.report_uri}", highlight=False, soft_wrap=True)
        data.load().live.to_csv(_APPLICANTS, index=False)
        self.steps.console.print(f"These reports are copied to {_REPORTS.relative_to(_ROOT)}/", highlight=False)

    def _cli(self, app: str | None, detail: Callable[[str], None]) -> CdkCli:
        if app is None:
            return CdkCli(self.box, str(self.assembly), _ROOT, on_line=detail)
        return CdkCli(self.box, app, _ROOT, self.assembly, on_line=detail)


def _output(outputs: Mapping[str, str], part: str) -> str:
    return next(value for name, value in outputs.items() if part in name)


def _prepare(steps: Steps) -> SandboxProcess:
    with (
        steps.step("Train a model on 3000 real applicants, start the embedded AWS"),
        ThreadPoolExecutor() as both,
    ):
        starting = both.submit(SandboxProcess.start)
        area = train(Prepared.within(BUILD))
        box = starting.result()
    steps.console.print(f"   area under the ROC curve on unseen applicants: {area:.3f}", highlight=False, style="dim")
    return box


def _keep_running(console: Console, box: SandboxProcess) -> None:
    """Say how to look around, and wait for Ctrl-C."""

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    ask = 'curl -s -H "X-Sandbox-Secret: $SANDBOX_SECRET"'
    say("\n[bold]It stays up until Ctrl-C.[/bold] In another terminal:")
    for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        say(f"  export {name}={box.environment()[name]}")
    say(f"  cd {_ROOT} && source .venv/bin/activate")
    for command in _COMMANDS:
        say(f"  {command}")
    say("The outbox has all e-mails; the clock can be moved, and what falls due runs (sandbox/README.md):")
    say(f"  export SANDBOX_SECRET={box.administration_secret}")
    say(f"  {ask} $AWS_ENDPOINT_URL/_sandbox/outbox | python3 -m json.tool")
    say(f"""  {ask} $AWS_ENDPOINT_URL/_sandbox/clock -d '{{"advance_seconds": 3600}}'""")
    show_page(console)
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        signal.pause()


def show_page(console: Console) -> None:
    """Say where the page is that was made of the run with the most to see."""
    console.print(f"Open the report in a browser: {_PAGE}", style="bold", highlight=False, soft_wrap=True)


def show_end(console: Console, hours: list[tuple[Hour, list[Run]]]) -> None:
    """Show all hours and monitors side by side, and where to go from here."""
    findings.show_hours(console, hours)
    table = Table(title="What next", title_justify="left", box=None, show_header=False)
    table.add_row("README.md, Use it in your own app", "a few lines of CDK for an endpoint of yours")
    table.add_row("README.md, Without writing code", "your endpoint in monitoring.yaml; make synth checks it")
    table.add_row("examples/credit_risk/app.py", "what was deployed here")
    table.add_row("make demo KEEP=1", "the same once more; it stays up, so that you can look around with:")
    console.print(table)
    for command, purpose in _COMMANDS.items():
        console.print(f"  {command}  [dim]# {purpose}[/dim]", highlight=False, soft_wrap=True)


def main() -> int:
    """Run the demonstration.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep everything up at the end, until Ctrl-C")
    keep = parser.parse_args().keep
    console = Console()
    steps = Steps(console)
    try:
        with _prepare(steps) as box, tempfile.TemporaryDirectory(prefix="credit-risk-") as folder:
            demo = Demo(box, steps, Path(folder) / "cdk.out")
            hours = demo.run()
            if keep:
                findings.show_hours(console, hours)
                _keep_running(console, box)
            else:
                demo.destroy()
    except CdkError as error:
        console.print(str(error), style="red", highlight=False, markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    steps.print_times()
    if not keep:
        show_end(console, hours)
        show_page(console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
