"""Charts as SVG inside of the page: they need no script, print well, and follow the page's colours.

Each has its content as a text for those who do not see it. The baseline is always the outlined shape and the run the
filled one, so that nothing depends on colours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from run_report.changes import percent
from run_report.distribution import Bar, Comparison
from run_report.markup import counted, text
from run_report.model import CLEAN, FAILED, NO_DATA, VIOLATIONS, Curve, Metric, PastRun

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 360, 128, 14, 106
_MOST_LABELS = 6
_SIZE, _MARGIN = 260, 34
_WIDEST_RUN, _LABELS_WIDTH = 30, 150
_CURVE_STEPS = 10


def legend() -> str:
    """Return what the shapes mean."""
    return (
        '<p class="legend"><svg viewBox="0 0 16 12" aria-hidden="true"><path class="b" d="M1 1h14v10h-14z"/></svg> '
        'baseline <svg viewBox="0 0 16 12" aria-hidden="true"><path class="n" d="M4 1h8v10h-8z"/></svg> this run</p>'
    )


def histogram(name: str, comparison: Comparison) -> str:
    """Return the histogram of a numerical feature: wide outlined bars for the baseline, narrow filled ones for now."""
    bars = comparison.bars
    top = max((share for bar in bars for share in (bar.before, bar.now) if share is not None), default=0.0) or 1.0
    width = _WIDTH / len(bars)

    def path(of: Callable[[Bar], float | None], inset: float) -> str:
        parts = []
        for number, bar in enumerate(bars):
            share = of(bar)
            if share:
                height = max((_BOTTOM - _TOP) * share / top, 1)
                parts.append(
                    f"M{_n(number * width + width * inset)} {_BOTTOM}v{_n(-height)}h{_n(width * (1 - 2 * inset))}"
                    f"v{_n(height)}z"
                )
        return "".join(parts)

    shown = range(len(bars)) if len(bars) <= _MOST_LABELS else sorted({0, len(bars) // 2, len(bars) - 1})
    labels = "".join(_axis_label(number, len(bars), width, _edge(bars[number].label)) for number in shown)
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-label="{_in_words(name, comparison)}">'
        f'<path class="b" d="{path(lambda bar: bar.before, 0.04)}"/>'
        f'<path class="n" d="{path(lambda bar: bar.now, 0.26)}"/>'
        f'<path class="axis" d="M0 {_BOTTOM}h{_WIDTH}"/><text x="2" y="10">{percent(top)}</text>{labels}</svg>'
    )


def _axis_label(number: int, count: int, width: float, label: str) -> str:
    if number == 0 and count > _MOST_LABELS:
        return f'<text x="2" y="{_HEIGHT - 8}">{label}</text>'
    if number == count - 1 and count > _MOST_LABELS:
        return f'<text class="end" x="{_WIDTH - 2}" y="{_HEIGHT - 8}">{label}</text>'
    return f'<text class="mid" x="{_n((number + 0.5) * width)}" y="{_HEIGHT - 8}">{label}</text>'


def _edge(label: str) -> str:
    return text(label)


def bar(share: float | None, largest: float, kind: str) -> str:
    """Return a bar for a cell of a table, which has the number beside it."""
    width = 100 * (share or 0.0) / (largest or 1.0)
    return (
        f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="{kind}" d="M0 0h{_n(width)}v8H0z"/></svg>'
    )


def curve(drawn: Curve) -> str:
    """Return a curve from 0 to 1, dashed for the baseline."""
    before, now = _line(drawn.before), _line(drawn.now)
    ends, far = _MARGIN, _MARGIN + _SIZE
    marks = "".join(
        f'<text class="mid" x="{_n(ends + at * _SIZE)}" y="{_SIZE + 24}">{at:g}</text>'
        f'<text class="end" x="{ends - 6}" y="{_n(10 + (1 - at) * _SIZE + 4)}">{at:g}</text>'
        for at in (0.0, 0.5, 1.0)
    )
    chance = f'<path class="grid" d="M{ends} {10 + _SIZE}L{far} 10"/>' if drawn.title == "ROC curve" else ""
    words = f"{drawn.title}: {drawn.y} by {drawn.x}, in the baseline and in this run; the numbers are in the table"
    return (
        f'<svg class="chart curve" role="img" viewBox="0 0 {far + 12} {_SIZE + 50}" aria-label="{text(words)}">'
        f'<path class="axis" d="M{ends} 10V{10 + _SIZE}H{far}"/>{chance}{marks}'
        f'<text class="mid" x="{_n(ends + _SIZE / 2)}" y="{_SIZE + 44}">{text(drawn.x)}</text>'
        f'<path class="line before" d="{before}"/><path class="line now" d="{now}"/></svg>'
    )


def curve_points(drawn: Curve) -> list[tuple[float, float | None, float | None]]:
    """Return points of a curve at even distances, for a table: x, and y in the baseline and now."""
    steps = [number / _CURVE_STEPS for number in range(_CURVE_STEPS + 1)]
    return [(at, _height(drawn.before, at), _height(drawn.now, at)) for at in steps]


def _height(points: Sequence[tuple[float, float]], at: float) -> float | None:
    # Where a curve rises straight up, its highest point counts; before the first point nothing is known.
    reached = [y for x, y in points if x <= at]
    return reached[-1] if reached else None


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "".join(
        f"{'L' if number else 'M'}{_n(_MARGIN + x * _SIZE)} {_n(10 + (1 - y) * _SIZE)}"
        for number, (x, y) in enumerate(points)
    )


def scale(metric: Metric) -> str:
    """Return a metric of bias on a line around 0: the allowed range, a ring for the baseline, a dot for now."""
    values = [abs(value) for value in (metric.before, metric.now) if value is not None and abs(value) < float("inf")]
    largest = max(values, default=0.0) * 1.15
    if not largest or metric.before is None:  # alone, any value would be as far from 0 as any other
        return ""

    def at(value: float) -> str:
        return _n(100 + 92 * max(min(value / largest, 1.0), -1.0))

    limit = metric.limit if metric.limit is not None and metric.limit < float("inf") else None
    band = f'<path class="band" d="M{at(-limit)} 3H{at(limit)}v14H{at(-limit)}z"/>' if limit else ""
    ring = f'<circle class="b" cx="{at(metric.before)}" cy="10" r="5.5"/>'
    dot = f'<circle class="n" cx="{at(metric.now)}" cy="10" r="4"/>' if metric.now is not None else ""
    return (
        f'<svg class="scale" viewBox="0 0 200 20" aria-hidden="true">{band}'
        f'<path class="axis" d="M4 10H196M100 2v16"/>{ring}{dot}</svg>'
    )


@dataclass(frozen=True)
class Mark:
    """How a run is shown in a strip of runs."""

    shape: str
    kind: str


_MARKS = {
    VIOLATIONS: Mark("M1 1h12v20h-12z", "bad"),
    CLEAN: Mark("M1 19h12v2h-12z", "good"),
    FAILED: Mark("M2 13l10 8m0-8l-10 8", "cross"),
    NO_DATA: Mark("M4 20h6", "none"),
}
_UNKNOWN = Mark("M4 20h6", "none")


def strip(history: Sequence[PastRun], key: tuple[str, str]) -> str:
    """Return in which of the last runs a violation was reported: a block for yes, a line for no."""
    shapes, times = [], 0
    for number, run in enumerate(history):
        if run.findings is None:
            mark = _MARKS.get(run.outcome, _UNKNOWN) if run.outcome != VIOLATIONS else _UNKNOWN
        else:
            mark = _MARKS[VIOLATIONS if key in run.findings else CLEAN]
            times += key in run.findings
        shapes.append(f'<path class="{mark.kind}" transform="translate({number * 15})" d="{mark.shape}"/>')
    words = f"in {times} of the last {counted(len(history), 'run')}"
    width = max(len(history), 8) * 15
    return (
        f'<svg class="strip" viewBox="0 0 {width} 22" role="img" aria-label="Reported {words}">{"".join(shapes)}</svg>'
        f'<span class="times">{words}</span>'
    )


def runs(history: Sequence[PastRun]) -> str:
    """Return the number of violations of each run as bars; a cross is a run that failed, a dash one without data."""
    largest = max((len(run.findings) for run in history if run.findings), default=1)
    # The labels of the first and the last run stand below their bars, also where there are only two.
    slot = max(min(_WIDTH / len(history), _WIDEST_RUN), _LABELS_WIDTH / len(history))
    width, end = min(slot, _WIDEST_RUN), slot * len(history)
    shapes = []
    for number, run in enumerate(history):
        x = number * slot + (slot - width) / 2
        if run.findings is None:
            cross = run.outcome == FAILED
            path = f"M{_n(x + 3)} 94l8 8m0-8l-8 8" if cross else f"M{_n(x + 3)} 102h8"
            shapes.append(f'<path class="{"cross" if cross else "none"}" d="{path}"/>')
            continue
        height = max(88 * len(run.findings) / largest, 2)
        kind = "bad" if run.findings else "good"
        shapes.append(f'<path class="{kind}" d="M{_n(x + 2)} {_BOTTOM}v{_n(-height)}h{_n(width - 4)}v{_n(height)}z"/>')
        if run.findings:
            shapes.append(
                f'<text class="mid" x="{_n(x + width / 2)}" y="{_n(102 - height)}">{len(run.findings)}</text>'
            )
    first = f"{history[0].scheduled:%m-%d %H:%M}"
    last = f"{history[-1].scheduled:%m-%d %H:%M}" if len(history) > 1 else ""
    words = f"Violations of the last {counted(len(history), 'run')}; the numbers are in the table"
    return (
        f'<svg class="chart wide" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-label="{words}">{"".join(shapes)}'
        f'<path class="axis" d="M0 {_BOTTOM}h{_n(end)}"/><text x="2" y="{_HEIGHT - 8}">{first}</text>'
        f'<text class="end" x="{_n(end)}" y="{_HEIGHT - 8}">{last}</text></svg>'
    )


def _in_words(name: str, comparison: Comparison) -> str:
    """Return where most values lie, in the baseline and now."""
    told = []
    for words, shares in (
        ("in the baseline", [(item.before, item.label) for item in comparison.bars]),
        ("in this run", [(item.now, item.label) for item in comparison.bars]),
    ):
        known = [(share, label) for share, label in shares if share is not None]
        if known:
            share, label = max(known, key=lambda item: item[0])
            told.append(f"{words} most values are {label} ({percent(share)})")
    return text(f"Distribution of {name}: {'; '.join(told)}")


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
