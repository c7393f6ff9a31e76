"""The rows that stand for absent features."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analyzer.clarify.config import AnalysisConfig, ShapConfig
from analyzer.clarify.reading.bodies import document_features, feature_rows, values_of
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.job.failure import AnalysisError


def baseline_rows(
    config: AnalysisConfig, shap: ShapConfig, local: Path | None, features: str | None, names: Sequence[str]
) -> list[list[Any]]:
    """Return the configured rows; none when the configuration has none.

    Args:
        config: Whole configuration.
        shap: Its section of attributions.
        local: Local copy of the file that the configuration names.
        features: Where a captured record has its features, which goes before what the configuration says.
        names: Names of the features; a row of them is a header.

    Raises:
        AnalysisError: When the rows cannot be read.
    """
    path = features or config.features
    if shap.baseline is None:
        return []
    try:
        if not isinstance(shap.baseline, str):
            return _inline(shap.baseline, path)
        file = local or Path(shap.baseline)
        if not file.is_file():
            raise AnalysisError(
                f"methods.shap.baseline names {shap.baseline}, which is no local file: give the rows themselves, or "
                "set the environment variable shap_baseline to a local copy"
            )
        text = file.read_text(encoding="utf-8")
        is_json = text.lstrip().startswith(("{", "["))
        rows = feature_rows(PayloadKind.JSON if is_json else PayloadKind.CSV, text, path if is_json else None)
    except PayloadError as error:
        raise AnalysisError(f"methods.shap.baseline cannot be read: {error}") from error
    return [row for row in rows if row != list(names)]


def _inline(baseline: tuple[Any, ...] | dict[str, Any], path: str | None) -> list[list[Any]]:
    """Return the rows of a configured baseline: lists of values, or records as the data set has them."""
    if isinstance(baseline, dict):
        return [values_of(row) for row in document_features(baseline, path)]
    if all(isinstance(row, list) for row in baseline):
        return list(baseline)
    return [values_of(row) for row in document_features(list(baseline), path)]
