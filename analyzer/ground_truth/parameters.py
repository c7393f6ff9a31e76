"""The environment of a merge job as typed parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import GROUND_TRUTH_SOURCE, DatasetFormat, FormatKind, Window


@dataclass(frozen=True)
class MergeParameters:
    """What one merge does.

    Args:
        dataset_source: Folder of the captures, or of the outputs of batch transform jobs.
        ground_truth_source: Folder of the labels; it need not exist when nobody has labelled anything yet.
        output_path: Folder of the merged records.
        dataset_format: How the captures are written. Descriptions of real merge jobs do not always have the variable:
            without it they are capture records.
        window: Span of the captured records that are merged.
        schedule: Name of the monitoring schedule: the folder of merged records that have no endpoint.
    """

    dataset_source: Path
    ground_truth_source: Path
    output_path: Path
    dataset_format: DatasetFormat
    window: Window = field(default_factory=Window)
    schedule: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "MergeParameters":
        """Read and check the variables; an empty value counts as absent.

        Raises:
            AnalysisError: When a variable is missing or cannot be understood.
        """
        given = {name: value for name, value in environment.items() if value}
        missing = [name for name in ("dataset_source", GROUND_TRUTH_SOURCE, "output_path") if name not in given]
        if missing:
            raise AnalysisError(f"the environment lacks {', '.join(missing)}")
        return cls(
            dataset_source=Path(given["dataset_source"]),
            ground_truth_source=Path(given[GROUND_TRUTH_SOURCE]),
            output_path=Path(given["output_path"]),
            dataset_format=_dataset_format(given),
            window=Window.from_environment(given),
            schedule=given.get("sagemaker_monitoring_schedule_name", ""),
        )


def _dataset_format(given: Mapping[str, str]) -> DatasetFormat:
    text = given.get("dataset_format")
    return DatasetFormat.from_json(text) if text else DatasetFormat(FormatKind.CAPTURE)
