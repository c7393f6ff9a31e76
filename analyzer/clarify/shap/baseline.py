"""The rows that stand for absent features."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from analyzer.clarify.config import AnalysisConfig, ShapConfig
from analyzer.clarify.reading.bodies import feature_rows
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.job.failure import AnalysisError


def baseline_rows(
    config: AnalysisConfig, shap: ShapConfig, local: Path | None, features: str | None
) -> list[list[Any]]:
    """Return the configured rows; none when the configuration has none.

    Args:
        config: Whole configuration.
        shap: Its section of attributions.
        local: Local copy of the file that the configuration names.
        features: Where a captured record has its features, which goes before what the configuration says.

    Raises:
        AnalysisError: When the rows cannot be read.
    """
    path = features or config.features
    if shap.baseline is None:
        return []
    try:
        if not isinstance(shap.baseline, str):
            return [row for item in shap.baseline for row in _inline(item, path)]
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
    return [row for row in rows if row != list(config.headers)]


def _inline(item: object, path: str | None) -> Sequence[list[Any]]:
    if isinstance(item, list):
        return [item]
    return feature_rows(PayloadKind.JSON, orjson.dumps(item).decode(), path)
