"""Texts of violations as numbers, in every wording that real runs have used."""

import math

import pytest
from hypothesis import given, strategies as st

from run_report.violations import by_severity, parse_violation

COLUMNS = (
    "columns in current dataset. Number of columns in current dataset: {}, "
    "Number of columns in baseline constraints: {}"
)
TYPE = (
    "Data type match requirement is not met. Expected data type: {}, Expected match: 100.0%. "
    "Observed: Only {}% of data is {}."
)


def parsed(check, description):
    return parse_violation({"feature_name": "f", "constraint_check_type": check, "description": description})


@pytest.mark.parametrize(
    ("check", "description", "value", "limit", "severity"),
    [
        ("missing_column_check", "There are missing " + COLUMNS.format(7, 21), "7", "21", math.inf),
        ("extra_column_check", "There are extra " + COLUMNS.format(23, 22), "23", "22", math.inf),
        (
            "baseline_drift_check",
            "Baseline drift distance: 0.34567891234 exceeds threshold: 0.1",
            "0.3457",
            "0.1",
            2.4567891234,
        ),
        ("data_type_check", TYPE.format("Integral", "99.58289885297185", "Integral"), "99.58 %", "100 %", 0.0041710115),
        ("data_type_check", TYPE.format("String", "0.0", "String"), "0 %", "100 %", 1.0),
        (
            "completeness_check",
            "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 96.875%.",
            "96.88 %",
            "100 %",
            0.03125,
        ),
        (
            "completeness_check",
            "Data completeness requirement is not met. Expected: 100.0%. Observed: Only 99.9999999%.",
            "99.9999999 %",
            "100 %",
            1e-9,
        ),
        (
            "categorical_values_check",
            "Value: 0.009009009009009009 does not meet the constraint requirement! ",
            "0.9009 %",
            "",
            0.990990991,
        ),
        (
            "baseline_drift_check",
            "Baseline drift p-value: 0.01 is below threshold: 0.05",
            "0.01",
            "0.05",
            0.8,
        ),
        (
            "LessThanThreshold",
            "Metric truePositiveRate with 0.1159 +/- 0.00145 was LessThanThreshold '0.5714285714285714'",
            "0.1159",
            "0.5714",
            0.797175,
        ),
        ("GreaterThanThreshold", "Metric rmse with 3.0 +/- NaN was GreaterThanThreshold '2.0'", "3", "2", 0.5),
        (
            "LessThanThreshold",
            "Metric recall with 8.08E-4 +/- 1.0E-5 was LessThanThreshold '0.5'",
            "0.000808",
            "0.5",
            0.998384,
        ),
        (
            "bias_drift_check",
            "Metric value 0.3748947825295131 doesn't meet the baseline constraint requirement 0.28176563733194276",
            "0.3749",
            "0.2818",
            0.330520,
        ),
        ("bias_drift_check", "Value -0.3 does not meet the constraint requirement 0.2", "-0.3", "0.2", 0.5),
        (
            "bias_drift_check",
            "Metric value Infinity doesn't meet the baseline constraint requirement 0.9",
            "inf",
            "0.9",
            math.inf,
        ),
        (
            "feature_attribution_drift_check",
            "Feature attribution drift 0.860173572903856 exceeds threshold 0.9",
            "0.8602",
            "0.9",
            0.0442516,
        ),
        ("new_check", "Something that nobody has seen", "", "", 0.0),
        ("baseline_drift_check", "Baseline drift distance: much exceeds threshold: 0.1", "", "", 0.0),
        ("missing_column_check", "columns are gone", "", "", math.inf),
    ],
)
def test_real_texts(check, description, value, limit, severity):
    finding = parsed(check, description)
    assert (finding.value, finding.limit) == (value, limit)
    assert finding.severity == pytest.approx(severity)
    assert finding.description == description.strip()


@pytest.mark.parametrize(
    ("violation", "subject", "label"),
    [
        ({"metric_name": "rmse", "constraint_check_type": "GreaterThanThreshold"}, "rmse", "too high"),
        (
            {
                "facet": "Sex",
                "facet_value": "0",
                "metric_name": "CDDPL",
                "constraint_check_type": "bias_drift_check",
            },
            "CDDPL of Sex=0",
            "bias",
        ),
        (
            {
                "label": "label0",
                "metric_name": "shap",
                "constraint_check_type": "feature_attribution_drift_check",
            },
            "label0",
            "attribution drift",
        ),
        ({}, "(no feature named)", "unknown check"),
    ],
)
def test_what_a_violation_is_about(violation, subject, label):
    finding = parse_violation(violation)
    assert (finding.feature, finding.label) == (subject, label)


def test_a_threshold_of_zero_is_no_trouble():
    assert parsed("baseline_drift_check", "drift distance: 0.2 exceeds threshold: 0.0").severity == 0.2


def test_the_most_severe_come_first_and_equals_by_name():
    def finding(feature, check, description):
        return parse_violation({"feature_name": feature, "constraint_check_type": check, "description": description})

    drift = "Baseline drift distance: {} exceeds threshold: 0.1"
    findings = [
        finding("type", "data_type_check", TYPE.format("Integral", "99.0", "Integral")),
        finding("b", "baseline_drift_check", drift.format(0.3)),
        finding("a", "baseline_drift_check", drift.format(0.3)),
        finding("c", "baseline_drift_check", drift.format(0.9)),
        finding("Missing columns", "missing_column_check", "There are missing " + COLUMNS.format(7, 21)),
    ]
    assert [item.feature for item in by_severity(findings)] == ["Missing columns", "c", "a", "b", "type"]


JSON = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(
    st.dictionaries(
        st.sampled_from(
            ["feature_name", "facet", "facet_value", "metric_name", "label", "constraint_check_type", "description"]
        ),
        JSON,
    )
)
def test_whatever_the_file_holds_is_shown(violation):
    finding = parse_violation(violation)
    assert finding.label is not None
    assert not math.isnan(finding.severity)
    assert by_severity([finding]) == [finding]


@given(st.text(alphabet="0123456789.E-%+ "), st.text(alphabet="0123456789.E-+"))
def test_numbers_in_no_known_notation_raise_nothing(value, limit):
    finding = parsed("completeness_check", f"Expected: {limit}%. Observed: Only {value}%.")
    assert isinstance(finding.severity, float)
