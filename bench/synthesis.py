"""Measures what a synthesis costs: ``python -m bench.synthesis``.

CPU time, of Python and of the CDK's Node process together, because it says the same on a busy machine; and ratios,
because they say the same on a fast one. What the CDK itself costs is measured beside it: an empty app, and the same
resources made with nothing but `CfnResource` (raw) and with L1 classes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.apps import TEMPLATE

_ALL_MONITORS = 4
_SAME_RESOURCES = {"raw": "resources of the same templates, raw", "l1": "the same with L1 classes"}
_HEADING = f"{'app':44}{'CPU s':>8}{'times empty':>13}"


@dataclass(frozen=True)
class Case:
    """An app that is synthesised.

    Attributes:
        app: Name in `bench.apps.APPS`.
        models: How many endpoints.
        monitors: How many monitors each of them has.
    """

    app: str
    models: int
    monitors: int

    @property
    def title(self) -> str:
        """What a person reads."""
        if self.app == "empty":
            return "empty app"
        return f"{self.models} x {self.monitors} {_SAME_RESOURCES.get(self.app, self.app)}"


class Bench:
    """Synthesise apps, each in a process of its own.

    Args:
        folder: For the assemblies.
        repetitions: How often; the least time counts, what is above it is the noise of the machine.
    """

    def __init__(self, folder: Path, repetitions: int) -> None:
        self._folder = folder
        self._repetitions = repetitions

    def measure(self, cases: Iterable[Case]) -> dict[Case, float]:
        """Return the CPU seconds of every case."""
        seconds: dict[Case, float] = {}
        for _ in range(self._repetitions):
            for case in cases:
                seconds[case] = min(self._run(case), seconds.get(case, float("inf")))
        return seconds

    def write_template(self, monitors: int) -> None:
        """Write the template that `raw` and `l1` copy."""
        self._run(Case("monitored", 1, monitors))
        (self._folder / "Monitoring0.template.json").rename(self._template(monitors))

    def _run(self, case: Case) -> float:
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "CDK_OUTDIR": str(self._folder),
            TEMPLATE: str(self._template(case.monitors)),
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        }
        command = [sys.executable, "-m", "bench.apps", case.app, str(case.models), str(case.monitors)]
        # The CDK says at length that an empty template is empty.
        with (self._folder / "output.txt").open("w+", encoding="utf-8") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603 - ours
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                output.seek(0)
                raise RuntimeError(f"{' '.join(command)} failed:\n{output.read()}")
        return usage.ru_utime + usage.ru_stime

    def _template(self, monitors: int) -> Path:
        return self._folder / f"template-{monitors}.json"


def report(seconds: dict[Case, float], models: int) -> str:
    """Return the table of the times, and the ratios that are targets."""
    empty = seconds[Case("empty", 1, 0)]
    lines = [_HEADING, *(f"{case.title:44}{time:8.2f}{time / empty:13.2f}" for case, time in seconds.items()), ""]
    for monitors in (1, _ALL_MONITORS):
        own, raw, l1 = (_further(seconds, app, models, monitors) for app in ("monitored", "raw", "l1"))
        lines.append(
            f"a further endpoint with {monitors} monitor{'s' if monitors > 1 else ''}: {own:.3f} s, "
            f"{own / l1:.1f} times its resources with L1 classes ({l1:.3f} s), {own / raw:.1f} times raw ({raw:.3f} s)"
        )
    half = models // 2
    later = _further(seconds, "monitored", models, 1, beyond=half) / _further(seconds, "monitored", half, 1)
    lines.append(f"a further endpoint beyond {half} costs {later:.2f} times what one costs before")
    return "\n".join(lines)


def _further(seconds: dict[Case, float], app: str, models: int, monitors: int, *, beyond: int = 1) -> float:
    return (seconds[Case(app, models, monitors)] - seconds[Case(app, beyond, monitors)]) / (models - beyond)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.synthesis", description=__doc__)
    parser.add_argument("--models", type=int, default=50, help="how many endpoints the large apps have (default: 50)")
    parser.add_argument("--repetitions", type=int, default=3, help="the least time counts (default: 3)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-synthesis-") as folder:
        bench = Bench(Path(folder), options.repetitions)
        for monitors in (1, _ALL_MONITORS):
            bench.write_template(monitors)
        large: int = options.models
        cases = [
            Case("empty", 1, 0),
            *(Case("monitored", models, monitors) for models in (1, large) for monitors in (1, _ALL_MONITORS)),
            Case("monitored", large // 2, 1),
            *(
                Case(app, models, monitors)
                for app in _SAME_RESOURCES
                for models in (1, large)
                for monitors in (1, _ALL_MONITORS)
            ),
        ]
        print(report(bench.measure(cases), large))


if __name__ == "__main__":
    main()
