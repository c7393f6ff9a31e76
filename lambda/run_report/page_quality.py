"""The quality of a model on the page: metrics against their limits, curves, confusion matrices."""

from __future__ import annotations

from run_report.charts import curve, curve_points
from run_report.markup import table, text
from run_report.model import Curve, Matrix, Metric, RunReport

_STATES = {True: '<span class="state bad">violation</span>', False: '<span class="state good">within limit</span>'}

_NAMES = {
    "au_prc": "area under the precision-recall curve",
    "auc": "area under the ROC curve (AUC)",
    "f0_5": "F0.5",
    "f1": "F1",
    "f2": "F2",
    "mae": "mean absolute error (MAE)",
    "mse": "mean squared error (MSE)",
    "r2": "R²",
    "rmse": "root mean squared error (RMSE)",
    "weighted_f0_5": "weighted F0.5",
    "weighted_f1": "weighted F1",
    "weighted_f2": "weighted F2",
}


def section(report: RunReport) -> str:
    """Return the model's quality; empty where the run has none."""
    quality = report.quality
    if quality is None:
        return ""
    parts = [_metrics(quality.metrics)]
    if quality.curves:
        parts.append(
            '<section aria-labelledby="curves"><h2 id="curves">Curves</h2><p class="legend"><span class="key old">'
            '</span> baseline <span class="key"></span> this run</p><div class="pair">'
            f"{''.join(_curve(drawn) for drawn in quality.curves)}</div></section>"
        )
    matrices = [
        _matrix(matrix, words)
        for matrix, words in ((quality.matrix_before, "Baseline"), (quality.matrix_now, "This run"))
        if matrix
    ]
    if matrices:
        parts.append(
            '<section aria-labelledby="confusion"><h2 id="confusion">Confusion matrix</h2>'
            '<p class="legend">Rows are actual labels, columns predictions. Bold: predicted right.</p>'
            f'<div class="pair">{"".join(matrices)}</div></section>'
        )
    return "".join(parts)


def _metrics(metrics: tuple[Metric, ...]) -> str:
    rows = [
        [
            text(_NAMES.get(metric.name, metric.name.replace("_", " "))),
            _number(metric.before),
            _number(metric.now) + (f" <small>± {metric.deviation:.2g}</small>" if metric.deviation else ""),
            _limit(metric),
            _STATES[metric.is_violated] if metric.limit is not None else "no limit",
        ]
        for metric in sorted(metrics, key=lambda metric: not metric.is_violated)
    ]
    shown = table(
        "Each metric against its limit", ["Metric", "Baseline", "This run", "Limit", "State"], rows, kind="stack"
    )
    return f'<section aria-labelledby="metrics"><h2 id="metrics">Metrics</h2>{shown}</section>'


def _limit(metric: Metric) -> str:
    if metric.limit is None:
        return "-"
    words = "" if metric.higher_is_worse is None else "at most " if metric.higher_is_worse else "at least "
    return f"{words}{_number(metric.limit)}"


def _curve(drawn: Curve) -> str:
    rows = [[_number(at), _number(before), _number(now)] for at, before, now in curve_points(drawn)]
    numbers = table(text(f"{drawn.y} by {drawn.x}"), [text(drawn.x), "Baseline", "This run"], rows)
    return (
        f"<figure><h3>{text(drawn.title)}</h3>{curve(drawn)}<figcaption>{text(drawn.y)} by {text(drawn.x)}</figcaption>"
        f"<details><summary>Numbers of the chart</summary>{numbers}</details></figure>"
    )


def _matrix(matrix: Matrix, words: str) -> str:
    heads = "".join(f'<th scope="col">{text(label)}</th>' for label in matrix.labels)
    rows = "".join(
        f'<tr><th scope="row">{text(actual)}</th>'
        + "".join(
            f'<td class="{"right" if actual == label else "wrong" if count else "zero"}">{count:,.0f}</td>'
            for label, count in zip(matrix.labels, counts, strict=True)
        )
        + "</tr>"
        for actual, counts in zip(matrix.labels, matrix.counts, strict=True)
    )
    total = sum(map(sum, matrix.counts))
    right = sum(matrix.counts[number][number] for number in range(len(matrix.labels)))
    share = f"; {100 * right / total:.1f} % are right" if total else ""
    return (
        f'<div><h3>{words}</h3><p class="muted">{total:,.0f} records{share}.</p>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix, {words}">'
        f'<table class="matrix"><thead><tr><th scope="col">actual, by prediction</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
