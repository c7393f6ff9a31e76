"""Checks of a table against the constraints and statistics of a baseline."""

from collections.abc import Iterator, Mapping

from analyzer.data_quality.documents.constraints import Constraints, FeatureConstraints, MonitoringConfig
from analyzer.data_quality.documents.violations import (
    Violation,
    categorical_values_violation,
    column_count_violation,
    completeness_violation,
    data_type_violation,
)
from analyzer.data_quality.drift import Drift
from analyzer.data_quality.profile.column import ColumnProfile
from analyzer.data_quality.profile.table import TableProfile


def check_constraints(table: TableProfile, constraints: Constraints, drifts: Mapping[str, Drift]) -> list[Violation]:
    """Return every broken constraint.

    Tables whose number of columns differs from the baseline's have exactly that one violation: features are matched
    by position, so nothing else could be said about them. A non-negativity constraint is not evaluated, as it is not
    by the service.

    Args:
        table: Profile under the column names of the baseline.
        constraints: What the table must satisfy.
        drifts: Drift of the features that could be compared.
    """
    observed, expected = len(table.columns), len(constraints.features)
    if observed != expected:
        evaluate = constraints.config.evaluate_constraints
        return [column_count_violation(observed, expected)] if evaluate else []
    violations: list[Violation] = []
    for feature, profile in zip(constraints.features, table.columns.values(), strict=True):
        config = constraints.config_of(feature)
        if config.evaluate_constraints:
            violations.extend(_check_feature(feature, profile, config))
            drift = drifts.get(feature.name)
            violation = drift.violation(feature.name) if drift else None
            violations.extend([violation] if violation else [])
    return violations


def _check_feature(
    feature: FeatureConstraints, profile: ColumnProfile, config: MonitoringConfig
) -> Iterator[Violation]:
    present = profile.num_present
    # Missing values are the matter of the completeness check alone.
    type_share = profile.types.matching(feature.inferred_type) / present if present else 1.0
    if type_share < config.datatype_check_threshold:
        yield data_type_violation(feature.name, feature.inferred_type, config.datatype_check_threshold, type_share)
    if profile.completeness < feature.completeness:
        yield completeness_violation(feature.name, feature.completeness, profile.completeness)
    if feature.domains and present:
        counts = profile.category_counts
        known_share = sum(counts.get(text, 0) for text in set(feature.domains)) / present
        if known_share < config.domain_content_threshold:
            yield categorical_values_violation(feature.name, config.domain_content_threshold, known_share)
