"""What the process can be asked for, and how the environment asks for it.

Each analysis is imported when it runs: a job needs one, and half of the time of a small job is that of imports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import (
    CLARIFY_CONFIG,
    DATA_QUALITY,
    GROUND_TRUTH_SOURCE,
    MODEL_QUALITY,
    Parameters,
    processing_root,
)

Environment: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Analysis:
    """One kind of job.

    Args:
        name: What the job is called in messages.
        is_wanted: Whether an environment asks for it.
        run: Does it. The number is that of the violations; None leaves no exit message.
    """

    name: str
    is_wanted: Callable[[Environment], bool]
    run: Callable[[Environment], int | None]


def analysis_of(environment: Environment) -> Analysis:
    """Return the first of the analyses that the environment asks for.

    Raises:
        AnalysisError: When it asks for none of them.
    """
    for analysis in _ANALYSES:
        if analysis.is_wanted(environment):
            return analysis
    known = ", ".join(_MONITORS)
    raise AnalysisError(f"analysis_type is {environment.get('analysis_type')!r}, expected one of {known}")


def _monitor(analysis_type: str) -> Analysis:
    """Return the analysis that the variable ``analysis_type`` asks for."""

    def run(environment: Environment) -> int:
        parameters = Parameters.from_environment(environment)
        violations = _MONITORS[analysis_type](parameters)
        if parameters.post_analytics_processor_script:
            from analyzer.job.scripts import run_postprocessing

            run_postprocessing(parameters.post_analytics_processor_script)
        return violations

    name = analysis_type.lower().replace("_", " ")
    return Analysis(name, lambda environment: (environment.get("analysis_type") or DATA_QUALITY) == analysis_type, run)


def _data_quality(parameters: Parameters) -> int:
    from analyzer.data_quality import run_data_quality

    return run_data_quality(parameters)


def _model_quality(parameters: Parameters) -> int:
    from analyzer.model_quality import run_model_quality

    return run_model_quality(parameters)


def _clarify(environment: Environment) -> int | None:
    from analyzer.clarify import run_clarify

    return run_clarify(environment)


def _merge(environment: Environment) -> None:
    """Merge captures with labels; the service's merge jobs leave no exit message."""
    from analyzer.ground_truth import MergeParameters, run_merge

    run_merge(MergeParameters.from_environment(environment))


# Value of analysis_type to the monitor that it asks for.
_MONITORS: Mapping[str, Callable[[Parameters], int]] = {
    DATA_QUALITY: _data_quality,
    MODEL_QUALITY: _model_quality,
}

# The first that is wanted runs: what tells one kind of job apart from all others comes first.
_ANALYSES: tuple[Analysis, ...] = (
    Analysis("clarify", lambda environment: (processing_root(environment) / CLARIFY_CONFIG).is_file(), _clarify),
    Analysis("ground truth merge", lambda environment: bool(environment.get(GROUND_TRUTH_SOURCE)), _merge),
    *map(_monitor, _MONITORS),
)
