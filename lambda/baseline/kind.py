"""What differs between the baselines of the four monitors; each kind has a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from baseline.jobs.container import Container
from baseline.monitor_type import MonitorType
from baseline.source.dataset import DatasetFacts
from baseline.source.forms import Dataset
from baseline.store import Store
from shared.s3 import S3Uri


@dataclass(frozen=True)
class NextJob:
    """A processing job that is to be started: what its container is given, and where it writes."""

    container: Container
    output: S3Uri
    is_profile: bool = False


class Kind(Protocol):
    """The baseline of one kind of monitor."""

    @property
    def type(self) -> MonitorType:
        """The kind, in the words of SageMaker."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The analysis config that the stack gives for the monitor; empty where there is none."""

    def fingerprint(self) -> dict[str, object]:
        """Return what decides the content of the files, beside the data and the image."""

    def check_dataset(self, dataset: Dataset, facts: DatasetFacts) -> None:
        """Tell before a job is paid for that it would fail, or that its result would be of no use.

        Raises:
            BaselineError: It would.
        """

    def next_job(self, store: Store, folder: S3Uri, dataset: Dataset) -> NextJob | None:
        """Return the job that makes the files of a version, or what it needs; None when this has made them itself.

        Args:
            store: Where files go.
            folder: Folder of the version, whose files are not there yet.
            dataset: The training data.
        """

    def deliver(self, store: Store, folder: S3Uri) -> dict[str, str]:
        """Make and store the files that the monitor uses; return the attributes. Doing it again changes nothing.

        Args:
            store: Where files go.
            folder: Folder of the version, with the files as the job (or the user) wrote them.

        Raises:
            BaselineError: A file is unusable, or lacks what the stack names.
        """
