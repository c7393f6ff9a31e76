"""Alarms and the results function write dimensions alike: else an alarm would watch a metric without data."""

from hypothesis import example, given, settings, strategies as st

from model_monitor.alarms import metrics as of_alarms
from results import metrics as of_results


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400))
@example("100 % gr\u00f6\u00dfe")
@example(":age")
@example("  ")
@example("x" * 256)
@example("\u00f6" * 300)
def test_both_write_a_dimension_alike(text):
    assert of_results.dimension_text(text) == of_alarms.dimension_text(text)
