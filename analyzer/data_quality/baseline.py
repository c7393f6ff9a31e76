"""The baseline that a run compares its data with."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.data_quality.documents.constraints import Constraints, MonitoringConfig
from analyzer.data_quality.documents.statistics import BaselineStatistics, FeatureDistribution
from analyzer.data_quality.drift import Drift, measure_drift
from analyzer.data_quality.profile.table import TableProfile
from analyzer.job.parameters import Parameters


@dataclass(frozen=True)
class Baseline:
    """What a run compares with; a run that suggests a baseline has neither part."""

    constraints: Constraints | None = None
    statistics: BaselineStatistics | None = None

    @classmethod
    def load(cls, parameters: Parameters) -> "Baseline":
        """Read the files that the parameters name."""
        constraints, statistics = parameters.baseline_constraints, parameters.baseline_statistics
        return cls(
            Constraints.load(constraints) if constraints else None,
            BaselineStatistics.load(statistics) if statistics else None,
        )

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of the columns."""
        if self.constraints:
            return [feature.name for feature in self.constraints.features]
        return list(self.statistics.features) if self.statistics else []

    def fits(self, table: TableProfile) -> bool:
        """Whether the table has as many columns as the baseline (or there is none)."""
        return not self.names or len(self.names) == len(table.columns)

    def watched(self) -> dict[str, set[str]]:
        """Texts that must be counted in the live data, by column."""
        features = self.constraints.features if self.constraints else ()
        domains = {feature.name: set(feature.domains or ()) for feature in features}
        return {name: domains.get(name, set()) | set(self._distribution(name).categories or ()) for name in self.names}

    def config(self, name: str) -> MonitoringConfig:
        """Settings that hold for one feature."""
        if not self.constraints:
            return MonitoringConfig()
        feature = next((feature for feature in self.constraints.features if feature.name == name), None)
        return self.constraints.config_of(feature) if feature else self.constraints.config

    def drifts(self, table: TableProfile) -> dict[str, Drift]:
        """Return the drift of every feature that can be compared; none when the columns do not fit."""
        if not self.statistics or not self.fits(table):
            return {}
        measured = {
            name: measure_drift(profile, self._distribution(name), self.config(name))
            for name, profile in table.columns.items()
        }
        return {name: drift for name, drift in measured.items() if drift}

    def _distribution(self, name: str) -> FeatureDistribution:
        features: Mapping[str, FeatureDistribution] = self.statistics.features if self.statistics else {}
        return features.get(name, FeatureDistribution())
