"""What was done for a run, noted in S3, so that it is done once though events come twice and sweeps come every hour.

Each run has one object. Whoever creates it (S3 lets only one: `If-None-Match: *`) holds the run until the deadline that
it has noted, which is the time when Lambda ends the holder at the latest. After each thing that is done the holder
notes it, only if the object is still its own (`If-Match`). A run of which everything is done has an EMPTY object, so
that a listing tells it from the others. A holder that fails gives the run free; one that dies leaves it to whoever
comes after its deadline, who goes on behind what was noted.

What is guaranteed: a thing whose note was written is never done again, and no two functions do things for one run at
the same time. What is not: if the holder dies, or if all attempts to write the note fail, after a thing was done and
before it was noted, it is done once more by whoever goes on. Metrics take that without harm, because alarms look at the
largest or smallest value of a period. A message or an event then comes twice, since neither SNS nor EventBridge can be
asked whether it was sent. The same is true when one of these takes a request but its answer is lost: boto3 then sends
it again.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from results import conditional
from results.invocation import Invocation
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri

# The clocks of two functions may differ a little.
_CLOCKS_DIFFER = timedelta(seconds=5)
# Between attempts to write a note, after boto3's own attempts: without it a message would be sent again.
_PAUSES_SECONDS = (1.0, 3.0)
_FREE = datetime(1970, 1, 1, tzinfo=UTC)


class LostClaimError(Exception):
    """Another function has taken the run over, because the deadline of this one has passed."""


@dataclass(frozen=True)
class _Note:
    """Content of a run's object.

    Attributes:
        request: Lambda's request id of the holder, to find it in the log.
        attempt: Tells the holder from all others, also from its own retry.
        deadline: Until when it holds the run.
        done: What was done.
    """

    request: str
    attempt: str
    deadline: datetime
    done: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """Return the note as JSON."""
        return json.dumps(
            {
                "request": self.request,
                "attempt": self.attempt,
                "deadline": self.deadline.isoformat(),
                "done": list(self.done),
            }
        )

    @classmethod
    def parse(cls, text: bytes) -> _Note:
        """Read a note.

        Raises:
            ValueError: It is none.
        """
        try:
            content: dict[str, Any] = json.loads(text)
            deadline = datetime.fromisoformat(content["deadline"])
            return cls(content["request"], content["attempt"], deadline, tuple(content["done"]))
        except (TypeError, KeyError) as error:
            raise ValueError(f"got {text[:200]!r}, expected a note of this function") from error


class Claim:
    """A run that this invocation holds. Leaving the `with` block gives it free, unless everything was done."""

    def __init__(self, place: S3Uri, note: _Note, etag: str) -> None:
        """Hold a run.

        Args:
            place: Its object.
            note: What the object says.
            etag: The object's version.
        """
        self._place, self._note, self._etag = place, note, etag
        self._is_finished = False

    def do(self, thing: str, action: Callable[[], None]) -> bool:
        """Do a thing unless it was done, and note it; return whether it was done now.

        Raises:
            LostClaimError: Another function holds the run now.
            Exception: Whatever the action raises, or S3 when the note could not be written.
        """
        if thing in self._note.done:
            return False
        action()
        # Before the note is written: what was done stays in mind, and goes with the next note if this one fails.
        self._note = replace(self._note, done=(*self._note.done, thing))
        self._write(self._note.text())
        return True

    def attempt(self, thing: str, action: Callable[[], None]) -> bool:
        """Note a thing and then do it, so that it is tried once only; return whether it was tried now.

        For what may take more memory or time than there is: if the function dies of it, it goes on with the other
        things next time.

        Raises:
            LostClaimError: Another function holds the run now.
            Exception: Whatever the action raises, or S3 when the note could not be written.
        """
        if not self.do(thing, lambda: None):
            return False
        action()
        return True

    def finish(self) -> None:
        """Note that everything is done."""
        self._write("")
        self._is_finished = True

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_finished or isinstance(error, LostClaimError):
            return
        try:
            self._write(replace(self._note, deadline=_FREE).text())
        except (ClientError, BotoCoreError, LostClaimError) as trouble:
            log("run not released before its deadline", marker=str(self._place), problem=str(trouble))

    def _write(self, text: str) -> None:
        for pause in (*_PAUSES_SECONDS, None):
            try:
                etag = conditional.put(self._place, text, IfMatch=self._etag)
            except (ClientError, BotoCoreError) as error:
                if pause is None:
                    raise
                log("note not written yet", marker=str(self._place), problem=str(error))
                time.sleep(pause)
                continue
            if etag is None:
                raise LostClaimError(f"another function has taken over the run of {self._place}")
            self._etag = etag
            return


@dataclass(frozen=True)
class Once:
    """The notes below an S3 location."""

    state: S3Uri
    invocation: Invocation

    def claim(self, name: str) -> Claim | None:
        """Return the run, or None if everything is done for it, or another function holds it."""
        place, now = self.state / name, datetime.now(UTC)
        note = _Note(self.invocation.request, self.invocation.attempt, self.invocation.deadline)
        etag = conditional.put(place, note.text(), IfNoneMatch="*")
        if etag is not None:
            return Claim(place, note, etag)
        found = conditional.get(place)
        if found is None or not found[0]:
            log("done already" if found else "another function is handling it", marker=name)
            return None
        earlier = _Note.parse(found[0])
        if earlier.deadline + _CLOCKS_DIFFER > now:
            log("another function is handling it", marker=name, request=earlier.request)
            return None
        note = replace(note, done=earlier.done)
        etag = conditional.put(place, note.text(), IfMatch=found[1])
        return Claim(place, note, etag) if etag is not None else None

    def finished_since(self, folder: str, first: str) -> set[str]:
        """Return the names below a folder for which everything is done.

        Args:
            folder: First part of the names.
            first: Names that sort before this one are left out.
        """
        listed = s3.objects(self.state / folder / "", after=(self.state / first).key)
        return {item["Key"].removeprefix(f"{self.state.key}/") for item in listed if not item["Size"]}
