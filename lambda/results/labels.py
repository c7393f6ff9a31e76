"""How many of the captured predictions have found their label.

Model quality and bias are only known for predictions whose label has arrived; a broken feed of labels makes both blind
without any other sign. The merge job leaves its counts beside the merged records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from results.executions import Execution, Job
from shared import s3
from shared.logs import log

STATISTICS_FILE = "merge_statistics.json"
_MONITORS_WITH_LABELS = ("ModelQuality", "ModelBias")


def label_coverage(execution: Execution) -> float | None:
    """Return the share of captured records that found their label, from 0 to 1.

    Returns:
        None when it is not known: the monitor needs no labels, nothing was captured, the merge job left no counts, or a
        later one has overwritten them.
    """
    if execution.monitor.type not in _MONITORS_WITH_LABELS or execution.job is None:
        return None
    try:
        counts = s3.read_json(execution.monitor.reports / "merge" / STATISTICS_FILE)
    except s3.ObjectError as error:
        log("no counts of labels", schedule=execution.monitor.schedule, problem=str(error))
        return None
    if not _is_of(counts, execution.job):
        log("counts of labels are of another run", schedule=execution.monitor.schedule)
        return None
    return _share(counts)


def _is_of(counts: Mapping[str, Any], job: Job) -> bool:
    """Say whether the counts are of this run: every merge job overwrites those of the one before."""
    environment = job.get("Environment", {})
    return all(counts.get(edge) == environment.get(edge) for edge in ("start_time", "end_time"))


def _share(counts: Mapping[str, Any]) -> float | None:
    captured, matched = counts.get("captured"), counts.get("matched")
    if not isinstance(captured, int) or not isinstance(matched, int) or captured <= 0:
        return None
    return min(matched / captured, 1.0)
