"""The metrics in the files of a model quality baseline.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

from baseline.errors import BaselineError
from baseline.model_quality.limits import apply_limits
from baseline.model_quality.problem import SECTIONS, Problem
from baseline.numbers import decimal


def effective_constraints(suggested: Mapping[str, Any], problem: Problem, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the suggested constraints with the changes on top; the argument stays as it is.

    Raises:
        BaselineError: The file is none for this problem, or lacks a metric.
    """
    effective = copy.deepcopy(dict(suggested))
    apply_limits(_section(effective, problem, "constraints"), limits)
    return effective


def metric_attributes(
    names: Sequence[str], problem: Problem, statistics: Mapping[str, Any] | None, constraints: Mapping[str, Any]
) -> dict[str, str]:
    """Return `Metric.<name>`: the values that the model reached in the baseline, as decimal numbers.

    Args:
        names: Metrics as `statistics.json` calls them, such as `recall` or `rmse`.
        problem: What kind of problem it is.
        statistics: Content of `statistics.json`, if there is one.
        constraints: Content of the suggested `constraints.json`, whose limits are the baseline's own values.

    Raises:
        BaselineError: A metric is not known or has no value.
    """
    if statistics:
        values = {name: entry.get("value") for name, entry in _scalars(_section(statistics, problem, "metrics"))}
    else:
        section = _section(constraints, problem, "constraints")
        values = {name: entry.get("threshold") for name, entry in _scalars(section)}
    unknown = [name for name in names if name not in values]
    if unknown:
        raise BaselineError(
            f"Metrics names {', '.join(map(repr, unknown))}, which the baseline does not have; expected some of "
            f"{', '.join(values)}"
        )
    return {f"Metric.{name}": _number(name, values[name]) for name in names}


def _section(content: Mapping[str, Any], problem: Problem, kind: str) -> dict[str, Any]:
    name = f"{SECTIONS[problem.type]}_{kind}"
    section = content.get(name)
    if not isinstance(section, dict):
        raise BaselineError(
            f"a file of the baseline has no {name}, but {', '.join(sorted(content)) or 'nothing'}; expected the file "
            f"of a model quality baseline for a {problem.type}"
        )
    return section


def _scalars(section: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (name, entry)
        for name, entry in section.items()
        if isinstance(entry, dict) and ("value" in entry or "threshold" in entry)
    ]


def _number(name: str, value: object) -> str:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the file holds
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BaselineError(f"Metrics names {name!r}, which has no value in the baseline ({value!r}); leave it out")
    return decimal(number)
