"""The baseline that a run compares its data with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.data_quality.documents.constraints import Constraints, MonitoringConfig
from analyzer.data_quality.documents.statistics import BaselineStatistics, FeatureDistribution
from analyzer.data_quality.drift import Drift, measure_drift
from analyzer.data_quality.profile.table import TableProfile
from analyzer.data_quality.profile.types import DataType
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import Parameters

_SHOWN = 10


@dataclass(frozen=True)
class Baseline:
    """What a run compares with; a run that suggests a baseline has neither part."""

    constraints: Constraints | None = None
    statistics: BaselineStatistics | None = None

    @classmethod
    def load(cls, parameters: Parameters) -> "Baseline":
        """Read the files that the parameters name.

        Raises:
            AnalysisError: When one of them is not what its name says, or the two do not belong together: what the
                service does then is not known, but without a feature's distribution nobody would check its drift.
        """
        constraints, statistics = parameters.baseline_constraints, parameters.baseline_statistics
        baseline = cls(
            Constraints.load(constraints) if constraints else None,
            BaselineStatistics.load(statistics) if statistics else None,
        )
        baseline._require_fit()
        return baseline

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

    def _require_fit(self) -> None:
        if not self.constraints or not self.statistics:
            return
        constrained = [feature.name for feature in self.constraints.features]
        lacking = [name for name in constrained if name not in self.statistics.features]
        surplus = [name for name in self.statistics.features if name not in set(constrained)]
        lost = [name for name in constrained if self._distribution(name).is_lost and self._is_checked(name)]
        problems = [
            f"{problem} {_listed(names)}"
            for problem, names in (
                ("the statistics lack", lacking),
                ("the constraints lack", surplus),
                ("the statistics have no distribution of", lost),
            )
            if names
        ]
        if problems:
            raise AnalysisError(
                f"the baseline's constraints and statistics do not fit each other: {'; '.join(problems)}. Drift of "
                "these features could not be checked; give both files of one baseline job"
            )

    def _is_checked(self, name: str) -> bool:
        config = self.config(name)
        types = (
            {feature.name: feature.inferred_type for feature in self.constraints.features} if self.constraints else {}
        )
        is_known = types.get(name) is not DataType.UNKNOWN
        return is_known and config.evaluate_constraints and config.perform_comparison

    def _distribution(self, name: str) -> FeatureDistribution:
        features: Mapping[str, FeatureDistribution] = self.statistics.features if self.statistics else {}
        return features.get(name, FeatureDistribution())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
