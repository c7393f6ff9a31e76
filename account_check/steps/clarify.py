"""Step ``clarify``: the jobs of a bias monitor, and the name of the job of an explainability monitor.

The explainability monitor names a model that does not exist: its job gets its name, and is stopped at once.
"""

from __future__ import annotations

import json
from typing import Any

from account_check import monitoring
from account_check.bench import Bench, seconds_between
from account_check.captured import AGES, write_drifted_captures, write_people
from account_check.facts import ClarifyFacts, Facts, JobFacts
from account_check.metrics import metric_facts
from account_check.step import Step

_MERGE = "merge"
_BIAS_CONFIG = {
    "version": "1.0",
    "headers": ["age", "amount", "approved"],
    "label": "approved",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "age", "value_or_threshold": [AGES[1]]}],
}
_BIAS_BASELINE = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "approved",
        "label_value_or_threshold": "1",
        "facets": {
            "age": [
                {
                    "value_or_threshold": str(AGES[1]),
                    "metrics": [{"name": "DPPL", "description": "Difference in proportions", "value": 0.02}],
                }
            ]
        },
    },
}
_SHAP_BASELINE = {
    "version": "1.0",
    "explanations": {"kernel_shap": {"label0": {"global_shap_values": {"amount": 1.0, "term": 0.5}}}},
}


def _take(bench: Bench) -> ClarifyFacts:
    start = bench.pace.now()
    explained = _explainability_job(bench)
    captured, labels = write_people(bench, "bias")
    source = monitoring.captured_batches(captured, InferenceAttribute="0") | {"GroundTruthS3Input": {"S3Uri": labels}}
    schedule = _schedule(bench, "ModelBias", source, _BIAS_CONFIG, _BIAS_BASELINE)
    _, first = monitoring.started(bench, schedule)
    execution = monitoring.ended(bench, schedule, minutes=60)
    end = bench.pace.now()
    status = execution["MonitoringExecutionStatus"]
    if not status.startswith("Completed"):
        raise monitoring.ExecutionError(f"the bias execution ended as {status}: {execution.get('FailureReason')}")
    last = execution["ProcessingJobArn"].rsplit("/", 1)[-1]
    names = {*monitoring.same_occasion(bench, last), first} - {last}
    merge = next(iter(sorted(names, key=lambda name: _MERGE not in name)), first)
    job = monitoring.describe_job(bench, last)
    prefix = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].removeprefix(f"s3://{bench.bucket}/")
    general = bench.account.wording.general
    return ClarifyFacts(
        merge_job=monitoring.job_facts(bench, monitoring.describe_job(bench, merge)),
        bias_job=monitoring.job_facts(bench, job),
        bias_execution_status=status,
        bias_exit_message=job.get("ExitMessage"),
        bias_reports=sorted(general(key) for key in bench.keys(f"{prefix}/")),
        bias_metrics=metric_facts(bench, schedule, job.get("Environment", {}), [], ended=end),
        explainability_job=explained,
        seconds=seconds_between(start, bench.pace.now()),
    )


def _explainability_job(bench: Bench) -> JobFacts:
    config = {
        "version": "1.0",
        "headers": ["amount", "term", "purpose"],
        "methods": {"shap": {"baseline": [[100, 12, "car"]], "num_samples": 10, "agg_method": "mean_abs"}},
        "predictor": {
            "model_name": bench.named("missing"),
            "instance_type": bench.instance_type,
            "initial_instance_count": 1,
            "content_type": "text/csv",
            "accept_type": "text/csv",
        },
    }
    source = monitoring.captured_batches(write_drifted_captures(bench, "explained"))
    schedule = _schedule(bench, "ModelExplainability", source, config, _SHAP_BASELINE)
    _, name = monitoring.started(bench, schedule)
    facts = monitoring.job_facts(bench, monitoring.describe_job(bench, name))
    bench.error_of(lambda: bench.account.client("sagemaker").stop_processing_job(ProcessingJobName=name))
    return facts


def _schedule(bench: Bench, kind: str, source: dict[str, Any], config: dict[str, Any], baseline: dict[str, Any]) -> str:
    """Make a definition and a schedule that runs now; return the schedule's name."""
    application = {
        "ImageUri": bench.account.image_uri("clarify"),
        "ConfigUri": bench.put(f"{kind}/analysis_config.json", json.dumps(config)),
    }
    constraints = {"ConstraintsResource": {"S3Uri": bench.put(f"{kind}/analysis.json", json.dumps(baseline))}}
    thing = kind.lower()
    definition = monitoring.make_definition(
        bench, kind, source, thing=thing, application=application, baseline=constraints
    )
    request = monitoring.schedule_request(bench, kind, definition, thing=thing, when=monitoring.NOW)
    return monitoring.make_schedule(bench, request)


def _summary(facts: Facts) -> str:
    assert isinstance(facts, ClarifyFacts)
    names = ", ".join(job.name for job in (facts.merge_job, facts.bias_job, facts.explainability_job))
    return f"{facts.bias_execution_status}; jobs {names}"


STEP = Step(
    name="clarify",
    finds_out="the names, inputs and metrics of the jobs of bias and explainability monitors",
    needs="as schedule, and cloudwatch:ListMetrics",
    take=_take,
    summary=_summary,
    minutes=40,
    instance_minutes=16,
    needs_schedules=True,
)
