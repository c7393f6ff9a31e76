"""constraints.json: what a data set must satisfy.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analyzer.data_quality.documents.reading import read_document
from analyzer.data_quality.profile.types import DataType
from analyzer.job.failure import AnalysisError
from analyzer.text.jackson import Json

CONSTRAINTS_FILE = "constraints.json"

# The guide and the Python SDK disagree about the name and the place of a feature's own settings; both are honoured.
_OVERRIDE_KEYS = ("monitoring_config_overrides", "monitoringConfigOverrides")


@dataclass(frozen=True)
class MonitoringConfig:
    """Settings of the checks, for a whole data set or for one feature.

    Args:
        evaluate_constraints: Whether violations are looked for at all.
        emit_metrics: Whether CloudWatch metrics are written.
        datatype_check_threshold: Share of values that must have the expected type.
        domain_content_threshold: Share of texts that must be among the known categories.
        perform_comparison: Whether distributions are compared with the baseline's.
        comparison_threshold: Largest distance of numeric distributions that is no violation.
        comparison_method: ``Simple`` or ``Robust`` (corrects for few values).
        categorical_comparison_threshold: The same for categorical distributions; None means comparison_threshold,
            as in files written before 2023.
        categorical_drift_method: ``LInfinity`` or ``ChiSquared``.
    """

    evaluate_constraints: bool = True
    emit_metrics: bool = True
    datatype_check_threshold: float = 1.0
    domain_content_threshold: float = 1.0
    perform_comparison: bool = True
    comparison_threshold: float = 0.1
    comparison_method: str = "Robust"
    categorical_comparison_threshold: float | None = None
    categorical_drift_method: str = "LInfinity"

    def overridden(self, block: Mapping[str, Any]) -> "MonitoringConfig":
        """Return these settings with those of a ``monitoring_config`` block, or of a part of one, on top.

        Raises:
            AnalysisError: When a value is not one of the allowed ones.
        """
        comparison = block.get("distribution_constraints") or {}
        changes: dict[str, Any] = {}
        for name in ("evaluate_constraints", "emit_metrics"):
            changes |= {name: _enabled(name, block[name])} if name in block else {}
        if "perform_comparison" in comparison:
            changes["perform_comparison"] = _enabled("perform_comparison", comparison["perform_comparison"])
        for name in ("datatype_check_threshold", "domain_content_threshold"):
            changes |= {name: _number(name, block[name])} if name in block else {}
        for name in ("comparison_threshold", "categorical_comparison_threshold"):
            changes |= {name: _number(name, comparison[name])} if name in comparison else {}
        for name, choices in _CHOICES.items():
            changes |= {name: _choice(name, comparison[name], choices)} if name in comparison else {}
        return replace(self, **changes)

    def to_json(self) -> Json:
        """Return the block ``monitoring_config``."""
        threshold = self.categorical_comparison_threshold
        return {
            "evaluate_constraints": _switch(self.evaluate_constraints),
            "emit_metrics": _switch(self.emit_metrics),
            "datatype_check_threshold": self.datatype_check_threshold,
            "domain_content_threshold": self.domain_content_threshold,
            "distribution_constraints": {
                "perform_comparison": _switch(self.perform_comparison),
                "comparison_threshold": self.comparison_threshold,
                "comparison_method": self.comparison_method,
                "categorical_comparison_threshold": self.comparison_threshold if threshold is None else threshold,
                "categorical_drift_method": self.categorical_drift_method,
            },
        }


_CHOICES = {
    # The guide's table spells the methods as deequ does; real files have Simple and Robust.
    "comparison_method": {"Simple": "Simple", "Robust": "Robust", "linf_simple": "Simple", "linf_robust": "Robust"},
    "categorical_drift_method": {"LInfinity": "LInfinity", "ChiSquared": "ChiSquared"},
}


@dataclass(frozen=True)
class FeatureConstraints:
    """What one feature must satisfy."""

    name: str
    inferred_type: DataType
    completeness: float = 0.0
    is_non_negative: bool | None = None
    domains: tuple[str, ...] | None = None
    overrides: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_json(cls, feature: Mapping[str, Any]) -> "FeatureConstraints":
        """Read an element of ``features``.

        Raises:
            AnalysisError: When its domains are no texts.
        """
        texts = feature.get("string_constraints") or {}
        numbers = feature.get("num_constraints") or {}
        blocks = (place.get(key) for place in (numbers, texts, feature) for key in _OVERRIDE_KEYS)
        domains = texts.get("domains")
        return cls(
            name=feature["name"],
            inferred_type=DataType(feature["inferred_type"]),
            completeness=float(feature.get("completeness", 0.0)),
            is_non_negative=numbers.get("is_non_negative"),
            domains=None if domains is None else _texts("domains", domains, feature["name"]),
            overrides=tuple(block for block in blocks if block),
        )

    def to_json(self) -> Json:
        """Return the element of ``features``."""
        body: dict[str, Json] = {
            "name": self.name,
            "inferred_type": self.inferred_type.value,
            "completeness": self.completeness,
        }
        if self.is_non_negative is not None:
            body["num_constraints"] = {"is_non_negative": self.is_non_negative}
        if self.domains is not None:
            body["string_constraints"] = {"domains": self.domains}
        return body


@dataclass(frozen=True)
class Constraints:
    """The whole document."""

    features: tuple[FeatureConstraints, ...]
    config: MonitoringConfig = field(default_factory=MonitoringConfig)

    @classmethod
    def load(cls, path: Path) -> "Constraints":
        """Read a constraints.json.

        Raises:
            AnalysisError: When the file is not such a document.
        """
        document = read_document(path)
        try:
            features = tuple(FeatureConstraints.from_json(feature) for feature in document["features"])
            config = MonitoringConfig().overridden(document.get("monitoring_config") or {})
            constraints = cls(features, config)
            for feature in features:
                constraints.config_of(feature)
            _require_unique([feature.name for feature in features])
        except AnalysisError as error:
            raise AnalysisError(f"{path}: {error}") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnalysisError(f"{path} is not a constraints.json: {type(error).__name__} {error}") from error
        return constraints

    def config_of(self, feature: FeatureConstraints) -> MonitoringConfig:
        """Return the settings that hold for one feature."""
        config = self.config
        for block in feature.overrides:
            config = config.overridden(block)
        return config

    def to_json(self) -> Json:
        """Return the content of constraints.json."""
        return {
            "version": 0.0,
            "features": [feature.to_json() for feature in self.features],
            "monitoring_config": self.config.to_json(),
        }


def _require_unique(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise AnalysisError(f"features repeat the names {', '.join(repeated)}")


def _switch(value: bool) -> str:
    return "Enabled" if value else "Disabled"


def _enabled(name: str, value: object) -> bool:
    if value not in ("Enabled", "Disabled"):
        raise AnalysisError(f"{name} is {value!r}, expected Enabled or Disabled")
    return value == "Enabled"


def _texts(name: str, value: object, feature: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise AnalysisError(f"{name} of feature {feature!r} is {value!r:.200}, expected a list of texts")
    return tuple(value)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnalysisError(f"{name} is {value!r}, expected a number")
    return float(value)


def _choice(name: str, value: object, choices: Mapping[str, str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise AnalysisError(f"{name} is {value!r}, expected one of {', '.join(choices)}")
    return choices[value]
