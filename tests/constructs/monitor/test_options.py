from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model_monitor import DataQualityMonitor, MonitoringServices

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def test_a_misspelt_option_is_refused_as_python_refuses_it(kit: Kit) -> None:
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'schedul'; the others are .*compute.*schedule"):
        kit.monitor(schedul=None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'bucket'"):
        kit.monitoring(bucket=None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'key'"):
        MonitoringServices(kit.stack(), "Services", key=None)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        ("add_data_quality", "baseline"),
        ("add_model_quality", "baseline, ground_truth, problem"),
        ("add_model_bias", "attributes, baseline, config, ground_truth"),
        ("add_model_explainability", "baseline, model"),
    ],
)
def test_a_required_option_is_missed_as_python_misses_it(method: str, missing: str, kit: Kit) -> None:
    with pytest.raises(TypeError, match=f"missing required keyword-only arguments: {missing}$"):
        getattr(kit.monitoring(), method)()


def test_what_only_the_monitoring_decides_is_no_option_of_a_monitor(kit: Kit) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'topic'"):
        kit.monitoring().add_data_quality(baseline=kit.baseline(), topic=None)


def test_constructor_and_monitoring_take_the_same_options(kit: Kit) -> None:
    monitor = kit.monitor(baseline=kit.baseline(), tags=None, schedule=None, alarms=None)
    assert isinstance(monitor, DataQualityMonitor)
    assert monitor.schedule.is_hourly
