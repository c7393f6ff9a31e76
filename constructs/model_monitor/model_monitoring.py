"""Everything around one model: monitors of all four kinds, alarms, one message channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

from model_monitor.alarms.options import MonitorAlarms
from model_monitor.baseline.source import Baseline
from model_monitor.clarify.alarms import ModelBiasAlarms
from model_monitor.clarify.bias import ModelBiasMonitor
from model_monitor.clarify.bias_config import BiasConfig
from model_monitor.clarify.explainability import ModelExplainabilityMonitor
from model_monitor.clarify.shap_config import ModelReference, ShapConfig
from model_monitor.data_quality.alarms import DataQualityAlarms
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import ConstraintOverrides
from model_monitor.data_quality.monitor import DataQualityMonitor
from model_monitor.inputs.attributes import CapturedAttributes
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.jobs.scripts import AnalysisScript
from model_monitor.model_quality.alarms import MetricLimit, ModelQualityAlarms
from model_monitor.model_quality.monitor import ModelQualityMonitor
from model_monitor.model_quality.problem import ProblemType, QualityColumns
from model_monitor.monitor.options import AddedMonitorOptions
from model_monitor.monitoring_base import MonitoringBase


class ModelMonitoring(MonitoringBase):
    """What the monitorings of endpoints, batch transform and models elsewhere have in common: adding monitors."""

    def add_data_quality(
        self,
        id: str = "DataQuality",
        *,
        baseline: Baseline,
        constraints: ConstraintOverrides | None = None,
        categorical: CategoricalFeatures | Sequence[str] | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: DataQualityAlarms | None = None,
        **options: Unpack[AddedMonitorOptions],
    ) -> DataQualityMonitor:
        """Watches what the model is sent: drift, missing values, types and allowed values.

        Args:
            id: Construct id; there can be several such monitors.
            baseline: What the traffic is compared with.
            constraints: Changes to the suggested constraints. Default: none.
            categorical: Columns to compare by the shares of their values, or `"auto"`. Default: none; the deployment
                names the columns that need it.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence and missing traffic.
            **options: See `AddedMonitorOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        self._require_free(id)
        monitor = DataQualityMonitor(
            self,
            id,
            input=self.input,
            baseline=baseline,
            output=self.output,
            constraints=constraints,
            categorical=categorical,
            preprocessor=preprocessor,
            postprocessor=postprocessor,
            alarms=alarms,
            **self._with_own(options),
        )
        self._adopt(id, monitor)
        return monitor

    def add_model_quality(
        self,
        id: str = "ModelQuality",
        *,
        problem: ProblemType,
        ground_truth: GroundTruth,
        baseline: Baseline,
        columns: QualityColumns | None = None,
        thresholds: Mapping[str, float | MetricLimit] | None = None,
        tolerance: float | None = None,
        preprocessor: AnalysisScript | None = None,
        postprocessor: AnalysisScript | None = None,
        alarms: ModelQualityAlarms | None = None,
        **options: Unpack[AddedMonitorOptions],
    ) -> ModelQualityMonitor:
        """Watches how good predictions turn out to be once the truth is known.

        Args:
            id: Construct id; there can be several such monitors.
            problem: What the model predicts, and where it is in captured records.
            ground_truth: Where labels are put, and how long they take to arrive.
            baseline: How good the model was.
            columns: Columns of the baseline's dataset; needed with a dataset only.
            thresholds: From when on single metrics are a violation. Default: `tolerance` decides.
            tolerance: How much worse than the baseline's value every other metric may be, as a share of that value; see
                `ModelQualityMonitor`. Default: 0.05 where a job computes the baseline; 0 where it is files, whose
                limits are taken as they are.
            preprocessor: Script that runs on every record. Default: none.
            postprocessor: Script that runs after the analysis. Default: none.
            alarms: Default: any violation, failed runs, silence, missing traffic and missing labels.
            **options: See `AddedMonitorOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        self._require_free(id)
        monitor = ModelQualityMonitor(
            self,
            id,
            input=self.input,
            problem=problem,
            ground_truth=ground_truth,
            baseline=baseline,
            output=self.output,
            columns=columns,
            thresholds=thresholds,
            tolerance=tolerance,
            preprocessor=preprocessor,
            postprocessor=postprocessor,
            alarms=alarms,
            **self._with_own(options),
        )
        self._adopt(id, monitor)
        return monitor

    def add_model_bias(
        self,
        id: str = "ModelBias",
        *,
        config: BiasConfig,
        attributes: CapturedAttributes,
        ground_truth: GroundTruth,
        baseline: Baseline,
        predicted_label: str | int | None = None,
        dataset_headers: Sequence[str] | None = None,
        alarms: ModelBiasAlarms | None = None,
        **options: Unpack[AddedMonitorOptions],
    ) -> ModelBiasMonitor:
        """Watches whether the model treats groups of people alike.

        Args:
            id: Construct id; there can be several such monitors.
            config: Labels and groups.
            attributes: Where predictions are in captured records.
            ground_truth: Where labels are put, and how long they take to arrive.
            baseline: How groups were treated.
            predicted_label: Column of the predictions in the baseline's dataset; needed with a dataset only.
            dataset_headers: Names of the dataset's columns. Default: those of `config`, or the dataset has them.
            alarms: Default: any violation, failed runs, silence, missing traffic and missing labels.
            **options: See `AddedMonitorOptions`.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        self._require_free(id)
        monitor = ModelBiasMonitor(
            self,
            id,
            input=self.input,
            config=config,
            attributes=attributes,
            ground_truth=ground_truth,
            baseline=baseline,
            output=self.output,
            predicted_label=predicted_label,
            dataset_headers=dataset_headers,
            alarms=alarms,
            **self._with_own(options),
        )
        self._adopt(id, monitor)
        return monitor

    def add_model_explainability(
        self,
        id: str = "ModelExplainability",
        *,
        model: ModelReference,
        baseline: Baseline,
        shap: ShapConfig | None = None,
        attributes: CapturedAttributes | None = None,
        dataset_label: str | int | None = None,
        dataset_headers: Sequence[str] | None = None,
        alarms: MonitorAlarms | None = None,
        **options: Unpack[AddedMonitorOptions],
    ) -> ModelExplainabilityMonitor:
        """Watches whether predictions still depend on what they depended on.

        Args:
            id: Construct id; there can be several such monitors.
            model: The model that is asked.
            baseline: What predictions depended on.
            shap: How contributions are computed. Default: with Clarify's own choices.
            attributes: Where features are in captured inputs, and scores in the model's output. Default: everything,
                and the output is one number.
            dataset_label: Column of the label in the baseline's dataset. Default: there is none.
            dataset_headers: Names of the dataset's columns. Default: those of the features, or the dataset has them.
            alarms: Default: any violation, failed runs, silence and missing traffic.
            **options: See `AddedMonitorOptions`. The network must not be isolated.

        Raises:
            ConfigurationError: Something that the service would refuse.
        """
        self._require_free(id)
        monitor = ModelExplainabilityMonitor(
            self,
            id,
            input=self.input,
            model=model,
            baseline=baseline,
            output=self.output,
            shap=shap,
            attributes=attributes,
            dataset_label=dataset_label,
            dataset_headers=dataset_headers,
            alarms=alarms,
            **self._with_own(options),
        )
        self._adopt(id, monitor)
        return monitor
