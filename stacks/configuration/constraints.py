"""Changes to the constraints that the baseline job suggests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from model_monitor import CategoricalDriftMethod, ConstraintOverrides, DataType, DriftMethod, FeatureConstraints
from stacks.configuration.base import StrictModel
from stacks.configuration.values import FeatureName, Share


class FeatureConstraintsConfig(StrictModel):
    """Changes for one feature."""

    enabled: bool = True
    """`false`: the feature is not checked at all."""
    drift_enabled: bool | None = None
    """`false`: no drift check for this feature. Left out: as for all features."""
    drift_threshold: Share | None = None
    """Drift distance (0 to 1) above which a violation is reported. Left out: as for all features."""
    completeness: Share | None = None
    """Share of records (0 to 1) that must have a value. Left out: the baseline's own share."""
    allowed_values: Annotated[list[str], Field(min_length=1)] | None = None
    """The only values a text feature may take. Left out: those of the baseline, when they are few."""
    data_type: Literal["integral", "fractional", "string"] | None = None
    """Expected type. Left out: the baseline's."""

    def build(self) -> FeatureConstraints:
        """Return the library's changes for one feature."""
        return FeatureConstraints(
            enabled=self.enabled,
            drift_enabled=self.drift_enabled,
            drift_threshold=self.drift_threshold,
            completeness=self.completeness,
            allowed_values=self.allowed_values,
            data_type=DataType[self.data_type.upper()] if self.data_type else None,
        )


class ConstraintsConfig(StrictModel):
    """Changes for all features, and for single ones. What is left out stays as the baseline job suggests it."""

    drift_threshold: Share | None = None
    """Drift distance (0 to 1) above which a numerical feature violates. Suggested: 0.1."""
    drift_method: Literal["robust", "simple"] | None = None
    """`robust`: distance less what chance explains; blind to features with few distinct values. `simple`: plain
    distance; small samples raise it easily. Suggested: robust."""
    drift_enabled: bool | None = None
    """`false`: no drift checks."""
    categorical_drift_threshold: Share | None = None
    """Drift distance (0 to 1) above which a text feature violates. Suggested: 0.1."""
    categorical_drift_method: Literal["l_infinity", "chi_squared"] | None = None
    """`l_infinity`: largest difference of one value's share. `chi_squared`: Pearson's test. Suggested: l_infinity."""
    data_type_threshold: Share | None = None
    """Share of values (0 to 1) that must have the expected type. Suggested: 1."""
    domain_threshold: Share | None = None
    """Share of values (0 to 1) that must be among the allowed ones. Suggested: 1."""
    emit_metrics: bool | None = None
    """`false`: runs publish no CloudWatch metrics of features, so there can be no alarms on them."""
    features: dict[FeatureName, FeatureConstraintsConfig] = Field(default_factory=dict)
    """Changes for single features, by name. A name that the baseline does not have fails the deployment."""

    def build(self) -> ConstraintOverrides:
        """Return the library's changes."""
        numbers, text = self.drift_method, self.categorical_drift_method
        return ConstraintOverrides(
            drift_threshold=self.drift_threshold,
            drift_method=DriftMethod[numbers.upper()] if numbers else None,
            drift_enabled=self.drift_enabled,
            categorical_drift_threshold=self.categorical_drift_threshold,
            categorical_drift_method=CategoricalDriftMethod[text.upper()] if text else None,
            data_type_threshold=self.data_type_threshold,
            domain_threshold=self.domain_threshold,
            emit_metrics=self.emit_metrics,
            features={name: feature.build() for name, feature in self.features.items()},
        )
