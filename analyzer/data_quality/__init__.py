"""The data-quality monitor: are the values still like those of the baseline?"""

from analyzer.data_quality.monitor import run_data_quality

__all__ = ["run_data_quality"]
