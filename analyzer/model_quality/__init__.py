"""The model-quality monitor: are the predictions still as good as those of the baseline?"""

from analyzer.model_quality.monitor import run_model_quality

__all__ = ["run_model_quality"]
