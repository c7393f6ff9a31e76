"""The four kinds of job definitions, property by property.

What the service would fill in itself is written out, so that drift detection has nothing to report. CloudFormation
takes only a part of the API's input fields, and of each kind another
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html).
"""

from __future__ import annotations

from typing import Any, TypeAlias

from aws_cdk import aws_sagemaker as sagemaker

from model_monitor.engine.definition import (
    BiasAnalysis,
    DataQualityAnalysis,
    ExplainabilityAnalysis,
    ModelQualityAnalysis,
    MonitorDefinition,
)
from model_monitor.inputs.attributes import CapturedAttributes, attribute_text
from model_monitor.inputs.dataset_format import DatasetFormat
from model_monitor.inputs.ground_truth import GroundTruth

JobDefinition: TypeAlias = (
    sagemaker.CfnDataQualityJobDefinition
    | sagemaker.CfnModelQualityJobDefinition
    | sagemaker.CfnModelBiasJobDefinition
    | sagemaker.CfnModelExplainabilityJobDefinition
)
_JobDefinitionType: TypeAlias = (
    type[sagemaker.CfnDataQualityJobDefinition]
    | type[sagemaker.CfnModelQualityJobDefinition]
    | type[sagemaker.CfnModelBiasJobDefinition]
    | type[sagemaker.CfnModelExplainabilityJobDefinition]
)

_ENDPOINT_PATH = "/opt/ml/processing/input/endpoint"
_BATCH_PATH = "/opt/ml/processing/input/batch"
_OUTPUT_PATH = "/opt/ml/processing/output"


def data_quality_properties(
    definition: MonitorDefinition, analysis: DataQualityAnalysis, image_uri: str
) -> dict[str, Any]:
    """Properties of a data-quality job definition, but its name and tags."""
    cfn = sagemaker.CfnDataQualityJobDefinition
    return {
        "data_quality_app_specification": cfn.DataQualityAppSpecificationProperty(
            image_uri=image_uri,
            environment=_environment(definition),
            record_preprocessor_source_uri=analysis.preprocessor_uri,
            post_analytics_processor_source_uri=analysis.postprocessor_uri,
        ),
        "data_quality_baseline_config": cfn.DataQualityBaselineConfigProperty(
            constraints_resource=_constraints(cfn, definition),
            statistics_resource=cfn.StatisticsResourceProperty(s3_uri=analysis.statistics_uri),
        ),
        "data_quality_job_input": cfn.DataQualityJobInputProperty(**_input(cfn, definition)),
        "data_quality_job_output_config": _output(cfn, definition),
        **_shared(cfn, definition),
    }


def model_quality_properties(
    definition: MonitorDefinition, analysis: ModelQualityAnalysis, image_uri: str
) -> dict[str, Any]:
    """Properties of a model-quality job definition, but its name and tags."""
    cfn = sagemaker.CfnModelQualityJobDefinition
    fields = {**_prediction(analysis.problem.attributes), **_offsets(analysis.ground_truth)}
    return {
        "model_quality_app_specification": cfn.ModelQualityAppSpecificationProperty(
            image_uri=image_uri,
            problem_type=analysis.problem.name,
            environment=_environment(definition),
            record_preprocessor_source_uri=analysis.preprocessor_uri,
            post_analytics_processor_source_uri=analysis.postprocessor_uri,
        ),
        "model_quality_baseline_config": cfn.ModelQualityBaselineConfigProperty(
            constraints_resource=_constraints(cfn, definition)
        ),
        "model_quality_job_input": cfn.ModelQualityJobInputProperty(
            **_input(cfn, definition, **fields),
            ground_truth_s3_input=cfn.MonitoringGroundTruthS3InputProperty(s3_uri=analysis.ground_truth.location.uri),
        ),
        "model_quality_job_output_config": _output(cfn, definition),
        **_shared(cfn, definition),
    }


def model_bias_properties(definition: MonitorDefinition, analysis: BiasAnalysis, image_uri: str) -> dict[str, Any]:
    """Properties of a bias job definition, but its name and tags."""
    cfn = sagemaker.CfnModelBiasJobDefinition
    fields = {
        **_prediction(analysis.attributes),
        **_offsets(analysis.ground_truth),
        "features_attribute": attribute_text(analysis.attributes.features),
    }
    return {
        "model_bias_app_specification": cfn.ModelBiasAppSpecificationProperty(
            image_uri=image_uri,
            config_uri=analysis.config_uri,
            environment=_environment(definition),
        ),
        "model_bias_baseline_config": cfn.ModelBiasBaselineConfigProperty(
            constraints_resource=_constraints(cfn, definition)
        ),
        "model_bias_job_input": cfn.ModelBiasJobInputProperty(
            **_input(cfn, definition, **fields),
            ground_truth_s3_input=cfn.MonitoringGroundTruthS3InputProperty(s3_uri=analysis.ground_truth.location.uri),
        ),
        "model_bias_job_output_config": _output(cfn, definition),
        **_shared(cfn, definition),
    }


def model_explainability_properties(
    definition: MonitorDefinition, analysis: ExplainabilityAnalysis, image_uri: str
) -> dict[str, Any]:
    """Properties of an explainability job definition, but its name and tags."""
    cfn = sagemaker.CfnModelExplainabilityJobDefinition
    fields = {
        "features_attribute": attribute_text(analysis.attributes.features),
        "inference_attribute": attribute_text(analysis.attributes.inference),
        "probability_attribute": attribute_text(analysis.attributes.probability),
    }
    return {
        "model_explainability_app_specification": cfn.ModelExplainabilityAppSpecificationProperty(
            image_uri=image_uri,
            config_uri=analysis.config_uri,
            environment=_environment(definition),
        ),
        "model_explainability_baseline_config": cfn.ModelExplainabilityBaselineConfigProperty(
            constraints_resource=_constraints(cfn, definition)
        ),
        "model_explainability_job_input": cfn.ModelExplainabilityJobInputProperty(**_input(cfn, definition, **fields)),
        "model_explainability_job_output_config": _output(cfn, definition),
        **_shared(cfn, definition),
    }


def _environment(definition: MonitorDefinition) -> dict[str, str] | None:
    return dict(definition.settings.environment) or None


def _input(cfn: _JobDefinitionType, definition: MonitorDefinition, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - texts and numbers
    given = {
        "s3_input_mode": "File",
        "s3_data_distribution_type": "FullyReplicated",
        **{name: value for name, value in fields.items() if value is not None},
    }
    source = definition.input
    if source.endpoint_name is None:
        assert source.batch_format is not None, "what is no endpoint has the format of its files"
        return {
            "batch_transform_input": cfn.BatchTransformInputProperty(
                data_captured_destination_s3_uri=source.capture_location.uri,
                dataset_format=_dataset_format(cfn, source.batch_format),
                local_path=_BATCH_PATH,
                **given,
            )
        }
    return {
        "endpoint_input": cfn.EndpointInputProperty(
            endpoint_name=source.endpoint_name, local_path=_ENDPOINT_PATH, **given
        )
    }


def _dataset_format(cfn: _JobDefinitionType, dataset_format: DatasetFormat) -> Any:  # noqa: ANN401 - one class of each kind
    document = dataset_format.document
    if "csv" in document:
        csv: Any = cfn.CsvProperty(header=document["csv"]["header"])
        return cfn.DatasetFormatProperty(csv=csv)
    if "json" in document:
        json: Any = cfn.JsonProperty(line=document["json"]["lines"])
        return cfn.DatasetFormatProperty(json=json)
    return cfn.DatasetFormatProperty(parquet=True)


def _prediction(attributes: CapturedAttributes) -> dict[str, Any]:
    return {
        "inference_attribute": attribute_text(attributes.inference),
        "probability_attribute": attribute_text(attributes.probability),
        "probability_threshold_attribute": attributes.probability_threshold,
    }


def _offsets(ground_truth: GroundTruth) -> dict[str, Any]:
    return {"start_time_offset": ground_truth.start_text, "end_time_offset": ground_truth.end_text}


def _constraints(cfn: _JobDefinitionType, definition: MonitorDefinition) -> Any:  # noqa: ANN401 - one class of each kind
    return cfn.ConstraintsResourceProperty(s3_uri=definition.baseline.constraints_uri)


def _output(cfn: _JobDefinitionType, definition: MonitorDefinition) -> Any:  # noqa: ANN401 - one class of each kind
    s3_output: Any = cfn.S3OutputProperty(
        s3_uri=definition.output.uri, local_path=_OUTPUT_PATH, s3_upload_mode="EndOfJob"
    )
    monitoring_output: Any = cfn.MonitoringOutputProperty(s3_output=s3_output)
    return cfn.MonitoringOutputConfigProperty(
        kms_key_id=definition.settings.encryption_key.key_arn if definition.settings.encryption_key else None,
        monitoring_outputs=[monitoring_output],
    )


def _shared(cfn: _JobDefinitionType, definition: MonitorDefinition) -> dict[str, Any]:
    settings = definition.settings
    compute, network = settings.compute, settings.network
    key = compute.disk_key(settings.encryption_key)
    cluster: Any = cfn.ClusterConfigProperty(
        instance_type=compute.instance_type,
        instance_count=compute.instance_count,
        volume_size_in_gb=compute.volume_size.to_gibibytes(),
        volume_kms_key_id=key.key_arn if key else None,
    )
    vpc_config: Any = None
    if network.vpc is not None:
        vpc_config = cfn.VpcConfigProperty(
            subnets=network.subnet_ids, security_group_ids=list(settings.security_group_ids)
        )
    return {
        "role_arn": settings.role.role_arn,
        "job_resources": cfn.MonitoringResourcesProperty(cluster_config=cluster),
        "network_config": cfn.NetworkConfigProperty(
            enable_network_isolation=network.isolation,
            enable_inter_container_traffic_encryption=network.encrypt_traffic,
            vpc_config=vpc_config,
        ),
        "stopping_condition": cfn.StoppingConditionProperty(max_runtime_in_seconds=compute.runtime.to_seconds()),
    }
