"""The dashboard of all models of an account and region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_cdk import Names, Stack, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.dashboard import layout
from model_monitor.dashboard.traffic import graphs_of_all_endpoints
from model_monitor.internal.checking import checked

_MAX_NAME = 200
_HOUR = 3600


@checked
class FleetDashboard(Construct):
    """Show all monitors of the account and region side by side, also those of other stacks and of later ones.

    It finds them by searching the metrics that all monitors publish, so that the stack of the services needs to know
    none of the models.

    Attributes:
        dashboard_name: Its name.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Make the dashboard.

        Args:
            scope: Parent.
            id: Construct id.
        """
        super().__init__(scope, id)
        unique = Names.unique_resource_name(self, max_length=_MAX_NAME, separator="-")
        self.dashboard_name = f"{unique}-{Stack.of(self).region}"
        layout.make_dashboard(self, self.dashboard_name, self._rows)

    def _rows(self) -> Iterator[Sequence[cloudwatch.IWidget]]:
        region = Stack.of(self).region
        alarms = layout.console_link(self, f"cloudwatch/home?region={region}#alarmsV2:?~(alarmStateFilter~'ALARM)")
        yield [layout.text(f"# All monitored models\n[Alarms that are in ALARM]({alarms}) · one line per monitor")]
        yield [
            _graph("Violations of each run", metrics.VIOLATIONS, "Maximum", width=layout.WHOLE_WIDTH),
        ]
        yield [
            _graph("Runs", metrics.EXECUTIONS, "Sum"),
            _graph("Failed runs", metrics.FAILED_EXECUTIONS, "Maximum"),
            _graph("Runs without data", metrics.NO_DATA, "Maximum"),
        ]
        yield [
            _graph("Drift of features", metrics.FEATURE_DRIFT, "Maximum", "Feature", between=(0, 1)),
            _graph("Quality of models", metrics.QUALITY, "Average", "Metric"),
            _graph("Bias", metrics.BIAS_METRIC, "Average", "Facet,FacetValue,Metric", between=(None, None)),
        ]
        yield [
            _graph("Contribution of features", metrics.ATTRIBUTION, "Average", "Feature"),
            _graph("Records that found their label", metrics.LABEL_COVERAGE, "Average", between=(0, 1)),
            _graph("Age of the newest captured record", metrics.CAPTURE_AGE, "Maximum", unit="seconds"),
        ]
        yield [layout.text("## All endpoints", height=1)]
        yield graphs_of_all_endpoints()


def _graph(
    title: str,
    metric: str,
    statistic: str,
    further: str = "",
    *,
    width: int = layout.THIRD,
    between: tuple[float | None, float | None] = (0, None),
    unit: str | None = None,
) -> cloudwatch.IWidget:
    """Return a graph of one metric of all monitors, those of endpoints and those without one."""
    rest = f",{further}" if further else ""
    lines = [
        layout.search(
            f"SEARCH('{{{metrics.OWN_NAMESPACE},{dimensions}{rest}}} MetricName=\"{metric}\"', '{statistic}', {_HOUR})",
            seconds=_HOUR,
        )
        for dimensions in ("Endpoint,MonitoringSchedule", "MonitoringSchedule")
    ]
    return layout.graph(title, lines, width=width, between=between, unit=unit)
