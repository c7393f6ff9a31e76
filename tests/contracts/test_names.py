"""The names that alarms and messages tell people to type, and those that the command line goes by."""

import pytest

from model_monitor.alarms.commands import short_name
from model_monitor_cli import inventory


@pytest.mark.parametrize("id", ["DataQuality", "ModelBias", "Daily_Quality 2", "shap", "Bias2024Q1", "data-quality"])
def test_library_and_command_line_shorten_an_id_alike(id: str) -> None:
    assert short_name(id) == inventory.short_name(id)
