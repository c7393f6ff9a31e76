"""The environment of monitoring jobs, as in descriptions of real ones."""

import json
from typing import Any

from sandbox.sagemaker.monitoring import inputs
from sandbox.sagemaker.monitoring.monitoring_job import MonitoringJob
from sandbox.sagemaker.monitoring.occasion import Occasion
from sandbox.sagemaker.state import Document

_BOTH, _OUTPUT = ["endpointInput", "endpointOutput"], ["endpointOutput"]
_BATCH_OUTPUT = ["batchTransformOutput"]
"""What merged records of batch transform hold, whatever the monitor; the variable itself was not seen."""
_ANALYSIS_TYPES = {
    "ModelQuality": "MODEL_QUALITY",
    "ModelBias": "MODEL_BIAS",
    "ModelExplainability": "MODEL_EXPLAINABILITY",
}
"""``analysis_type`` of a monitoring type; jobs of data quality have none. Those of Clarify's jobs were not seen."""
_ATTRIBUTES = {
    "FeaturesAttribute": "features_attribute",
    "InferenceAttribute": "inference_attribute",
    "ProbabilityAttribute": "probability_attribute",
    "ExcludeFeaturesAttribute": "exclude_features_attribute",
}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def merging(occasion: Occasion) -> dict[str, str]:
    """The variables of a merge job."""
    return {
        "dataset_format": _json(_captured_format(occasion.job, None)),
        "dataset_source": occasion.job.local_path,
        "ground_truth_source": inputs.GROUND_TRUTH_PATH,
        "monitoring_input_type": _input_type(occasion.job),
        "output_path": occasion.job.output["LocalPath"],
        **_times(occasion),
        # Without an endpoint, the schedule's name is the folder of merged records.
        **({} if occasion.job.endpoint_name else {"sagemaker_monitoring_schedule_name": occasion.schedule_name}),
    }


def analysing(occasion: Occasion) -> dict[str, str]:
    """The variables of the job that analyses, those of its baseline files and scripts left out."""
    job = occasion.job
    variables = {
        "dataset_format": _json(_dataset_format(job)),
        "dataset_source": job.local_path,
        "metric_time": f"{occasion.window.start:{_TIME}}",
        "monitoring_input_type": _input_type(job),
        "output_path": job.output["LocalPath"],
        "publish_cloudwatch_metrics": job.environment.get("publish_cloudwatch_metrics", "Enabled"),
        "sagemaker_monitoring_schedule_name": occasion.schedule_name,
        **_times(occasion),
        **_attributes(job),
    }
    if job.monitoring_type in _ANALYSIS_TYPES:
        variables["analysis_type"] = _ANALYSIS_TYPES[job.monitoring_type]
    if "ProblemType" in job.application:
        variables["problem_type"] = job.application["ProblemType"]
    if job.endpoint_name is not None:
        variables["sagemaker_endpoint_name"] = job.endpoint_name
        if not job.needs_labels:
            variables["sagemaker_endpoint_datacapture_prefix"] = inputs.capture_uri(job)
    return variables


def _dataset_format(job: MonitoringJob) -> Document:
    if not job.needs_labels:
        return _captured_format(job, _BOTH)
    if job.endpoint_name is None:
        original = _captured_format(job, None)
        return {"sagemakerMergeJson": {"captureIndexNames": _BATCH_OUTPUT, "originalDatasetFormat": original}}
    names = _OUTPUT if job.monitoring_type == "ModelQuality" else _BOTH
    return {"sagemakerMergeJson": {"captureIndexNames": names, "originalDatasetFormat": None}}


def _captured_format(job: MonitoringJob, names: list[str] | None) -> Document:
    """How captured data are written; those of batch transform in words such as ``{"csv":{"header":"true"}}``."""
    if job.endpoint_name is not None:
        return {"sagemakerCaptureJson": {"captureIndexNames": names}}
    ((kind, options),) = job.data["DatasetFormat"].items()
    return {kind.lower(): {name.lower(): str(value).lower() for name, value in options.items()}}


def _input_type(job: MonitoringJob) -> str:
    # The word for batch transform was not seen.
    return "ENDPOINT_INPUT" if job.endpoint_name is not None else "BATCH_TRANSFORM_INPUT"


def _attributes(job: MonitoringJob) -> dict[str, str]:
    given = {variable: job.data[name] for name, variable in _ATTRIBUTES.items() if name in job.data}
    if "ProbabilityThresholdAttribute" in job.data:
        given["probability_threshold_attribute"] = f"{job.data['ProbabilityThresholdAttribute']:.6f}"
    return given


def _times(occasion: Occasion) -> dict[str, str]:
    return {"start_time": f"{occasion.window.start:{_TIME}}", "end_time": f"{occasion.window.end:{_TIME}}"}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
