"""Files that lie in the folders of hours, `yyyy/mm/dd/hh`: captured records, manifests and labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from model_monitor_cli import capture
from model_monitor_cli.inventory import side_by_side
from shared import s3
from shared.s3 import S3Uri

_DAY = timedelta(days=1)
_AT_ONCE = 64


@dataclass(frozen=True)
class Hours:
    """The hours from that of one time to that of another one, both included."""

    first: datetime
    last: datetime

    @classmethod
    def around(cls, start: datetime, end: datetime) -> Hours:
        """Return the hours of a stretch of time."""
        whole = {"minute": 0, "second": 0, "microsecond": 0}
        return cls(start.replace(**whole), end.replace(**whole))  # type: ignore[arg-type]  # three numbers

    @property
    def days(self) -> list[str]:
        """The days, as folders."""
        days = (self.last.date() - self.first.date()).days
        return [f"{self.first.date() + count * _DAY:%Y/%m/%d}" for count in range(days + 1)]

    def __contains__(self, time: datetime) -> bool:
        return self.first <= time < self.last + timedelta(hours=1)


def files_in(root: S3Uri, hours: Hours) -> Iterator[tuple[S3Uri, datetime]]:
    """Yield the objects in the folders of some hours, each with the beginning of its hour."""
    for day in hours.days:
        for item in s3.objects(root / day):
            time = capture.time_of(item["Key"])
            if time and time in hours:
                yield S3Uri(root.bucket, item["Key"]), time.replace(minute=0, second=0, microsecond=0)


def contents(
    files: Sequence[tuple[S3Uri, datetime]], progress: Callable[[str], None], what: str
) -> Iterator[tuple[datetime, bytes]]:
    """Yield the hour and the content of each file, several of them read at the same time."""
    for start in range(0, len(files), _AT_ONCE):
        progress(f"reading {what}: object {start + 1} of {len(files)}")
        part = files[start : start + _AT_ONCE]
        hours = (hour for _, hour in part)
        yield from zip(hours, side_by_side(lambda file: s3.read(file[0]), part), strict=True)


def json_lines(content: bytes) -> list[dict[str, Any]]:
    """Return the JSON objects of a file; a line that is none is passed over, as a run does that counts it."""
    found = []
    for line in content.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found
