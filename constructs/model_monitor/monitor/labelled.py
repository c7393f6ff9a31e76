"""What monitors have in common that compare predictions with labels."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from model_monitor.alarms import metrics
from model_monitor.dashboard import layout
from model_monitor.errors import Call, ConfigurationError, Setting
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.requirements import require_apart, require_outputs
from model_monitor.internal.access import AccessRole
from model_monitor.internal.reachable import require_reachable_place
from model_monitor.monitor.graphs import coverage_graph
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import MonitorSettings
from model_monitor.services import MonitoringServices


class LabelledMonitor(Monitor):
    """A monitor whose runs first look for the label of every captured record, in a job of their own.

    Attributes:
        ground_truth: Where labels are put.
    """

    # Two jobs share the hour: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
    HOURLY_LIMIT_SECONDS = 1800

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        input: MonitorInput,
        services: MonitoringServices,
        access: AccessRole | None,
        settings: MonitorSettings,
        ground_truth: GroundTruth,
    ) -> None:
        ground_truth.require_window(settings.schedule)
        _require_ids(input)
        require_outputs(input)
        require_apart(ground_truth.location, input, option="ground_truth")
        super().__init__(scope, id, input=input, services=services, access=access, settings=settings)
        self.ground_truth = ground_truth
        self._minimum_coverage: float | None = None
        require_reachable_place(ground_truth.location, self, option=("ground_truth", "location"))
        ground_truth.location.grant_read(self.role)
        for location in input.counted:
            location.grant_read(self._access)

    def metric_label_coverage(self) -> cloudwatch.Metric:
        """Share of the captured records of a run that found their label, 0 to 1.

        AWS has no such metric: when a run has ended, its captured and its merged records are counted. Of very many an
        even sample is, and the share is an estimate. Runs without captured records have none.
        """
        return self._metrics.own(metrics.LABEL_COVERAGE, statistic=metrics.AVERAGE, label="label coverage")

    def graphs(self) -> Sequence[cloudwatch.IWidget]:
        """Return graphs of what is published of the model, and of labels."""
        measured = self._quality_graphs()
        width = layout.share_of_a_row(len(measured) + 1)
        return [*measured, coverage_graph(self.metric_label_coverage(), self._minimum_coverage, width=width)]

    def _quality_graphs(self) -> Sequence[cloudwatch.IWidget]:
        """Return graphs of what is published of the model; they share rows with one more."""
        return ()

    def _registration(self) -> dict[str, object]:
        return {**super()._registration(), "captured": self.input.records.uri}

    @property
    def _labels_uri(self) -> str | None:
        return self.ground_truth.location.uri

    def _make_label_alarm(self, minimum: float | None) -> None:
        self._minimum_coverage = minimum
        if minimum is not None:
            self.alarms.append(self._alarm_factory().label_coverage(self.metric_label_coverage(), minimum))


def _require_ids(input: MonitorInput) -> None:
    """Check that records can have the ids by which labels find them.

    Batch transform writes them behind the rows of CSV and into JSON objects
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html).

    Raises:
        ConfigurationError: The predictions are Parquet.
    """
    if input.batch_format is not None and "parquet" in input.batch_format.document:
        raise ConfigurationError(
            got="Parquet predictions for a monitor that compares them with labels",
            expected="CSV or JSON lines, in which records have the ids that labels name",
            fix=(
                "let the jobs write one of the two, and choose ",
                Setting("format", Call("DatasetFormat.json_lines")),
                ", or leave it out for CSV",
            ),
        )
