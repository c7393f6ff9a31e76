"""Queries that are saved in Athena; the tests run each of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SavedQuery:
    """A query for people to start from.

    Attributes:
        id: Construct id.
        name: Shown in the console.
        description: What it answers.
        sql: In Athena's words.
    """

    id: str
    name: str
    description: str
    sql: str


_LAST_30_DAYS = "day >= date_format(current_date - interval '30' day, '%Y-%m-%d')"

OF_ALL_MODELS = (
    SavedQuery(
        "WorstFeatures",
        "Which features are violated most",
        "Violations of the last 30 days by model, feature and check",
        f"""\
SELECT coalesce(endpoint, model, schedule) AS model, feature, check_type,
       count(*) AS violations, max(value) AS largest, min(scheduled_time) AS since
FROM violations
WHERE {_LAST_30_DAYS}
GROUP BY 1, 2, 3
ORDER BY violations DESC, feature""",
    ),
    SavedQuery(
        "RunsByStatus",
        "How runs ended",
        "Runs of the last 30 days by monitor and status, and when the last one was",
        f"""\
SELECT coalesce(endpoint, model, schedule) AS model, monitor_type, status,
       count(*) AS runs, sum(violations) AS violations, max(scheduled_time) AS last_run
FROM runs
WHERE {_LAST_30_DAYS} AND NOT one_time
GROUP BY 1, 2, 3
ORDER BY model, monitor_type, status""",
    ),
    SavedQuery(
        "FeaturesOverTime",
        "How features change",
        "Mean, spread and share of missing values of every numerical feature, day by day",
        f"""\
SELECT coalesce(endpoint, model, schedule) AS model, feature, day,
       avg(mean) AS mean, avg(std_dev) AS std_dev,
       cast(sum(num_missing) AS double) / sum(num_missing + num_present) AS missing
FROM statistics
WHERE {_LAST_30_DAYS} AND mean IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY model, feature, day""",
    ),
    SavedQuery(
        "MetricsOverTime",
        "How quality, bias and contributions change",
        "Every metric of model quality, bias and attribution of the last 30 days",
        f"""\
SELECT coalesce(endpoint, model, schedule) AS model, monitor_type, name, facet, facet_value, scheduled_time, value
FROM metrics
WHERE {_LAST_30_DAYS}
ORDER BY model, monitor_type, name, scheduled_time""",
    ),
    SavedQuery(
        "ViolationsBesideStatistics",
        "What a violated feature looked like",
        "Violations of the last 30 days beside the statistics of the same run",
        """\
SELECT v.scheduled_time, v.feature, v.check_type, v.value, v.limit_value, s.mean, s.num_present, s.num_missing
FROM violations v
JOIN statistics s ON s.run_id = v.run_id AND s.feature = v.feature AND s.day = v.day
WHERE v.day >= date_format(current_date - interval '30' day, '%Y-%m-%d')
ORDER BY v.scheduled_time DESC, v.feature""",
    ),
)
"""Queries about what monitors find."""


def captured_calls(table: str, endpoint_name: str) -> SavedQuery:
    """Return the query about an endpoint's captured calls.

    Args:
        table: Their table.
        endpoint_name: The endpoint.
    """
    return SavedQuery(
        "CapturedCallsByHour",
        f"Captured calls of {endpoint_name} by hour",
        "How many calls were captured in the last two days, and an example of each hour",
        f"""\
SELECT hour, variant, count(*) AS calls,
       min(eventmetadata.inferencetime) AS first_call,
       max(capturedata.endpointinput.data) AS example_input,
       max(capturedata.endpointoutput.data) AS example_output
FROM {table}
WHERE hour >= date_format(current_timestamp - interval '2' day, '%Y/%m/%d/%H')
GROUP BY 1, 2
ORDER BY 1 DESC""",
    )
