"""Constraints that the data itself suggests."""

from analyzer.data_quality.documents.constraints import Constraints, FeatureConstraints, MonitoringConfig
from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.table import TableProfile


def suggest_constraints(table: TableProfile, categorical_drift_method: str | None = None) -> Constraints:
    """Return the constraints that ``table`` satisfies, with the service's default settings.

    Args:
        table: Profile of the data set.
        categorical_drift_method: ``LInfinity`` (the default) or ``ChiSquared``.
    """
    config = MonitoringConfig(categorical_drift_method=categorical_drift_method or "LInfinity")
    return Constraints(tuple(_suggest(name, profile) for name, profile in table.columns.items()), config)


def _suggest(name: str, profile: ColumnProfile) -> FeatureConstraints:
    categories = None if profile.is_numeric else profile.categories
    return FeatureConstraints(
        name=name,
        inferred_type=profile.inferred_type,
        completeness=profile.completeness,
        is_non_negative=profile.moments.minimum >= 0 if profile.is_numeric else None,
        domains=tuple(categories) if categories else None,
    )
