"""Where a baseline keeps its files in S3, and the small notes that carry its state from call to call.

```
<OutputUri>/running.json                            version and jobs of a request; gone when it has ended
<OutputUri>/successes.json                          properties and fingerprints of the last two successes
<OutputUri>/<fingerprint>/statistics.json           as the job wrote them
<OutputUri>/<fingerprint>/constraints.json
<OutputUri>/<fingerprint>/analysis.json             Clarify's constraints (bias, explainability)
<OutputUri>/<fingerprint>/analysis_config.json      config of the monitor, and below baseline/ that of the job
<OutputUri>/<fingerprint>/preprocessor.py           only with generated categories: the script of the baseline's job
<OutputUri>/<fingerprint>/preprocessor-<hash>.py    the script of the runs, if there is one
<OutputUri>/<fingerprint>/profile/                  what the first of two jobs wrote
<OutputUri>/<fingerprint>/effective-<hash>/         true column names, overrides applied
<OutputUri>/files-<fingerprint>/...                 the same for files that existed already
```
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from baseline.errors import BaselineError
from shared import s3
from shared.s3 import S3Uri

# The latest, and the one that a rollback after it goes back to.
_KEPT_SUCCESSES = 2


@dataclass(frozen=True)
class Running:
    """What a request makes: the version of the baseline, and the jobs for it, of which the last may still run."""

    request_id: str
    fingerprint: str
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Success:
    """A baseline that was deployed: a hash of the resource's properties, the fingerprint, and by which request."""

    properties: str
    fingerprint: str
    request_id: str = field(compare=False)


@dataclass(frozen=True)
class Store:
    """The files below one `OutputUri`."""

    output: S3Uri
    kms_key_id: str | None = None

    def has_all(self, folder: S3Uri, names: Iterable[str]) -> bool:
        """Say whether all of these files are there."""
        return all(s3.exists(folder / name) for name in names)

    def write(self, uri: S3Uri, content: str | bytes) -> None:
        """Store a file under the baseline's key."""
        s3.write(uri, content, kms_key_id=self.kms_key_id)

    def write_json(self, uri: S3Uri, content: object) -> None:
        """Store a JSON file that people will read."""
        self.write(uri, json.dumps(content, indent=2, separators=(",", " : ")))

    def read_json(self, uri: S3Uri) -> dict[str, Any]:
        """Return the content of a JSON file.

        Raises:
            BaselineError: It cannot be used.
        """
        with _told():
            return s3.read_json(uri)

    def copy(self, targets: Mapping[S3Uri, S3Uri]) -> None:
        """Copy objects, in the order of the mapping.

        Raises:
            BaselineError: One of them cannot be read.
        """
        for source, target in targets.items():
            with _told():
                content = s3.read(source)
            self.write(target, content)

    def running(self) -> Running | None:
        """Return what is being made, or None."""
        note = self._note("running.json")
        return Running(note["request_id"], note["fingerprint"], tuple(note["jobs"])) if note else None

    def set_running(self, running: Running) -> None:
        """Note what is being made. Done before a job is created, so that none can be forgotten."""
        self.write_json(self.output / "running.json", asdict(running))

    def clear_running(self) -> None:
        """Note that nothing is being made."""
        note = self.output / "running.json"
        # In a bucket with versions, deleting what never was leaves a marker, and the bucket counts as not empty: the
        # rollback of a first deployment could not delete it.
        if s3.exists(note):
            s3.delete(note)

    def successes(self) -> tuple[Success, ...]:
        """Return the last two successes, the latest first."""
        note = self._note("successes.json")
        return tuple(Success(**entry) for entry in note["successes"]) if note else ()

    def add_success(self, success: Success) -> None:
        """Note a success. Noting the latest one again changes nothing."""
        earlier = [entry for entry in self.successes() if entry != success]
        kept = [success, *earlier][:_KEPT_SUCCESSES]
        self.write_json(self.output / "successes.json", {"successes": [asdict(entry) for entry in kept]})

    def _note(self, name: str) -> dict[str, Any] | None:
        try:
            return s3.read_json(self.output / name)
        except s3.ObjectMissingError:
            return None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except s3.ObjectError as error:
        raise BaselineError(f"a file of the baseline cannot be used: {error}") from error
