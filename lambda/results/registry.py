"""The monitors that this function looks after: one document in S3 for each of them.

Each document is written when its monitor is deployed and removed when it is deleted, so that one function serves any
number of stacks without being deployed again. A schedule without a document is somebody else's.
"""

from __future__ import annotations

from dataclasses import replace

from results.monitor import Monitor, RegistryError, parse_monitor
from shared import s3, schedules
from shared.s3 import S3Uri

_ENDING = ".json"


class Registry:
    """The documents below an S3 location.

    What was read is kept for as long as this object, which is one invocation: a monitor that is deployed in between
    must be known to the next one.
    """

    def __init__(self, place: S3Uri) -> None:
        """Read nothing yet.

        Args:
            place: The location.
        """
        self._place = place
        self._names: tuple[str, ...] | None = None
        self._monitors: dict[str, Monitor | None] = {}

    @property
    def place(self) -> S3Uri:
        """The location."""
        return self._place

    def names(self) -> tuple[str, ...]:
        """Return the names of all schedules, sorted."""
        if self._names is None:
            prefix = f"{self._place.key}/" if self._place.key else ""
            keys = [item["Key"].removeprefix(prefix) for item in s3.objects(S3Uri(self._place.bucket, prefix))]
            self._names = tuple(
                key.removesuffix(_ENDING) for key in keys if key.endswith(_ENDING) and "/" not in key and key != _ENDING
            )
        return self._names

    def monitor(self, name: str) -> Monitor | None:
        """Return the monitor with this schedule, or None if its document has just been removed.

        Raises:
            RegistryError: The document cannot be read.
        """
        if name not in self._monitors:
            self._monitors[name] = self._read(name)
        return self._monitors[name]

    def find(self, schedule: str) -> Monitor | None:
        """Return the monitor with this schedule or this one-time run, or None for somebody else's schedule.

        Args:
            schedule: Name or ARN; SageMaker writes names in lower case inside of ARNs.

        Raises:
            RegistryError: The document of the monitor cannot be read.
        """
        name = schedule.rpartition("/")[2].lower()
        for known in self.names():
            if known.lower() == name:
                return self.monitor(known)
        for known in self.names():
            if schedules.is_one_time_run_of(name, known):
                monitor = self.monitor(known)
                prefix = schedules.one_time_prefix(known)
                return replace(monitor, one_time_run=prefix + name[len(prefix) :]) if monitor else None
        return None

    def _read(self, name: str) -> Monitor | None:
        document = self._place / f"{name}{_ENDING}"
        try:
            monitor = parse_monitor(s3.read_json(document))
        except s3.ObjectMissingError:
            return None
        except (s3.ObjectError, RegistryError) as error:
            raise RegistryError(
                f"the monitor's document {document} cannot be read: {error}. It is written when the monitor is "
                "deployed: deploy its stack again with a change to the schedule, or correct the document"
            ) from error
        if monitor.schedule.lower() != name.lower():
            raise RegistryError(f"{document} describes the schedule {monitor.schedule}, expected {name}")
        return monitor
