"""Things that must be done once, though events come twice and sweeps come every hour.

Each thing has a marker object. Whoever creates it (S3 lets only one: `If-None-Match: *`) does the thing and then writes
into it; an empty marker is a claim. A failure takes the claim back, and a claim whose holder died is taken back by the
next sweep.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from shared import clients, errors, s3
from shared.logs import log
from shared.s3 import S3Uri

# No function lives longer (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
_LONGEST_CLAIM = timedelta(minutes=15)


@dataclass(frozen=True)
class Once:
    """The markers below an S3 location."""

    state: S3Uri

    def do(self, name: str, action: Callable[[], None]) -> bool:
        """Do something unless it was done, or is being done, under this name; return whether it was done now.

        Raises:
            Exception: Whatever the action raises; the name is free again then.
        """
        marker = self.state / name
        if not _claim(marker):
            log("done already", marker=name)
            return False
        try:
            action()
        except BaseException:
            s3.delete(marker)
            raise
        s3.write(marker, datetime.now(UTC).isoformat(timespec="seconds"))
        return True

    def done_since(self, folder: str, first: str) -> set[str]:
        """Return the names below a folder that were done, and free those whose holder must have died.

        Args:
            folder: First part of the names.
            first: Names that sort before this one are left out.
        """
        done = set()
        for item in s3.objects(self.state / folder, after=(self.state / first).key):
            name = item["Key"].removeprefix(f"{self.state.key}/")
            if item["Size"]:
                done.add(name)
            elif datetime.now(UTC) - item["LastModified"] > _LONGEST_CLAIM:
                log("claim given up", marker=name)
                s3.delete(self.state / name)
        return done


def _claim(marker: S3Uri) -> bool:
    try:
        clients.s3().put_object(Bucket=marker.bucket, Key=marker.key, Body=b"", IfNoneMatch="*")
    except ClientError as error:
        if errors.code(error) in ("PreconditionFailed", "ConditionalRequestConflict", "412"):
            return False
        raise
    return True
