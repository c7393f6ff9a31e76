"""What to do about each kind of violation."""

from __future__ import annotations

_COLUMNS = "Compare a captured record with the training data: {}? Fix the client, or make a new baseline if the change "
_COLUMNS += "is meant."
_QUALITY = (
    "The model is worse on recent traffic than it was in the baseline. Check that labels arrive complete and mean the "
    "same as in training; look at the data quality and bias monitors for what has changed; then retrain with recent "
    "data, or override the metric's threshold if the loss is acceptable."
)
OTHER_ADVICE = "Look at the report, or at the job's log."
ADVICE = {
    "missing_column_check": "Records no longer have all columns of the baseline. "
    + _COLUMNS.format("was a column dropped, is the prediction captured and first"),
    "extra_column_check": "Records have more columns than the baseline. "
    + _COLUMNS.format("was a column added, does the baseline lack the prediction"),
    "data_type_check": "Values are not of the type that the training data had. Look at a captured record: a client "
    "that sends 1.0 for 1 is enough. Fix the client, or override data_type or the data type threshold.",
    "completeness_check": "Values are missing. Find the source that stopped delivering them; if gaps are normal now, "
    "override completeness for the feature.",
    "baseline_drift_check": "Values are spread differently than in training. Ask whether a source, a unit or the users "
    "have changed; check the model's quality on recent labels; then retrain with recent data and make a new baseline, "
    "or raise the feature's drift threshold if the change is harmless.",
    "categorical_values_check": "There are values that training never saw. A new category needs retraining and a new "
    "baseline; a misspelt one must be fixed where it is made. Values that are fine go into allowed_values.",
    "LessThanThreshold": _QUALITY,
    "GreaterThanThreshold": _QUALITY,
    "bias_drift_check": "The model treats this group differently than in the baseline. Look at how many records the "
    "group has in the window: with few of them the metric swings widely. Compare who is asked for and what is decided; "
    "tell those who are responsible for fairness; then retrain with recent, balanced data, or make a new baseline if "
    "the change is intended.",
    "feature_attribution_drift_check": "Other features drive the predictions than in the baseline. Compare the order "
    "of features in analysis.json with the baseline's; look for a feature that broke or changed its meaning; then "
    "retrain with recent data, or make a new baseline if the change is meant.",
}
# What there is to do at all; docs/operating.md has each as a section.
WAYS = ("fix the client", "retrain", "accept the change (a new baseline)", "raise a limit", "ignore a feature")
