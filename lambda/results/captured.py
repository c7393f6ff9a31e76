"""Where the captured records of a run lie."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from results.monitor import Monitor
from shared import s3
from shared.s3 import S3Uri


def captured_objects(monitor: Monitor, place: S3Uri, hours: Sequence[datetime]) -> Iterator[S3Uri]:
    """Yield the objects that hold the records of some hours.

    Args:
        monitor: With an endpoint, or without one.
        place: Folder of the endpoint's captured records, or of manifests where there is no endpoint.
        hours: Beginnings of the hours (UTC).

    Raises:
        ObjectError: A manifest is none.
    """
    if monitor.endpoint is not None:
        yield from in_hours(s3.folders(place), hours)
        return
    for manifest in in_hours([place], hours):
        yield from listed(manifest)


def in_hours(places: Iterable[S3Uri], hours: Sequence[datetime]) -> Iterator[S3Uri]:
    """Yield the objects in the folders of some hours."""
    for place in places:
        for hour in hours:
            for item in s3.objects(place / f"{hour:%Y/%m/%d/%H}"):
                yield S3Uri(place.bucket, item["Key"])


def listed(manifest: S3Uri) -> Iterator[S3Uri]:
    """Yield the objects that a manifest names: a prefix, and what follows it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html

    Raises:
        ObjectError: It is no manifest.
    """
    try:
        first, *rest = json.loads(s3.read(manifest))
        prefix = first["prefix"]
        for name in rest:
            yield S3Uri.parse(f"{prefix}{name}")
    except (ValueError, TypeError, KeyError) as error:
        raise s3.ObjectError(f"{manifest} is no manifest of objects in S3: {error!r}") from error
