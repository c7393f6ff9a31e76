"""The environment of the process as typed parameters.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import orjson

from analyzer.job.failure import AnalysisError

DATA_QUALITY, MODEL_QUALITY = "DATA_QUALITY", "MODEL_QUALITY"  # values of analysis_type
# What tells a Clarify job and a merge from all others.
CLARIFY_CONFIG = Path("input/config/analysis_config.json")
GROUND_TRUTH_SOURCE = "ground_truth_source"
DEFAULT_PROCESSING_ROOT = Path("/opt/ml/processing")
DEFAULT_METRICS_DIRECTORY = Path("/opt/ml/output/metrics/cloudwatch")
DEFAULT_MESSAGE_FILE = Path("/opt/ml/output/message")
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

_Choice = TypeVar("_Choice", bound=StrEnum)


class FormatKind(StrEnum):
    """Kinds of input; the values are the keys of ``dataset_format``."""

    CSV = "csv"
    JSON_LINES = "json"
    PARQUET = "parquet"
    CAPTURE = "sagemakerCaptureJson"
    MERGED = "sagemakerMergeJson"


class OddRecords(StrEnum):
    """What happens to records with other columns than the rest; values of the variable ``odd_records``."""

    SERVICE = "service"
    """As by the service, as far as is known: one JSON record with a column of its own gives the table that column, so
    that the number of columns is the only thing that is checked."""
    ROBUST = "robust"
    """They are set apart, counted and reported, also as a metric, and the rest is analysed, however many they are."""


@dataclass(frozen=True)
class DatasetFormat:
    """How the input is written.

    Args:
        kind: Kind of file.
        header: For CSV: whether the first line of every file holds column names.
        capture_index_names: For capture and merged records: the directions to analyse. Output always comes first.
            Default: both, and the output alone for merged records.
    """

    kind: FormatKind
    header: bool = False
    capture_index_names: tuple[str, ...] = ("endpointInput", "endpointOutput")

    @classmethod
    def from_json(cls, text: str) -> "DatasetFormat":
        """Read the value of the variable ``dataset_format``.

        Raises:
            AnalysisError: When it names no known format.
        """
        expected = 'expected {"csv": {"header": true}}, {"json": {"lines": true}}, {"parquet": {}}, ' + (
            '{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}} or '
            '{"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}'
        )
        try:
            document = orjson.loads(text)
            (name, options), *others = document.items()
            kind = FormatKind(name)
        except (orjson.JSONDecodeError, AttributeError, ValueError):
            raise AnalysisError(f"dataset_format {text!r} is not a known format; {expected}") from None
        options = options if isinstance(options, dict) else {}
        if others or (kind is FormatKind.JSON_LINES and not _flag(options.get("lines", options.get("line")))):
            raise AnalysisError(f"dataset_format {text!r} is not a known format; {expected}")
        default = ("endpointOutput",) if kind is FormatKind.MERGED else cls.capture_index_names
        return cls(
            kind,
            header=_flag(options.get("header")),
            capture_index_names=tuple(options.get("captureIndexNames") or default),
        )


@dataclass(frozen=True)
class Window:
    """Half-open span of time, UTC; an absent bound is open."""

    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> "Window":
        """Read ``start_time`` and ``end_time``.

        Raises:
            AnalysisError: When one of them is not a time.
        """
        return cls(time_of(given, "start_time"), time_of(given, "end_time"))

    def contains(self, time: datetime) -> bool:
        """Return whether a time lies in the window."""
        return (self.start is None or self.start <= time) and (self.end is None or time < self.end)

    def to_json(self) -> dict[str, str]:
        """Return the bounds as members ``start_time`` and ``end_time`` of a document; an open one is none."""
        bounds = {"start_time": self.start, "end_time": self.end}
        return {name: f"{time:{TIME_FORMAT}}" for name, time in bounds.items() if time}

    def __str__(self) -> str:
        bounds = [f"{word} {time:%Y-%m-%dT%H:%MZ}" for word, time in (("from", self.start), ("to", self.end)) if time]
        return " ".join(bounds)


@dataclass(frozen=True)
class Publication:
    """Where the metrics of a run go, and what they are of.

    Args:
        directory: Folder that the platform reads.
        schedule: Name of the monitoring schedule.
        endpoint: Name of the endpoint; None for batch monitors, whose metrics lack that dimension.
        time: Time of the metrics: ``metric_time``, else the start of the window; None means now.
    """

    directory: Path
    schedule: str
    endpoint: str | None = None
    time: datetime | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str], window: Window) -> "Publication | None":
        """Read the variables about metrics; None when the run publishes none.

        Raises:
            AnalysisError: When the schedule is missing, or the time is none.
        """
        time = time_of(given, "metric_time") or window.start
        if given.get("publish_cloudwatch_metrics") != "Enabled":
            return None
        if "sagemaker_monitoring_schedule_name" not in given:
            raise AnalysisError(
                "publish_cloudwatch_metrics is Enabled but the environment lacks sagemaker_monitoring_schedule_name, "
                "which is a dimension of every metric"
            )
        return cls(
            directory=Path(given.get("cloudwatch_metrics_directory", DEFAULT_METRICS_DIRECTORY)),
            schedule=given["sagemaker_monitoring_schedule_name"],
            endpoint=given.get("sagemaker_endpoint_name"),
            time=time,
        )


@dataclass(frozen=True)
class Parameters:
    """What one run does. Fields have the names of the environment variables, unless they are made of several.

    Without ``baseline_constraints`` and ``baseline_statistics`` the run suggests a baseline, with one of them it
    monitors.
    """

    dataset_source: Path
    dataset_format: DatasetFormat
    output_path: Path
    baseline_constraints: Path | None = None
    baseline_statistics: Path | None = None
    record_preprocessor_script: Path | None = None
    post_analytics_processor_script: Path | None = None
    categorical_drift_method: str | None = None
    problem_type: str | None = None
    inference_attribute: str | None = None
    probability_attribute: str | None = None
    probability_threshold_attribute: str | None = None
    ground_truth_attribute: str | None = None
    positive_label: str | None = None
    window: Window = Window()
    publication: Publication | None = None
    odd_records: OddRecords = OddRecords.SERVICE

    @property
    def is_robust(self) -> bool:
        """Whether the run goes on however many records cannot be analysed; a baseline never does."""
        return self.odd_records is OddRecords.ROBUST and not self.is_baseline

    @property
    def is_baseline(self) -> bool:
        """Whether this run suggests a baseline instead of checking against one."""
        return self.baseline_constraints is None and self.baseline_statistics is None

    @property
    def input_description(self) -> str:
        """Where the data set is and which span of it counts, for messages."""
        return f"{self.dataset_source} {self.window}".rstrip()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Parameters":
        """Read and check the variables; an empty value counts as absent.

        Raises:
            AnalysisError: When a variable is missing or cannot be understood.
        """
        given = {name: value for name, value in environment.items() if value}
        missing = [name for name in ("dataset_source", "dataset_format", "output_path") if name not in given]
        if missing:
            raise AnalysisError(f"the environment lacks {', '.join(missing)}")
        window = Window.from_environment(given)
        return cls(
            dataset_source=Path(given["dataset_source"]),
            dataset_format=DatasetFormat.from_json(given["dataset_format"]),
            output_path=Path(given["output_path"]),
            baseline_constraints=existing_file(given, "baseline_constraints"),
            baseline_statistics=existing_file(given, "baseline_statistics"),
            record_preprocessor_script=existing_file(given, "record_preprocessor_script"),
            post_analytics_processor_script=existing_file(given, "post_analytics_processor_script"),
            categorical_drift_method=_drift_method(given),
            problem_type=given.get("problem_type"),
            inference_attribute=given.get("inference_attribute"),
            probability_attribute=given.get("probability_attribute"),
            probability_threshold_attribute=given.get("probability_threshold_attribute"),
            ground_truth_attribute=given.get("ground_truth_attribute"),
            positive_label=given.get("positive_label"),
            window=window,
            publication=Publication.from_environment(given, window),
            odd_records=chosen(given, "odd_records", OddRecords, OddRecords.SERVICE),
        )


def message_file(environment: Mapping[str, str]) -> Path:
    """Return where the exit message goes; known even when all other variables are wrong."""
    return Path(environment.get("output_message_file") or DEFAULT_MESSAGE_FILE)


def _flag(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def time_of(given: Mapping[str, str], name: str) -> datetime | None:
    """Read a variable that holds a time (UTC); None without it.

    Raises:
        AnalysisError: When it is not a time.
    """
    if name not in given:
        return None
    try:
        return datetime.strptime(given[name], TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise AnalysisError(f"{name} {given[name]!r} is not a time like 2026-01-31T08:00:00Z") from None


def existing_file(given: Mapping[str, str], name: str) -> Path | None:
    """Read a variable that names a file; None without it.

    Raises:
        AnalysisError: When there is no such file.
    """
    if name not in given:
        return None
    path = Path(given[name])
    if not path.is_file():
        raise AnalysisError(f"{name} names {path}, which is not a file")
    return path


def processing_root(environment: Mapping[str, str]) -> Path:
    """Return the folder that stands for ``/opt/ml/processing``."""
    return Path(environment.get("processing_root") or DEFAULT_PROCESSING_ROOT)


def chosen(given: Mapping[str, str], name: str, choices: type[_Choice], default: _Choice) -> _Choice:
    """Read a variable that chooses one of several ways; ``default`` without it.

    Raises:
        AnalysisError: When it names none of them.
    """
    try:
        return choices(given[name]) if name in given else default
    except ValueError:
        raise AnalysisError(f"{name} is {given[name]!r}, expected {' or '.join(choices)}") from None


def _drift_method(given: Mapping[str, str]) -> str | None:
    method = given.get("categorical_drift_method")
    if method not in (None, "LInfinity", "ChiSquared"):
        raise AnalysisError(f"categorical_drift_method {method!r} is not LInfinity or ChiSquared")
    return method
