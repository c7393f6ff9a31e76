"""Changes to the constraints that the baseline job suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from model_monitor.errors import ConfigurationError, OptionName, Setting
from model_monitor.internal.checking import checked


class DriftMethod(Enum):
    """How far a numerical feature's distribution lies from the baseline's.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
    """

    ROBUST = "Robust"
    """Distance less what chance explains. Blind to features with few distinct values, however far they move."""
    SIMPLE = "Simple"
    """Plain distance. Small samples and small-integer features raise it easily."""


class CategoricalDriftMethod(Enum):
    """How far the shares of a text feature's values lie from the baseline's."""

    L_INFINITY = "LInfinity"
    """Largest difference of one value's share."""
    CHI_SQUARED = "ChiSquared"
    """Pearson's chi-squared test."""


class DataType(Enum):
    """What the values of a feature are."""

    INTEGRAL = "Integral"
    FRACTIONAL = "Fractional"
    STRING = "String"


SUGGESTED_DRIFT_THRESHOLD = 0.1
"""What the analyzer suggests for numbers and for text."""


def _require_share(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ConfigurationError(option=name, value=value, expected="a share from 0 to 1", fix="write 98 % as 0.98")


@checked
@dataclass(frozen=True, kw_only=True)
class FeatureConstraints:
    """What is expected of one feature, where it differs from the suggestion.

    Attributes:
        enabled: `False`: the feature is not checked at all. Default: it is.
        drift_enabled: `False`: no drift check for this feature. Default: as for all features.
        drift_threshold: Drift distance above which a violation is reported. Default: as for all features.
        completeness: Share of records that must have a value. Default: the baseline's own share.
        allowed_values: The only values a text feature may take. Default: those of the baseline, when they are few.
        data_type: Expected type. Default: the baseline's.
    """

    enabled: bool = True
    drift_enabled: bool | None = None
    drift_threshold: float | None = None
    completeness: float | None = None
    allowed_values: Sequence[str] | None = None
    data_type: DataType | None = None

    def __post_init__(self) -> None:
        _require_share("drift_threshold", self.drift_threshold)
        _require_share("completeness", self.completeness)
        if self.allowed_values is not None and not self.allowed_values:
            raise ConfigurationError(
                option="allowed_values",
                value=[],
                expected="at least one value",
                fix=(
                    "leave ",
                    OptionName("allowed_values"),
                    " out, or switch the feature off with ",
                    Setting("enabled", False),
                ),
            )

    def to_patch(self, name: str) -> dict[str, Any]:
        """Return what changes in the feature's entry of `constraints.json`; only a text takes both thresholds."""
        patch = {
            "name": name,
            "inferred_type": self.data_type,
            "completeness": self.completeness,
            "string_constraints": {"domains": self.allowed_values and list(self.allowed_values)},
            "monitoringConfigOverrides": {
                "evaluate_constraints": None if self.enabled else False,
                "distribution_constraints": {
                    "perform_comparison": self.drift_enabled,
                    "comparison_threshold": self.drift_threshold,
                    "categorical_comparison_threshold": self.drift_threshold,
                },
            },
        }
        return cast("dict[str, Any]", _written(patch))


@checked
@dataclass(frozen=True, kw_only=True)
class ConstraintOverrides:
    """Changes applied on top of the suggested constraints; the suggested file stays beside the effective one.

    A changed override does not run the baseline job again.

    Attributes:
        drift_threshold: Drift distance above which a numerical feature violates. Default: the suggestion's, 0.1.
        drift_method: Default: the suggestion's, `ROBUST`.
        drift_enabled: `False`: no drift checks. Default: on.
        categorical_drift_threshold: The same for text features. Default: the suggestion's, 0.1.
        categorical_drift_method: Default: the suggestion's, `L_INFINITY`.
        data_type_threshold: Share of values that must have the expected type. Default: the suggestion's, 1.0.
        domain_threshold: Share of values that must be among the allowed ones. Default: the suggestion's, 1.0.
        emit_metrics: Whether runs publish CloudWatch metrics for every feature. Default: they do.
        features: Per feature, by its name in the baseline. A name that the baseline does not have fails the deploy.

    Example:
        ```python
        ConstraintOverrides(drift_threshold=0.2, features={"age": FeatureConstraints(completeness=0.97)})
        ```
    """

    drift_threshold: float | None = None
    drift_method: DriftMethod | None = None
    drift_enabled: bool | None = None
    categorical_drift_threshold: float | None = None
    categorical_drift_method: CategoricalDriftMethod | None = None
    data_type_threshold: float | None = None
    domain_threshold: float | None = None
    emit_metrics: bool | None = None
    features: Mapping[str, FeatureConstraints] = field(default_factory=dict)

    def lowest_drift_threshold(self, feature: str, *, computed: bool) -> float | None:
        """Return the distance that a run reports at the earliest, `None` if it is not known at synthesis.

        Args:
            feature: Its name; whether it holds numbers or text is known at deployment only.
            computed: Whether a job computes the baseline, which then suggests the service's own limits.
        """
        return min(self._drift_thresholds(feature, computed=computed), default=None)

    def highest_drift_threshold(self, feature: str, *, computed: bool) -> float | None:
        """Return the distance above which a run reports in any case, `None` if it is not known at synthesis.

        Args:
            feature: Its name.
            computed: As above.
        """
        return max(self._drift_thresholds(feature, computed=computed), default=None)

    def _drift_thresholds(self, feature: str, *, computed: bool) -> list[float]:
        """Return the limits that may hold for a feature: that for numbers, that for text, or its own."""
        own = self.features.get(feature, FeatureConstraints()).drift_threshold
        limits = (self.drift_threshold, self.categorical_drift_threshold) if own is None else (own,)
        if None in limits and not computed:
            return []
        return [SUGGESTED_DRIFT_THRESHOLD if limit is None else limit for limit in limits]

    def __post_init__(self) -> None:
        for name in ("drift_threshold", "categorical_drift_threshold", "data_type_threshold", "domain_threshold"):
            _require_share(name, getattr(self, name))

    def to_patch(self) -> dict[str, Any]:
        """Return what changes in `constraints.json`, in the file's own words."""
        patch = {
            "features": [feature.to_patch(name) for name, feature in sorted(self.features.items())],
            "monitoring_config": {
                "emit_metrics": self.emit_metrics,
                "datatype_check_threshold": self.data_type_threshold,
                "domain_content_threshold": self.domain_threshold,
                "distribution_constraints": {
                    "perform_comparison": self.drift_enabled,
                    "comparison_threshold": self.drift_threshold,
                    "comparison_method": self.drift_method,
                    "categorical_comparison_threshold": self.categorical_drift_threshold,
                    "categorical_drift_method": self.categorical_drift_method,
                },
            },
        }
        return cast("dict[str, Any]", _written(patch))


def _written(value: Any) -> Any:  # noqa: ANN401 - whatever a block holds
    if isinstance(value, dict):
        block = {name: _written(part) for name, part in value.items()}
        return {name: part for name, part in block.items() if part not in (None, {}, [])}
    if isinstance(value, bool):
        return "Enabled" if value else "Disabled"
    return value.value if isinstance(value, Enum) else value
