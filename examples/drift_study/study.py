"""What does a monitor see? Sends traffic with several kinds of drift to an endpoint, and compares what is found.

`python -m examples.drift_study.study` does it for the endpoint of `make demo KEEP=1`. It calls `model-monitor` for
everything, as a person does in a terminal.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from examples.credit_risk import data

SCENARIOS: dict[str, list[str]] = {
    "clean": [],
    "higher prices": ["scale:price=1.5", "scale:amount=1.5"],
    "lost incomes": ["missing:income=0.4"],
    "a new kind of home": ["new-category:home=0.2"],
    "ages with a fraction": ["type-change:age"],
    "expenses per quarter": ["scale:expenses=3"],
}
"""Names and drift of the demonstration's endpoint."""
_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / ".sandbox" / "drift-study.html"
_DATASET = _ROOT / ".sandbox" / "drift-study.csv"
_HOUR = timedelta(hours=1)
_DELIVERY = timedelta(minutes=3)  # a captured record is in S3 after one or two minutes
_FINE = (0, 1)  # 1: violations were found

Command = Callable[..., tuple[int, Any]]
"""Runs a command of `model-monitor`, and returns its exit code and its JSON."""


class StudyError(Exception):
    """A command did not do what the study needs."""


@dataclass(frozen=True)
class Study:
    """A monitor, and the dataset that traffic is made of.

    Attributes:
        command: Runs `model-monitor`.
        next_hour: Lets the service's next hour begin: runs read records by the hour, so each scenario has its own.
        endpoint: Name of the endpoint.
        monitor: Name of the monitor.
        dataset: The file.
        options: Further options of `simulate`, such as `--label`.
        delivered: Waits until captured records are in S3.
        tell: Is told what happens.
    """

    command: Command
    next_hour: Callable[[], object]
    endpoint: str
    monitor: str
    dataset: Path
    options: Sequence[str] = field(default=())
    delivered: Callable[[], object] = lambda: None
    tell: Callable[[str], object] = lambda _: None

    def run(self, scenarios: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Send the traffic of each scenario, and let the monitor look at it; return the names of the runs."""
        return {name: self._one(name, drift) for name, drift in scenarios.items()}

    def compare(self, runs: Mapping[str, str], page: Path) -> Any:  # noqa: ANN401 - JSON
        """Write the page with the violations of each scenario and feature, and return them."""
        named = [part for name, run in runs.items() for part in ("--compare", f"{name}={run}")]
        return self._ask("report", self.endpoint, self.monitor, *named, "--html", str(page))

    def _one(self, name: str, drift: Sequence[str]) -> str:
        self.next_hour()
        changes = [part for scenario in drift for part in ("--drift", scenario)]
        sent = self._ask("simulate", self.endpoint, str(self.dataset), *changes, *self.options)
        self.delivered()
        hour = datetime.fromisoformat(sent["start"]).replace(minute=0, second=0)
        result = self._ask("run", self.endpoint, self.monitor, "--start", hour.isoformat())
        self.tell(f"{name}: {sent['sent']} requests, {sent['refused']} refused, violations: {result['violations']}")
        return str(result["run"])

    def _ask(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        code, document = self.command(*arguments)
        if code not in _FINE:
            raise StudyError(f"model-monitor {arguments[0]} ended with code {code}: {document}")
        return document


def in_a_process(*arguments: str) -> tuple[int, Any]:
    """Run `model-monitor` in a process of its own."""
    done = subprocess.run(  # noqa: S603 - what the study itself asks for
        [sys.executable, "-m", "model_monitor_cli", *arguments, "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None


def advance_sandbox() -> None:
    """Let an hour pass in an embedded AWS, whose secret `make demo KEEP=1` shows."""
    request = urllib.request.Request(  # noqa: S310 - an address of this machine
        f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/clock",
        json.dumps({"advance_seconds": _HOUR.total_seconds()}).encode(),
        {"X-Sandbox-Secret": os.environ["SANDBOX_SECRET"]},
    )
    urllib.request.urlopen(request).close()  # noqa: S310 - as above


def wait_for_next_hour() -> None:
    """Wait, as one has to in a real account."""
    time.sleep(_HOUR.total_seconds() - time.time() % _HOUR.total_seconds() + 1)


def main() -> None:
    """Do the study of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", default="credit-risk")
    parser.add_argument("--monitor", default="data-quality")
    parser.add_argument("--count", type=int, default=300, help="requests of each scenario")
    parser.add_argument("--page", type=Path, default=_PAGE, help="where the comparison is written")
    wanted = parser.parse_args()
    is_sandbox = "SANDBOX_SECRET" in os.environ
    _DATASET.parent.mkdir(exist_ok=True)
    data.load().live.to_csv(_DATASET, index=False)
    options = ["--label", data.LABEL, "--count", str(wanted.count), "--rate", "50" if is_sandbox else "5"]
    if wanted.monitor in ("model-quality", "model-bias"):
        options += ["--ground-truth", "monitors"]
    study = Study(
        in_a_process,
        advance_sandbox if is_sandbox else wait_for_next_hour,
        wanted.endpoint,
        wanted.monitor,
        _DATASET,
        options,
        (lambda: None) if is_sandbox else (lambda: time.sleep(_DELIVERY.total_seconds())),
        tell=print,
    )
    runs = study.run(SCENARIOS)
    study.compare(runs, wanted.page)
    named = " ".join(f"--compare '{name}={run}'" for name, run in runs.items())
    print(f"model-monitor report {wanted.endpoint} {wanted.monitor} {named}")
    print(f"Page with the violations of each scenario: {wanted.page}")


if __name__ == "__main__":
    main()
