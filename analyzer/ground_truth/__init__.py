"""The ground-truth merge: captured records and the labels that were observed for them become merged records."""

from analyzer.ground_truth.merge import run_merge
from analyzer.ground_truth.parameters import MergeParameters, is_merge_job

__all__ = ["MergeParameters", "is_merge_job", "run_merge"]
