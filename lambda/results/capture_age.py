"""How old the newest captured record is: capture that has stopped shows there first.

Records lie in folders of variants, which have folders of years, months, days and hours
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html). The newest of each is
enough, so a few lists tell it, however many records there are.
"""

from __future__ import annotations

from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from results.monitor import Monitor
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

# Year, month, day, hour.
_DEPTH = 4
_MOST_VARIANTS = 20


def capture_age(monitor: Monitor) -> float | None:
    """Return how many seconds ago the newest record of a monitor was captured.

    Returns:
        None when nothing was captured, or when the records cannot be listed. A person learns the reason from the log.
    """
    if monitor.records is None:
        return None
    try:
        with monitor.access():
            times = [time for place in _places(monitor.records) if (time := _newest(place)) is not None]
    except (ClientError, BotoCoreError, s3.ObjectError) as error:
        log("captured records not listed", schedule=monitor.name, problem=str(error))
        return None
    return max((datetime.now(UTC) - max(times)).total_seconds(), 0.0) if times else None


def _places(records: S3Uri) -> list[S3Uri]:
    """Return where folders of years lie: in folders of variants, or right there."""
    found = list(s3.folders(records))
    if any(_is_number(folder) for folder in found):
        return [records]
    return found[:_MOST_VARIANTS]


def _newest(place: S3Uri) -> datetime | None:
    for _ in range(_DEPTH):
        place = max(
            (folder for folder in s3.folders(place) if _is_number(folder)), key=lambda at: at.key, default=place
        )
    return max((item["LastModified"] for item in s3.objects(place)), default=None)


def _is_number(folder: S3Uri) -> bool:
    return folder.key.rpartition("/")[2].isdigit()
