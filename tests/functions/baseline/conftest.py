"""What the analyzer writes, and what the properties of baselines are."""

import json
import statistics as statistics_module
from collections import Counter

import pytest

from tests.functions.framework import Framework


@pytest.fixture
def framework(aws) -> Framework:
    return Framework("Custom::ModelMonitorBaseline")


def suggest(columns: dict[str, list]) -> dict[str, bytes]:
    """Return the two files that the analyzer writes for columns, as far as the functions look at them."""
    statistics, constraints = [], []
    for name, values in columns.items():
        statistic, constraint = _profile(name, values)
        statistics.append(statistic)
        constraints.append(constraint)
    rows = max(len(values) for values in columns.values())
    distribution = {"perform_comparison": "Enabled", "comparison_threshold": 0.1, "comparison_method": "Robust"}
    config = {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 1.0,
        "domain_content_threshold": 1.0,
        "distribution_constraints": distribution,
    }
    files = {
        "statistics.json": {"version": 0.0, "dataset": {"item_count": rows}, "features": statistics},
        "constraints.json": {"version": 0.0, "features": constraints, "monitoring_config": config},
    }
    return {name: json.dumps(content).encode() for name, content in files.items()}


def _profile(name, values):
    common = {"num_present": len(values), "num_missing": 0}
    if not values:
        return {"name": name, "inferred_type": "Unknown"}, {"name": name, "inferred_type": "Unknown", "completeness": 0}
    if isinstance(values[0], str):
        counts = Counter(values)
        statistics = {"common": common, "distinct_count": float(len(counts))}
        constraint = {"name": name, "inferred_type": "String", "completeness": 1.0}
        if len(counts) <= 120:
            buckets = [{"value": value, "count": count} for value, count in counts.items()]
            statistics["distribution"] = {"categorical": {"buckets": buckets}}
            constraint["string_constraints"] = {"domains": list(counts)}
        return {"name": name, "inferred_type": "String", "string_statistics": statistics}, constraint
    kind = "Integral" if all(isinstance(value, int) for value in values) else "Fractional"
    statistics = {
        "common": common,
        "mean": statistics_module.fmean(values),
        "std_dev": statistics_module.pstdev(values),
        "distribution": {"kll": {"sketch": {"data": [[float(value) for value in values]]}}},
    }
    constraint = {"name": name, "inferred_type": kind, "completeness": 1.0}
    constraint["num_constraints"] = {"is_non_negative": min(values) >= 0}
    return {"name": name, "inferred_type": kind, "numerical_statistics": statistics}, constraint


@pytest.fixture(name="suggest")
def suggest_fixture():
    return suggest


@pytest.fixture
def properties():
    """Return a function that makes the properties of a CSV baseline as CloudFormation delivers them."""

    def make(**changes):
        defaults = {
            "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:framework",
            "Name": "credit",
            "Endpoint": "credit-risk",
            "MonitorType": "DataQuality",
            "Source": {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": True}}}},
            "OutputUri": "s3://out/baselines/credit",
            "RoleArn": "arn:aws:iam::111122223333:role/job",
            "ImageUri": "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer",
            "Compute": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 20},
            "Network": {"EnableNetworkIsolation": True, "EnableInterContainerTrafficEncryption": True},
            "MaxRuntimeInSeconds": 3600,
            "Tags": [{"Key": "team", "Value": "risk"}],
            "DeploymentMetric": {"Namespace": "ModelMonitoring", "Dimensions": {"Endpoint": "credit-risk"}},
        }
        merged = {**defaults, **changes}
        return {
            key: json.dumps(value) if isinstance(value, dict | list) else str(value)
            for key, value in merged.items()
            if value is not None
        }

    return make


@pytest.fixture
def csv_baseline(aws, suggest):
    """A small training set, and an analyzer that answers with its profile."""
    ages = list(range(20, 60))
    aws.put("s3://data/train.csv", "age,married,city\n" + "".join(f"{age},{age % 2},Rome\n" for age in ages))
    files = suggest({"age": ages, "married": [age % 2 for age in ages], "city": ["Rome"] * len(ages)})
    aws.run_job = lambda request: files
    return aws
