"""The ground-truth merge: captured records and the labels that were observed for them become merged records."""

from analyzer.ground_truth.merge import run_merge
from analyzer.ground_truth.parameters import MergeParameters

__all__ = ["MergeParameters", "run_merge"]
