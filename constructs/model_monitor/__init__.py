"""AWS CDK constructs that add Amazon SageMaker Model Monitor to an endpoint.

Start with `EndpointMonitoring`; everything else is a part of it that can also be used alone.
"""

from model_monitor.alarms import DataQualityAlarms, MetricLimit, ModelBiasAlarms, ModelQualityAlarms, MonitorAlarms
from model_monitor.attributes import CapturedAttributes
from model_monitor.baseline import Baseline
from model_monitor.batch_transform import BatchTransform
from model_monitor.bias_config import BiasConfig, BiasLimit, Facet
from model_monitor.categorical import CategoricalFeatures
from model_monitor.compute import MonitorCompute, MonitorNetwork
from model_monitor.constraints import (
    CategoricalDriftMethod,
    ConstraintOverrides,
    DataType,
    DriftMethod,
    FeatureConstraints,
)
from model_monitor.data_capture import CaptureMode, DataCapture
from model_monitor.data_quality import DataQualityMonitor
from model_monitor.dataset import DatasetFormat
from model_monitor.encryption import MonitoringBucket, MonitoringKey, allow_publishing
from model_monitor.endpoint import MonitoredEndpoint
from model_monitor.endpoint_data_capture import EndpointDataCapture
from model_monitor.engine import IMonitorEngine, ModelMonitorEngine, MonitorDefinition, RunningMonitor
from model_monitor.errors import ConfigurationError
from model_monitor.ground_truth import GroundTruth
from model_monitor.model_bias import ModelBiasMonitor
from model_monitor.model_explainability import ModelExplainabilityMonitor
from model_monitor.model_monitoring import ModelMonitoring
from model_monitor.model_quality import ModelQualityMonitor
from model_monitor.monitor import Monitor
from model_monitor.monitor_input import MonitorInput
from model_monitor.monitoring import BatchMonitoring, CapturedModelMonitoring, EndpointMonitoring
from model_monitor.monitoring_base import MonitoringOptions
from model_monitor.notifications import MonitoringTopic
from model_monitor.options import AddedMonitorOptions, MonitorOptions
from model_monitor.problem import ProblemType, QualityColumns
from model_monitor.s3_location import S3Location
from model_monitor.schedule import MonitorSchedule
from model_monitor.schedule_control import ScheduleControl
from model_monitor.scripts import AnalysisScript
from model_monitor.served_elsewhere import ServedElsewhere
from model_monitor.shap_config import ModelReference, ShapAggregation, ShapConfig

__all__ = [
    "AddedMonitorOptions",
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
    "DataType",
    "DatasetFormat",
    "DriftMethod",
    "EndpointDataCapture",
    "EndpointMonitoring",
    "Facet",
    "FeatureConstraints",
    "GroundTruth",
    "IMonitorEngine",
    "MetricLimit",
    "ModelBiasAlarms",
    "ModelBiasMonitor",
    "ModelExplainabilityMonitor",
    "ModelMonitorEngine",
    "ModelMonitoring",
    "ModelQualityAlarms",
    "ModelQualityMonitor",
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
    "MonitoringTopic",
    "ProblemType",
    "QualityColumns",
    "RunningMonitor",
    "S3Location",
    "ScheduleControl",
    "ServedElsewhere",
    "ShapAggregation",
    "ShapConfig",
    "allow_publishing",
]
