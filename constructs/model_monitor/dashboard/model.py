"""The dashboard of one model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from aws_cdk import Names, Stack, aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.dashboard import layout
from model_monitor.dashboard.traffic import age_graph, endpoint_graphs
from model_monitor.errors import ConfigurationError
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.internal.checking import checked
from model_monitor.monitor.graphs import run_graphs
from model_monitor.monitor.monitor import Monitor

_MOST_FEATURES = 500
_MAX_NAME = 200  # of 255, so that the region fits behind it


@checked
class ModelDashboard(Construct):
    """Show one model on one page: calls, capture, alarms, and what every monitor measures beside its limits.

    Its graphs are made when the template is written, so that it also shows what is added to the monitoring later.

    Attributes:
        dashboard_name: Its name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        monitors: Mapping[str, Monitor],
        features: Sequence[str],
        runbook_url: str | None,
        others: Callable[[], str | None],
    ) -> None:
        """Make the dashboard.

        Args:
            scope: Parent.
            id: Construct id.
            input: What is monitored.
            monitors: Its monitors by construct id, also those that are added later.
            features: Features whose drift and contribution are shown, beside those with an alarm.
            runbook_url: Named at the top.
            others: Returns the name of the dashboard of all models, if there is one.
        """
        super().__init__(scope, id)
        if len(features) > _MOST_FEATURES:
            raise ConfigurationError(
                option="features",
                got=f"a dashboard of {len(features)} features",
                expected=f"at most {_MOST_FEATURES}; each is a metric that costs 0.30 USD a month",
                fix="name those that matter most to the model",
            )
        # A name belongs to the account and not to the region, and a new one is all that replaces a dashboard.
        unique = Names.unique_resource_name(self, max_length=_MAX_NAME, separator="-")
        self.dashboard_name = f"{unique}-{Stack.of(self).region}"
        self._input = input
        self._monitors = monitors
        self._features = features
        self._runbook_url = runbook_url
        self._others = others
        self._capture_age: cloudwatch.Metric | None = None
        self._own: list[Sequence[cloudwatch.IWidget]] = []
        layout.make_dashboard(self, self.dashboard_name, self._rows)
        for monitor in monitors.values():
            self.watch(monitor)

    def add_widgets(self, *widgets: cloudwatch.IWidget) -> None:
        """Add a row of widgets of your own at the end.

        Args:
            *widgets: From `aws_cdk.aws_cloudwatch`.
        """
        self._own.append(widgets)

    def watch(self, monitor: Monitor) -> None:
        """Have a monitor's runs publish what the dashboard shows of them.

        Args:
            monitor: One of the monitors.
        """
        monitor.publish_for_dashboard(self._features)
        if self._capture_age is None:  # one monitor is enough: all read the same records
            self._capture_age = monitor.metric_capture_age()

    def _rows(self) -> Iterator[Sequence[cloudwatch.IWidget]]:
        monitors = list(self._monitors.values())
        yield [layout.text(self._header())]
        yield layout.alarm_list([alarm for monitor in monitors for alarm in monitor.alarms])
        age = [age_graph(self._capture_age)] if self._capture_age is not None else []
        yield [*run_graphs(self._monitors, width=layout.THIRD), *age]
        if self._input.endpoint_name is not None:
            yield endpoint_graphs(self._input.endpoint_name)
        for monitor in self._monitors.values():
            yield [layout.text(self._title(monitor))]
            yield monitor.graphs()
        yield from self._own

    def _header(self) -> str:
        links = []
        if self._input.endpoint_name is not None:
            region = Stack.of(self).region
            path = f"sagemaker/home?region={region}#/endpoints/{self._input.endpoint_name}"
            links.append(f"[Endpoint]({layout.console_link(self, path)})")
        if self._runbook_url:
            links.append(f"[Runbook]({self._runbook_url})")
        others = self._others()
        if others:
            links.append(f"[All models](#dashboards:name={others})")
        return f"# {self._input.title}\n{' · '.join([*links, 'made by AWS CDK: changes in the console are lost'])}"

    def _title(self, monitor: Monitor) -> str:
        reports = layout.folder_link(self, monitor.reports)
        command = monitor.commands.report
        return (
            f"## {monitor.WORDS.replace('-', ' ').capitalize()}\n"
            f"[Reports of all runs]({reports}) · schedule `{monitor.monitoring_schedule_name}` · "
            f"the last run in words: `{command}`"
        )
