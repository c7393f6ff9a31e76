"""How many of the captured records have found their label.

Model quality and bias are only known for records whose label has arrived; a broken feed of labels makes both blind
without any other sign. Merge jobs leave no counts, so the records are counted where they lie: all of them where they
were captured, and those with a label where the merge job has put them.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html for captured records,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html for merged ones. Where these lie
is seen in descriptions of real jobs: `<reports>/merge/<endpoint>/<variant>/yyyy/mm/dd/hh/`, for batch transform
`<reports>/merge/<schedule>/yyyy/mm/dd/hh/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from results.captured import captured_objects, in_hours
from results.executions import Execution
from results.monitor import Monitor
from results.records import count_records
from shared import s3
from shared.logs import log
from shared.s3 import S3Uri


def label_coverage(execution: Execution) -> float | None:
    """Return the share of captured records that found their label, from 0 to 1.

    Records are compared by the hour in whose folder they lie, and only hours that the run has looked at as a whole
    count. A record that an earlier run has merged already may lie there twice; the share is 1 at most.

    Returns:
        None when it is not known: the monitor needs no labels, nothing was merged or captured, the run has no whole
        hour, or the records could not be read. A person learns the reason from the log.
    """
    monitor, hours = execution.monitor, execution.whole_hours
    if monitor.captured is None or not execution.has_merged:
        return None
    try:
        with monitor.access():
            captured = count_records(list(captured_objects(monitor, monitor.captured, hours)))
            merged = count_records(list(_merged(monitor, hours)))
    except (ClientError, BotoCoreError, s3.ObjectError) as error:
        log("labels not counted", schedule=monitor.name, problem=str(error))
        return None
    log("labels counted", schedule=monitor.name, hours=len(hours), captured=round(captured), merged=round(merged))
    return min(merged / captured, 1.0) if captured else None


def _merged(monitor: Monitor, hours: Sequence[datetime]) -> Iterator[S3Uri]:
    merged = monitor.reports / "merge"
    variants = [merged / monitor.name] if monitor.endpoint is None else s3.folders(merged / monitor.endpoint)
    return in_hours(variants, hours)
