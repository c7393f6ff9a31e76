"""AWS CDK constructs that add Amazon SageMaker Model Monitor to an endpoint.

Start with `EndpointMonitoring`; everything else is a part of it that can also be used alone.
"""

from model_monitor.internal import cdk_modules  # isort: skip  # noqa: F401  (first: see there)
from model_monitor.alarms.options import MonitorAlarms
from model_monitor.baseline.source import Baseline
from model_monitor.clarify.alarms import ModelBiasAlarms
from model_monitor.clarify.bias import ModelBiasMonitor, ModelBiasOptions
from model_monitor.clarify.bias_config import BiasConfig, BiasLimit, Facet
from model_monitor.clarify.explainability import ModelExplainabilityMonitor, ModelExplainabilityOptions
from model_monitor.clarify.shap_config import ModelReference, ShapAggregation, ShapConfig
from model_monitor.dashboard.fleet import FleetDashboard
from model_monitor.dashboard.model import ModelDashboard
from model_monitor.data_quality.alarms import DataQualityAlarms
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import (
    CategoricalDriftMethod,
    ConstraintOverrides,
    DataType,
    DriftMethod,
    FeatureConstraints,
)
from model_monitor.data_quality.monitor import DataQualityMonitor, DataQualityOptions
from model_monitor.engine import IMonitorEngine, ModelMonitorEngine, MonitorDefinition, RunningMonitor
from model_monitor.errors import ConfigurationError
from model_monitor.inputs.attributes import CapturedAttributes
from model_monitor.inputs.batch_transform import BatchTransform
from model_monitor.inputs.data_capture import CaptureMode, DataCapture
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.endpoint_data_capture import EndpointDataCapture
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.inputs.served_elsewhere import ServedElsewhere
from model_monitor.jobs.compute import MonitorCompute, MonitorNetwork
from model_monitor.jobs.schedule import MonitorSchedule
from model_monitor.jobs.scripts import AnalysisScript
from model_monitor.model_quality.alarms import MetricLimit, ModelQualityAlarms
from model_monitor.model_quality.monitor import ModelQualityMonitor, ModelQualityOptions
from model_monitor.model_quality.problem import ProblemType, QualityColumns
from model_monitor.monitor.monitor import Monitor
from model_monitor.monitor.options import MonitorOptions
from model_monitor.monitoring import (
    BatchMonitoring,
    CapturedModelMonitoring,
    EndpointMonitoring,
    ModelMonitoring,
    MonitoringOptions,
)
from model_monitor.mutes import Mute
from model_monitor.query.tables import QueryTables
from model_monitor.reactions import ReactionConditions, SageMakerPipelineTarget
from model_monitor.resources import MonitoringBucket, MonitoringKey, MonitoringTopic, allow_publishing
from model_monitor.run_events import EVENT_DETAIL_TYPE, EVENT_SOURCE, RunStatus
from model_monitor.s3_location import S3Location
from model_monitor.schedule_control import ScheduleControl
from model_monitor.services import MonitoringServices, MonitoringServicesOptions

__all__ = [
    "EVENT_DETAIL_TYPE",
    "EVENT_SOURCE",
    "AnalysisScript",
    "Baseline",
    "BatchMonitoring",
    "BatchTransform",
    "BiasConfig",
    "BiasLimit",
    "CaptureMode",
    "CapturedAttributes",
    "CapturedModelMonitoring",
    "CategoricalDriftMethod",
    "CategoricalFeatures",
    "ConfigurationError",
    "ConstraintOverrides",
    "DataCapture",
    "DataQualityAlarms",
    "DataQualityMonitor",
    "DataQualityOptions",
    "DataType",
    "DatasetFormat",
    "DriftMethod",
    "EndpointDataCapture",
    "EndpointMonitoring",
    "Facet",
    "FeatureConstraints",
    "FleetDashboard",
    "GroundTruth",
    "IMonitorEngine",
    "MetricLimit",
    "ModelBiasAlarms",
    "ModelBiasMonitor",
    "ModelBiasOptions",
    "ModelDashboard",
    "ModelExplainabilityMonitor",
    "ModelExplainabilityOptions",
    "ModelMonitorEngine",
    "ModelMonitoring",
    "ModelQualityAlarms",
    "ModelQualityMonitor",
    "ModelQualityOptions",
    "ModelReference",
    "Monitor",
    "MonitorAlarms",
    "MonitorCompute",
    "MonitorDefinition",
    "MonitorInput",
    "MonitorNetwork",
    "MonitorOptions",
    "MonitorSchedule",
    "MonitoredEndpoint",
    "MonitoringBucket",
    "MonitoringKey",
    "MonitoringOptions",
    "MonitoringServices",
    "MonitoringServicesOptions",
    "MonitoringTopic",
    "Mute",
    "ProblemType",
    "QualityColumns",
    "QueryTables",
    "ReactionConditions",
    "RunStatus",
    "RunningMonitor",
    "S3Location",
    "SageMakerPipelineTarget",
    "ScheduleControl",
    "ServedElsewhere",
    "ShapAggregation",
    "ShapConfig",
    "allow_publishing",
]
