"""report.html: the results as tables for people. One file without scripts, styles or images from elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from analyzer.clarify.bias.analysis import BiasAnalysis, MetricResult
from analyzer.clarify.bias.metrics import METRICS
from analyzer.clarify.document import results_of, value_text
from analyzer.clarify.shap.explain import Explanations
from analyzer.clarify.violations import Violation

REPORT_FILE = "report.html"

_STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.4}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left}"
    "td.number{text-align:right;font-variant-numeric:tabular-nums}"
)
_STAGES = {"pre_training": "Observed labels (pre-training)", "post_training": "Predictions (post-training)"}


def report_page(
    title: str, bias: BiasAnalysis | None, explanations: Explanations | None, violations: Sequence[Violation]
) -> str:
    """Return the page."""
    parts = [*_violations(violations), *(_bias(bias) if bias else ()), *(_shap(explanations) if explanations else ())]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _violations(violations: Sequence[Violation]) -> Iterator[str]:
    if violations:
        yield "<h2>Violations</h2>"
        rows = ((_subject(violation), violation["description"]) for violation in violations)
        yield _table(("What", "Why"), rows)


def _subject(violation: Violation) -> str:
    if "facet" in violation:
        return f"{violation['metric_name']} of {violation['facet']} = {violation['facet_value']}"
    return f"Attributions of {violation['label']}"


def _bias(bias: BiasAnalysis) -> Iterator[str]:
    yield f"<h2>Bias</h2>\n<p>Positive outcome: {escape(bias.label)} {escape(bias.positive.text)}</p>"
    for facet in bias.facets:
        yield f"<h3>{escape(facet.facet)}: {escape(facet.group.text)}</h3>"
        for stage, title in _STAGES.items():
            results = results_of(facet, stage)
            if results:
                rows = ((METRICS[result.name].description, _shown(result)) for result in results)
                yield _table((title, "Value"), rows)


def _shown(result: MetricResult) -> str:
    return result.error if result.value is None else value_text(result.value)


def _shap(explanations: Explanations) -> Iterator[str]:
    yield "<h2>Attributions (Kernel SHAP)</h2>"
    expected = explanations.expected_values.tolist()
    for position, (label, values) in enumerate(explanations.by_label().items()):
        yield f"<h3>{escape(label)}</h3>\n<p>Expected value: {value_text(expected[position])}</p>"
        ranked = sorted(values.items(), key=lambda item: -abs(item[1]))
        yield _table(("Feature", "Global SHAP value"), ((name, value_text(value)) for name, value in ranked))


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    header = "".join(f"<th>{escape(text)}</th>" for text in head)
    lines = (f'<tr><td>{escape(left)}</td><td class="number">{escape(right)}</td></tr>' for left, right in rows)
    return f"<table>\n<tr>{header}</tr>\n" + "\n".join(lines) + "\n</table>"
