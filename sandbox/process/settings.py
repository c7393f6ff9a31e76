"""What AWS does to its callers now and then, and the sandbox only when it is told to.

Every setting is off at first. All of them can be given at the start and be changed while the sandbox runs.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_type_hints

Value = float | bool | str
_DIMENSIONS = ("both", "two", "three")


@dataclass(frozen=True)
class Settings:
    """The settings, each named after what AWS does.

    Attributes:
        iam_propagation_seconds: For how long (real time) roles and policies that a stack made or changed are not yet
            in force. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
        bare_job_events: SageMaker's events of processing jobs carry neither MonitoringScheduleArn nor ExitMessage, as
            AWS's documented example.
        repeated_events: SageMaker sends every event twice.
        lost_events: The share of SageMaker's events that never arrive, from 0 to 1: AWS delivers them on a best-effort
            basis. Half means every second one.
        model_monitor_closed: The account may not make monitoring schedules, as accounts that had never used Model
            Monitor when it closed to them.
            https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html
        late_metrics: Old data points appear as late as CloudWatch documents: those of 24 hours ago and more after 48
            hours, those of 3 to 24 hours ago after 2 hours of the sandbox's clock.
            https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
        feature_metric_dimensions: Which dimensions the metrics of a data-quality run have: `two` (Endpoint and
            MonitoringSchedule), `three` (Feature, too) or `both`. AWS's pages and tools contradict each other.
    """

    iam_propagation_seconds: float = 0.0
    bare_job_events: bool = False
    repeated_events: bool = False
    lost_events: float = 0.0
    model_monitor_closed: bool = False
    late_metrics: bool = False
    feature_metric_dimensions: str = "both"

    def __post_init__(self) -> None:
        if self.iam_propagation_seconds < 0:
            raise ValueError(f"iam_propagation_seconds must be 0 or more, got {self.iam_propagation_seconds}")
        if not 0 <= self.lost_events <= 1:
            raise ValueError(f"lost_events must be from 0 to 1, got {self.lost_events}")
        if self.feature_metric_dimensions not in _DIMENSIONS:
            wanted = ", ".join(_DIMENSIONS)
            raise ValueError(
                f"feature_metric_dimensions must be one of {wanted}, got {self.feature_metric_dimensions!r}"
            )

    @classmethod
    def of(cls, changes: Mapping[str, Any], base: "Settings | None" = None) -> "Settings":
        """Settings with changes.

        Args:
            changes: Name to value.
            base: What is changed. Default: the settings of a new sandbox.

        Raises:
            ValueError: A name is unknown, or a value is none for it.
        """
        types = get_type_hints(cls)
        unknown = sorted(set(changes) - set(types))
        if unknown:
            raise ValueError(f"got the unknown setting {', '.join(unknown)}; there are {', '.join(sorted(types))}")
        checked = {name: _checked(name, value, types[name]) for name, value in changes.items()}
        return replace(base or cls(), **checked)

    def document(self) -> dict[str, Value]:
        """Name to value, for JSON."""
        return asdict(self)

    def arguments(self) -> list[str]:
        """The settings as command-line arguments of ``python -m sandbox up``."""
        arguments = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            option = option_of(field.name)
            arguments += [option] if value is True else [option, str(value)]
        return arguments


def option_of(name: str) -> str:
    """The command-line option of a setting.

    Example:
        >>> option_of("iam_propagation_seconds")
        '--iam-propagation-seconds'
    """
    return "--" + name.replace("_", "-")


def _checked(name: str, value: object, wanted: type) -> Any:
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if wanted is not float and isinstance(value, wanted):
        return value
    raise ValueError(f"{name} must be a {_WORDS[wanted]}, got {value!r}")


_WORDS = {float: "number", bool: "boolean", str: "text"}
_current = Settings()


def current() -> Settings:
    """The settings in force."""
    return _current


def change(changes: Mapping[str, Any]) -> Settings:
    """Change settings, and return all of them.

    Raises:
        ValueError: See `Settings.of`.
    """
    global _current  # noqa: PLW0603 - one sandbox in a process, one set of settings
    _current = Settings.of(changes, _current)
    return _current
