"""`make demo`: deploys the app into an embedded AWS on this machine, sends traffic, and shows the drift being found."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.credit_risk import data, findings, traffic
from examples.credit_risk.prepare import BUILD, Prepared, train
from examples.credit_risk.steps import Steps
from sandbox.cdk import CdkCli, CdkError
from sandbox.client import SandboxProcess

_ROOT = Path(__file__).resolve().parents[2]
_REPORTS = _ROOT / ".sandbox" / "demo"
_REQUESTS = 400
_MONITORING, _SERVING = "CreditRiskMonitoring", "CreditRiskServing"
_ENDPOINT = "credit-risk"
_RUN_TIMEOUT_SECONDS = 60


@dataclass
class Demo:
    """One demonstration, from an empty account to the message that says what drifted.

    Attributes:
        box: The embedded AWS.
        steps: What is shown.
        assembly: Where the synthesised app lies.
    """

    box: SandboxProcess
    steps: Steps
    assembly: Path

    def run(self) -> None:
        """Goes through all steps."""
        console = self.steps.console
        self.synthesise()
        outputs = self.deploy()
        console.print(f"   {_output(outputs, 'BlindFeatures')}", highlight=False, style="dim")
        console.print("   (the loan's term would be blind as a number; here it is compared as a category)", style="dim")
        live = data.load().live
        with self.steps.step(f"{_REQUESTS} real applicants that the model has not seen") as detail:
            self._send(data.to_csv_rows(live[:_REQUESTS]), detail)
        clean = self.run_monitor("An hour later, the monitor looks at them")
        findings.show_execution(console, clean)
        findings.show_alarms(console, self.box.client("cloudwatch"))
        with self.steps.step(f"{_REQUESTS} from a new sales partner; prices up, incomes lost") as detail:
            self._send(data.to_csv_rows(data.drifted(live, _REQUESTS)), detail)
        before = len(self.box.outbox())
        drifted = self.run_monitor("Another hour later")
        findings.show_execution(console, drifted)
        report_uri = self.show_findings(drifted, _output(outputs, "Constraints"))
        # The run's own message says most, so it comes last.
        findings.show_messages(
            console, sorted(self.box.outbox()[before:], key=lambda mail: "violation" in mail["subject"])
        )
        self.show_files(report_uri, _output(outputs, "Constraints"))

    def synthesise(self) -> None:
        """Prepares the account and synthesises the app, side by side."""
        with self.steps.step("cdk bootstrap and cdk synth") as detail, ThreadPoolExecutor() as both:
            synthesis = both.submit(self._cli(f"{sys.executable} -m examples.credit_risk.app", detail).synth)
            both.submit(self._cli("", detail).bootstrap).result()
            synthesis.result()

    def deploy(self) -> dict[str, str]:
        """Deploys both stacks; the baseline job runs meanwhile."""
        with self.steps.step("cdk deploy: endpoint, baseline job, monitor, alarms, topic") as detail:
            return self._cli(None, detail).deploy()[_MONITORING]

    def destroy(self) -> None:
        """Deletes both stacks."""
        with self.steps.step("cdk destroy") as detail:
            self._cli(None, detail).destroy()

    def run_monitor(self, title: str) -> Mapping[str, Any]:
        """Lets an hour pass, and waits for the run that falls due."""
        with self.steps.step(title) as detail:
            detail("the clock of the embedded AWS moves on")
            self.box.advance(timedelta(hours=1))
            self.box.wait_until_idle(_RUN_TIMEOUT_SECONDS)
            executions = self.box.client("sagemaker").list_monitoring_executions(EndpointName=_ENDPOINT)
            newest: Mapping[str, Any] = executions["MonitoringExecutionSummaries"][0]
            return newest

    def show_findings(self, execution: Mapping[str, Any], constraints_uri: str) -> str:
        """Shows what drifted and what the alarms say, and returns where the report lies."""
        console, s3 = self.steps.console, self.box.client("s3")
        job = self.box.client("sagemaker").describe_processing_job(
            ProcessingJobName=execution["ProcessingJobArn"].rsplit("/", 1)[-1]
        )
        report_uri: str = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        report = findings.download_report(s3, report_uri, _REPORTS)
        baseline = findings.read_json(s3, constraints_uri.replace("constraints.json", "statistics.json"))
        findings.show_violations(console, report["constraint_violations.json"], baseline, report["statistics.json"])
        findings.show_alarms(console, self.box.client("cloudwatch"))
        return report_uri

    def show_files(self, report_uri: str, constraints_uri: str) -> None:
        """Says where everything lies."""
        console = self.steps.console
        console.print(f"Report    {report_uri}", highlight=False, soft_wrap=True)
        console.print(f"          (copied to {_REPORTS.relative_to(_ROOT)}/)", highlight=False)
        console.print(f"Baseline  {constraints_uri}", highlight=False, soft_wrap=True)

    def _send(self, rows: list[str], progress: Callable[[str], None]) -> None:
        traffic.send(self.box.client("sagemaker-runtime"), _ENDPOINT, rows, progress)

    def _cli(self, app: str | None, detail: Callable[[str], None]) -> CdkCli:
        if app is None:
            return CdkCli(self.box, str(self.assembly), _ROOT, on_line=detail)
        return CdkCli(self.box, app, _ROOT, self.assembly, on_line=detail)


def _output(outputs: Mapping[str, str], ending: str) -> str:
    return next(value for name, value in outputs.items() if ending in name)


def _prepare(steps: Steps) -> SandboxProcess:
    BUILD.mkdir(parents=True, exist_ok=True)
    with (
        steps.step("Train a model on 3000 real applicants, start the embedded AWS"),
        ThreadPoolExecutor() as both,
    ):
        starting = both.submit(SandboxProcess.start)
        area = train(Prepared(BUILD / "model.tar.gz", BUILD / "baseline.csv"))
        box = starting.result()
    steps.console.print(f"   area under the ROC curve on unseen applicants: {area:.3f}", highlight=False, style="dim")
    return box


def _keep_running(console: Console, box: SandboxProcess) -> None:
    console.print("\n[bold]It stays up until Ctrl-C.[/bold] In another terminal:")
    for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        console.print(f"  export {name}={box.environment()[name]}", highlight=False, soft_wrap=True)
    console.print("  aws sagemaker list-monitoring-executions", highlight=False)
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        signal.pause()


def main() -> int:
    """Runs the demonstration.

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
            demo.run()
            if keep:
                _keep_running(console, box)
            else:
                demo.destroy()
    except CdkError as error:
        console.print(str(error), style="red", highlight=False, markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    steps.print_times()
    return 0


if __name__ == "__main__":
    sys.exit(main())
