"""The library writes changes of constraints in the words of the file; the analyzer reads what the function makes."""

from __future__ import annotations

from analyzer.data_quality.documents.constraints import MonitoringConfig
from baseline.data_quality.overrides import apply_overrides
from model_monitor import CategoricalDriftMethod, ConstraintOverrides, DriftMethod, FeatureConstraints

_OVERRIDES = ConstraintOverrides(
    drift_threshold=0.2,
    drift_method=DriftMethod.SIMPLE,
    drift_enabled=False,
    categorical_drift_threshold=0.3,
    categorical_drift_method=CategoricalDriftMethod.CHI_SQUARED,
    data_type_threshold=0.99,
    domain_threshold=0.98,
    emit_metrics=False,
    features={"age": FeatureConstraints(enabled=False, drift_enabled=True, drift_threshold=0.4)},
)


def test_the_analyzer_reads_every_change_that_the_library_writes() -> None:
    suggested = {
        "version": 0.0,
        "features": [{"name": "age", "inferred_type": "Integral", "completeness": 1.0}],
        "monitoring_config": MonitoringConfig().to_json(),
    }
    effective = apply_overrides(suggested, _OVERRIDES.to_patch())
    config = MonitoringConfig().overridden(effective["monitoring_config"])
    assert config == MonitoringConfig(
        emit_metrics=False,
        datatype_check_threshold=0.99,
        domain_content_threshold=0.98,
        perform_comparison=False,
        comparison_threshold=0.2,
        comparison_method="Simple",
        categorical_comparison_threshold=0.3,
        categorical_drift_method="ChiSquared",
    )
    own = config.overridden(effective["features"][0]["monitoringConfigOverrides"])
    assert (own.evaluate_constraints, own.perform_comparison, own.comparison_threshold) == (False, True, 0.4)
