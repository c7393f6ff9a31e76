"""Baselines as they lie in S3: which versions there are, what they were made of, and how they differ.

The deployment function lays them out (`baseline/store.py`). Nothing here changes anything: the files that a monitor
uses are named by its job definition, which cannot be changed and belongs to CloudFormation. Whoever replaced it by
another would have the next deployment put it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baseline.errors import BaselineError
from baseline.monitor_type import CONSTRAINTS, STATISTICS, MonitorType
from baseline.reader import digest
from baseline.source.dataset import list_objects
from baseline.source.fingerprint import etag
from baseline.store import SOURCE_NOTE
from model_monitor_cli.differences import Difference, differences, without_lists
from model_monitor_cli.exits import CommandError, UsageError
from model_monitor_cli.inventory import Monitor, side_by_side
from model_monitor_cli.state import job_definition
from shared import errors, s3
from shared.s3 import S3Uri

if TYPE_CHECKING:
    from model_monitor_cli.context import Context

_EFFECTIVE = "effective-"
_PREPROCESSOR = "preprocessor.py"
_VERSION_LENGTH = 12


class BaselineFileError(CommandError):
    """Files of a baseline cannot be found or read."""


@dataclass(frozen=True)
class Version:
    """A version of a baseline.

    Attributes:
        name: Name of its folder; it changes with the data and everything else that decides the files.
        folder: Where it is.
        made: When its files were written.
        in_use: Whether the monitor compares with it now.
        source: Where it comes from, as the stack had it; None of versions that an older release made.
        objects: Location of each object that it was made of -> its ETag.
        has_categories: Whether columns are handed over as categories, by a script of this version.
        effective: Limits that were once in force, if the stack had any of its own.
    """

    name: str
    folder: S3Uri
    made: datetime
    in_use: bool
    source: Mapping[str, Any] | None = None
    objects: Mapping[str, str] = field(default_factory=dict)
    has_categories: bool = False
    effective: S3Uri | None = None

    @property
    def origin(self) -> str:
        """Where it comes from, in short."""
        if self.source is None:
            return "not noted"
        if "dataset" in self.source:
            return str(self.source["dataset"]["uri"])
        return str(self.source.get("model_package") or self.source["files"]["constraints"])


@dataclass(frozen=True)
class Baseline:
    """The baseline of a monitor.

    Attributes:
        monitor: The monitor.
        place: Where its versions are.
        used: Folder of the version in use.
        constraints: The limits in force.
        statistics: The statistics in force; None where the monitor reads none.
    """

    monitor: Monitor
    place: S3Uri
    used: S3Uri
    constraints: S3Uri
    statistics: S3Uri | None

    @property
    def file(self) -> str:
        """Name of the file with the limits that the job suggests."""
        return MonitorType(self.monitor.entry.type).constraints


def find_baseline(context: Context, monitor: Monitor) -> Baseline:
    """Return the baseline that a monitor compares with.

    Raises:
        BaselineFileError: The monitor is gone, or its files lie in another layout.
    """
    definition = job_definition(context, monitor)
    if definition is None:
        raise BaselineFileError(
            f"the schedule {monitor.schedule_name} or its job definition has been deleted; deploy the stack of "
            f"{monitor.model} again"
        )
    config: Mapping[str, Any] = next((value for key, value in definition.items() if key.endswith("BaselineConfig")), {})
    address = config.get("ConstraintsResource", {}).get("S3Uri")
    if not address:
        raise BaselineFileError(f"{monitor.name} of {monitor.model} has no baseline")
    constraints = S3Uri.parse(address)
    folder = _parent(constraints)
    used = _parent(folder) if _name(folder).startswith(_EFFECTIVE) else folder
    statistics = config.get("StatisticsResource", {}).get("S3Uri")
    return Baseline(monitor, _parent(used), used, constraints, S3Uri.parse(statistics) if statistics else None)


def versions(baseline: Baseline) -> list[Version]:
    """Return the versions that are kept, the newest first."""
    found = side_by_side(lambda folder: _version(baseline, folder), list(s3.folders(baseline.place)))
    return sorted((version for version in found if version), key=lambda version: version.made, reverse=True)


def choose_version(found: Sequence[Version], name: str) -> Version:
    """Return the version of a name, or of its beginning.

    Raises:
        UsageError: There is none, or more than one.
    """
    matching = [version for version in found if version.name.removeprefix("files-").startswith(name)] or [
        version for version in found if version.name.startswith(name)
    ]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(version.name for version in matching or found)
    raise UsageError(f"{'no' if not matching else 'more than one'} version is called '{name}'; there are: {known}")


def in_use(found: Sequence[Version]) -> Version:
    """Return the version in use.

    Raises:
        BaselineFileError: Its files are gone.
    """
    version = next((version for version in found if version.in_use), None)
    if version is None:
        raise BaselineFileError("the files of the version in use are gone; deploy with another 'version' of the data")
    return version


def before(found: Sequence[Version], version: Version) -> Version | None:
    """Return the version that was made before another one."""
    return next((other for other in found if other.made < version.made), None)


def changed_by_the_stack(baseline: Baseline) -> list[Difference]:
    """Return where the limits in force differ from those that the job suggested."""
    if baseline.constraints == baseline.used / baseline.file:
        return []
    effective = read(baseline.constraints)
    return differences(_named(read(baseline.used / baseline.file), effective), effective)


def differences_of_versions(baseline: Baseline, first: Version, second: Version) -> list[Difference]:
    """Return where two versions differ: limits that the jobs suggested, and figures of the data."""
    named = [read(version.effective) if version.effective else {} for version in (first, second)]
    pairs = list(zip((first, second), named, strict=True))
    found = differences(*(_named(read(version.folder / baseline.file), names) for version, names in pairs))
    if baseline.file == CONSTRAINTS:
        found += differences(*(_figures(_named(_statistics(version), names)) for version, names in pairs))
    return found


def objects_now(source: Mapping[str, Any], noted: Mapping[str, str]) -> dict[str, str]:
    """Return the objects that a source has now, with their ETags.

    Args:
        source: Where a version comes from.
        noted: The objects that it was made of.

    Raises:
        BaselineFileError: They are gone, or may not be read.
    """
    if "dataset" not in source:
        return {uri: found for uri in noted if (found := _etag(S3Uri.parse(uri)))}
    uri = S3Uri.parse(source["dataset"]["uri"])
    try:
        return {str(S3Uri(uri.bucket, item.key)): item.etag for item in list_objects(uri)}
    except BaselineError as error:
        raise BaselineFileError(str(error)) from error


def version_of(objects: Mapping[str, str]) -> str:
    """Return a text for the option `version` that is the same as long as the objects are."""
    return digest(dict(objects), _VERSION_LENGTH)


def earlier_objects(context: Context, version: Version) -> dict[str, str | None]:
    """Return the objects that a version was made of, with the id under which S3 keeps that state."""
    return {uri: _version_id(context, S3Uri.parse(uri), tag) for uri, tag in version.objects.items()}


def read(uri: S3Uri) -> dict[str, Any]:
    """Return the content of a JSON file.

    Raises:
        BaselineFileError: It cannot be read.
    """
    try:
        return s3.read_json(uri)
    except s3.ObjectError as error:
        raise BaselineFileError(str(error)) from error


def _version(baseline: Baseline, folder: S3Uri) -> Version | None:
    """Return the version of a folder, or None if its job never ended well."""
    listed = {item["Key"].removeprefix(f"{folder.key}/"): item["LastModified"] for item in s3.objects(folder)}
    if baseline.file not in listed:
        return None
    note = read(folder / SOURCE_NOTE) if SOURCE_NOTE in listed else {}
    return Version(
        name=_name(folder),
        folder=folder,
        made=listed[baseline.file],
        in_use=folder == baseline.used,
        source=note.get("source"),
        objects=note.get("objects", {}),
        has_categories=_PREPROCESSOR in listed,
        effective=next((folder / name for name in sorted(listed) if _is_effective(name)), None),
    )


def _named(document: dict[str, Any], effective: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file of a job with the true names of features: with categories, it saw numbered columns."""
    names = [feature.get("name") for feature in effective.get("features", [])]
    features = document.get("features", [])
    if len(names) != len(features):
        return document
    return document | {"features": [{**feature, "name": name} for feature, name in zip(features, names, strict=True)]}


def _statistics(version: Version) -> dict[str, Any]:
    return read(version.folder / STATISTICS) if s3.exists(version.folder / STATISTICS) else {}


def _figures(content: dict[str, Any]) -> dict[str, Any]:
    """Return single figures of statistics: what histograms and sketches hold is no use line by line."""
    features = [without_lists(feature) for feature in content.get("features", [])]
    figures: dict[str, Any] = without_lists({**content, "features": {}})
    return figures | ({"features": features} if features else {})


def _etag(uri: S3Uri) -> str | None:
    try:
        return etag(uri)
    except ClientError as error:
        if errors.is_missing(error):
            return None
        raise


def _version_id(context: Context, uri: S3Uri, tag: str) -> str | None:
    try:
        listed = context.s3.list_object_versions(Bucket=uri.bucket, Prefix=uri.key).get("Versions", [])
    except ClientError as error:
        if errors.is_denied(error) or errors.is_missing(error):
            return None
        raise
    kept = [item for item in listed if item["Key"] == uri.key and item["ETag"].strip('"') == tag]
    return next((item["VersionId"] for item in kept if item.get("VersionId") not in (None, "null")), None)


def _is_effective(name: str) -> bool:
    return name.startswith(_EFFECTIVE) and name.endswith(f"/{CONSTRAINTS}")


def _parent(uri: S3Uri) -> S3Uri:
    return S3Uri(uri.bucket, uri.key.rpartition("/")[0])


def _name(uri: S3Uri) -> str:
    return uri.key.rpartition("/")[2]
