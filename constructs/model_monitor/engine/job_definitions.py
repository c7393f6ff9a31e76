"""The four kinds of job definitions, property by property.

What the service would fill in itself is written out, so that drift detection has nothing to report. CloudFormation
takes only a part of the API's input fields, and of each kind another
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html).
"""

from __future__ import annotations

from typing import Any

from model_monitor.engine.definition import (
    Analysis,
    BiasAnalysis,
    DataQualityAnalysis,
    ExplainabilityAnalysis,
    ModelQualityAnalysis,
    MonitorDefinition,
)
from model_monitor.inputs.attributes import CapturedAttributes, attribute_text
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.inputs.ground_truth import GroundTruth
from model_monitor.internal.amounts import gibibytes_of, seconds_of
from model_monitor.internal.arns import key_arn, role_arn

_ENDPOINT_PATH = "/opt/ml/processing/input/endpoint"
_BATCH_PATH = "/opt/ml/processing/input/batch"
_OUTPUT_PATH = "/opt/ml/processing/output"


def monitor_type(analysis: Analysis) -> str:
    """Return the kind of monitor, as the service calls it."""
    match analysis:
        case DataQualityAnalysis():
            return "DataQuality"
        case ModelQualityAnalysis():
            return "ModelQuality"
        case BiasAnalysis():
            return "ModelBias"
        case ExplainabilityAnalysis():
            return "ModelExplainability"


def job_definition_properties(definition: MonitorDefinition, image_uri: str) -> dict[str, Any]:
    """Return the properties of a job definition, but its name and tags, in the words of its L1 construct.

    Args:
        definition: The monitor.
        image_uri: The analysis.
    """
    analysis = definition.analysis
    match analysis:
        case DataQualityAnalysis():
            given = {
                "dataQualityAppSpecification": _given(image_uri, definition, analysis),
                "dataQualityBaselineConfig": {
                    **_baseline(definition),
                    "statisticsResource": {"s3Uri": analysis.statistics_uri},
                },
                "dataQualityJobInput": _input(definition),
                "dataQualityJobOutputConfig": _output(definition),
            }
        case ModelQualityAnalysis():
            fields = {**_prediction(analysis.problem.attributes), **_offsets(analysis.ground_truth)}
            given = {
                "modelQualityAppSpecification": {
                    **_given(image_uri, definition, analysis),
                    "problemType": analysis.problem.name,
                },
                "modelQualityBaselineConfig": _baseline(definition),
                "modelQualityJobInput": {**_input(definition, **fields), **_labels(analysis.ground_truth)},
                "modelQualityJobOutputConfig": _output(definition),
            }
        case BiasAnalysis():
            fields = {
                **_prediction(analysis.attributes),
                **_offsets(analysis.ground_truth),
                "featuresAttribute": attribute_text(analysis.attributes.features),
            }
            given = {
                "modelBiasAppSpecification": _configured(image_uri, definition, analysis),
                "modelBiasBaselineConfig": _baseline(definition),
                "modelBiasJobInput": {**_input(definition, **fields), **_labels(analysis.ground_truth)},
                "modelBiasJobOutputConfig": _output(definition),
            }
        case ExplainabilityAnalysis():
            fields = {
                "featuresAttribute": attribute_text(analysis.attributes.features),
                "inferenceAttribute": attribute_text(analysis.attributes.inference),
                "probabilityAttribute": attribute_text(analysis.attributes.probability),
            }
            given = {
                "modelExplainabilityAppSpecification": _configured(image_uri, definition, analysis),
                "modelExplainabilityBaselineConfig": _baseline(definition),
                "modelExplainabilityJobInput": _input(definition, **fields),
                "modelExplainabilityJobOutputConfig": _output(definition),
            }
    return {**given, **_shared(definition)}


def _present(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - texts, numbers and dictionaries
    return {name: value for name, value in fields.items() if value is not None}


def _given(
    image_uri: str, definition: MonitorDefinition, analysis: DataQualityAnalysis | ModelQualityAnalysis
) -> dict[str, Any]:
    return _present(
        imageUri=image_uri,
        environment=dict(definition.settings.environment) or None,
        recordPreprocessorSourceUri=analysis.preprocessor_uri,
        postAnalyticsProcessorSourceUri=analysis.postprocessor_uri,
    )


def _configured(
    image_uri: str, definition: MonitorDefinition, analysis: BiasAnalysis | ExplainabilityAnalysis
) -> dict[str, Any]:
    return _present(
        imageUri=image_uri,
        configUri=analysis.config_uri,
        environment=dict(definition.settings.environment) or None,
    )


def _baseline(definition: MonitorDefinition) -> dict[str, Any]:
    return {"constraintsResource": {"s3Uri": definition.baseline.constraints_uri}}


def _input(definition: MonitorDefinition, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - texts and numbers
    given = {"s3InputMode": "File", "s3DataDistributionType": "FullyReplicated", **_present(**fields)}
    source = definition.input
    if source.endpoint_name is None:
        assert source.batch_format is not None, "what is no endpoint has the format of its files"
        return {
            "batchTransformInput": {
                "dataCapturedDestinationS3Uri": source.capture_location.uri,
                "datasetFormat": _dataset_format(source.batch_format),
                "localPath": _BATCH_PATH,
                **given,
            }
        }
    return {"endpointInput": {"endpointName": source.endpoint_name, "localPath": _ENDPOINT_PATH, **given}}


def _dataset_format(dataset_format: DatasetFormat) -> dict[str, Any]:
    document = dataset_format.document
    if "csv" in document:
        return {"csv": {"header": document["csv"]["header"]}}
    if "json" in document:
        return {"json": {"line": document["json"]["lines"]}}
    return {"parquet": True}


def _prediction(attributes: CapturedAttributes) -> dict[str, Any]:
    return {
        "inferenceAttribute": attribute_text(attributes.inference),
        "probabilityAttribute": attribute_text(attributes.probability),
        "probabilityThresholdAttribute": attributes.probability_threshold,
    }


def _offsets(ground_truth: GroundTruth) -> dict[str, Any]:
    return {"startTimeOffset": ground_truth.start_text, "endTimeOffset": ground_truth.end_text}


def _labels(ground_truth: GroundTruth) -> dict[str, Any]:
    return {"groundTruthS3Input": {"s3Uri": ground_truth.location.uri}}


def _output(definition: MonitorDefinition) -> dict[str, Any]:
    s3_output = {"s3Uri": definition.output.uri, "localPath": _OUTPUT_PATH, "s3UploadMode": "EndOfJob"}
    key = definition.settings.encryption_key
    return _present(kmsKeyId=key_arn(key) if key else None, monitoringOutputs=[{"s3Output": s3_output}])


def _shared(definition: MonitorDefinition) -> dict[str, Any]:
    settings = definition.settings
    compute, network = settings.compute, settings.network
    key = compute.disk_key(settings.encryption_key)
    vpc = {"subnets": network.subnet_ids, "securityGroupIds": list(settings.security_group_ids)}
    return {
        "roleArn": role_arn(settings.role),
        "jobResources": {
            "clusterConfig": _present(
                instanceType=compute.instance_type,
                instanceCount=compute.instance_count,
                volumeSizeInGb=gibibytes_of(compute.volume_size),
                volumeKmsKeyId=key_arn(key) if key else None,
            )
        },
        "networkConfig": _present(
            enableNetworkIsolation=network.isolation,
            enableInterContainerTrafficEncryption=network.encrypt_traffic,
            vpcConfig=vpc if network.vpc is not None else None,
        ),
        "stoppingCondition": {"maxRuntimeInSeconds": seconds_of(compute.runtime)},
    }
