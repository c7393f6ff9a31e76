"""What an endpoint captures, and when it did so last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared import s3
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectTypeDef

# <variant>/yyyy/mm/dd/hh/MM-SS-mmm-<uuid>.jsonl; a manifest of batch transform lies in the same folders.
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
_TIME = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/(\d\d)/(?:(\d\d)-(\d\d)-\d+-)?[^/]*$")
_MINUTES = re.compile(r"/\d\d-\d\d-\d+-[^/]*$")
_HOUR = timedelta(hours=1)
_YEAR = re.compile(r"\d{4}")
_LEVELS = 4  # year, month, day, hour


@dataclass(frozen=True)
class Captured:
    """The newest object of captured records."""

    uri: S3Uri
    time: datetime


def captured_in(endpoint: dict[str, Any]) -> S3Uri | None:
    """Return where an endpoint writes to, or None if it captures nothing.

    Args:
        endpoint: Its description.

    Raises:
        ValueError: The location has an empty part.
    """
    destination = (endpoint.get("DataCaptureConfig") or {}).get("DestinationS3Uri")
    return S3Uri.parse(destination) / endpoint["EndpointName"] if destination else None


def time_of(key: str) -> datetime | None:
    """Return when the first record of an object was captured, as its key tells it.

    The key, and not the time at which S3 got the object: records are analysed by the hour in whose folder they lie.
    """
    match = _TIME.search(f"/{key}")
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # digits that are no time
        return None


def newest(place: S3Uri) -> Captured | None:
    """Return the newest object below a location, whatever the variants; None if there is none.

    It goes down the newest folder of each level, so that a long history costs a few calls.

    Raises:
        ClientError: S3 refuses.
    """
    found = [item for folder in dated_roots(place) if (item := _newest_below(folder))]
    return max(found, key=lambda item: item.time, default=None)


def dated_roots(place: S3Uri) -> list[S3Uri]:
    """Return the folders whose folders are years: the place itself, or one for each variant."""
    below = list(s3.folders(place))
    if any(_YEAR.fullmatch(folder.key.rpartition("/")[2]) for folder in below):
        return [place]
    return below


def _newest_below(root: S3Uri) -> Captured | None:
    folder = root
    for _level in range(_LEVELS):
        below = list(s3.folders(folder))
        if not below:
            return None
        folder = below[-1]
    found = [Captured(S3Uri(folder.bucket, item["Key"]), time) for item in s3.objects(folder) if (time := _time(item))]
    return max(found, key=lambda item: item.time, default=None)


def _time(item: ObjectTypeDef) -> datetime | None:
    """Return when an object was captured: the name of a manifest tells its hour only."""
    time = time_of(item["Key"])
    if time is None or _MINUTES.search(item["Key"]):
        return time
    return min(max(item["LastModified"], time), time + _HOUR)


def newest_hour(place: S3Uri) -> datetime | None:
    """Return the newest hour whose folder below a location, `yyyy/mm/dd/hh`, holds objects: labels lie so."""
    found = _newest_below(place)
    return found.time.replace(minute=0, second=0, microsecond=0) if found else None
