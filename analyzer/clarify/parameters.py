"""The environment of a Clarify job as typed parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.clarify.bias.drift import DriftRule
from analyzer.clarify.config import DEFAULT_PROBABILITY_THRESHOLD
from analyzer.clarify.reading.references import Reference, is_position
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import (
    CLARIFY_CONFIG,
    DatasetFormat,
    OddRecords,
    Publication,
    Window,
    chosen,
    existing_file,
    processing_root,
)


@dataclass(frozen=True)
class OutputAttributes:
    """Where the values of interest are in captured requests and responses; None when the job does not say.

    Args:
        features: JMESPath of the features in a request.
        label: Position or JMESPath of the predicted label in a response.
        probability: Position or JMESPath of the score or the scores.
        threshold: Scores above it are the positive label.
    """

    features: str | None = None
    label: Reference | None = None
    probability: Reference | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class ClarifyParameters:
    """What one run does.

    Args:
        config: analysis_config.json.
        data: Data set: a file or a folder.
        output: Folder of the results.
        dataset_format: How the data set of a monitoring job is written: as captured or merged records, or as the
            inputs of batch transform jobs. None for all other jobs, whose configuration says it.
        baseline: analysis.json to compare with; with it the run looks for violations.
        attributes: Where values are in captured records.
        predictor_url: Where rows are POSTed to for predictions.
        shap_baseline: Local file with the SHAP baseline, when the configuration names one in S3.
        window: Analysed span of time.
        publication: Where metrics go; None when none are wanted.
        bias_drift_rule: What counts as drift of a bias metric.
        odd_records: What happens to records that are unlike the rest.
    """

    config: Path
    data: Path
    output: Path
    dataset_format: DatasetFormat | None = None
    baseline: Path | None = None
    attributes: OutputAttributes = OutputAttributes()
    predictor_url: str | None = None
    shap_baseline: Path | None = None
    window: Window = field(default_factory=Window)
    publication: Publication | None = None
    bias_drift_rule: DriftRule = DriftRule.SERVICE
    odd_records: OddRecords = OddRecords.SERVICE

    @property
    def is_robust(self) -> bool:
        """Whether the run goes on however many records cannot be analysed; only one of traffic ever does."""
        return self.odd_records is OddRecords.ROBUST and self.dataset_format is not None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ClarifyParameters":
        """Read and check the variables; an empty value counts as absent.

        Raises:
            AnalysisError: When a variable is missing or cannot be understood.
        """
        given = {name: value for name, value in environment.items() if value}
        root = processing_root(given)
        window = Window.from_environment(given)
        return cls(
            config=root / CLARIFY_CONFIG,
            data=Path(given.get("dataset_source", root / "input/data")),
            output=Path(given.get("output_path", root / "output")),
            dataset_format=DatasetFormat.from_json(given["dataset_format"]) if "dataset_format" in given else None,
            baseline=existing_file(given, "baseline_constraints"),
            attributes=_attributes(given),
            predictor_url=given.get("predictor_url"),
            shap_baseline=existing_file(given, "shap_baseline"),
            window=window,
            publication=Publication.from_environment(given, window),
            bias_drift_rule=chosen(given, "bias_drift_rule", DriftRule, DriftRule.SERVICE),
            odd_records=chosen(given, "odd_records", OddRecords, OddRecords.SERVICE),
        )


def _attributes(given: Mapping[str, str]) -> OutputAttributes:
    threshold = given.get("probability_threshold_attribute")
    try:
        number = None if threshold is None else float(threshold)
    except ValueError:
        raise AnalysisError(
            f"probability_threshold_attribute is {threshold!r}, expected a number such as "
            f"{DEFAULT_PROBABILITY_THRESHOLD}"
        ) from None
    return OutputAttributes(
        features=given.get("features_attribute"),
        label=_reference(given.get("inference_attribute")),
        probability=_reference(given.get("probability_attribute")),
        threshold=number,
    )


def _reference(text: str | None) -> Reference | None:
    return int(text) if text is not None and is_position(text) else text
