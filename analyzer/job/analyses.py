"""What the process can be asked for, and how the environment asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.clarify import is_clarify_job, run_clarify
from analyzer.data_quality import run_data_quality
from analyzer.ground_truth import MergeParameters, is_merge_job, run_merge
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import DATA_QUALITY, MODEL_QUALITY, Parameters
from analyzer.job.scripts import run_postprocessing
from analyzer.model_quality import run_model_quality

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
            run_postprocessing(parameters.post_analytics_processor_script)
        return violations

    name = analysis_type.lower().replace("_", " ")
    return Analysis(name, lambda environment: (environment.get("analysis_type") or DATA_QUALITY) == analysis_type, run)


def _merge(environment: Environment) -> None:
    """Merge captures with labels; the service's merge jobs leave no exit message."""
    run_merge(MergeParameters.from_environment(environment))


# Value of analysis_type to the monitor that it asks for.
_MONITORS: Mapping[str, Callable[[Parameters], int]] = {
    DATA_QUALITY: run_data_quality,
    MODEL_QUALITY: run_model_quality,
}

# The first that is wanted runs: what tells one kind of job apart from all others comes first.
_ANALYSES: tuple[Analysis, ...] = (
    Analysis("clarify", is_clarify_job, run_clarify),
    Analysis("ground truth merge", is_merge_job, _merge),
    *map(_monitor, _MONITORS),
)
