"""A new version of the baseline is made when, and only when, its files would be others."""

import pytest


@pytest.fixture
def fingerprint(aws, framework, properties):
    """Return a function that gives the fingerprint for changed properties."""
    aws.put("s3://data/train.csv", "a,b\n1,2\n")
    aws.polls_until_done = 100

    def read(**changes):
        framework.begin("Create", properties(**changes))
        fingerprint = aws.get_json("s3://out/baselines/credit/running.json")["fingerprint"]
        framework.delete()
        framework.physical_id = None
        return fingerprint

    return read


@pytest.mark.parametrize(
    "changes",
    [
        {"ImageUri": "another/image"},
        {"Environment": {"A": "1"}},
        {"PreprocessorUri": "s3://data/pre.py"},
        {"PostprocessorUri": "s3://data/post.py"},
        {"Categorical": ["a"]},
        {"Categorical": "auto"},
        {"Source": {"dataset": {"uri": "s3://data/train.csv", "format": {"csv": {"header": False}}}}},
    ],
)
def test_what_decides_the_files_changes_it(fingerprint, changes):
    assert fingerprint() != fingerprint(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"Compute": {"InstanceType": "ml.c5.large", "InstanceCount": 2, "VolumeSizeInGB": 50}},
        {"Network": {"EnableNetworkIsolation": False}},
        {"RoleArn": "arn:aws:iam::111122223333:role/another"},
        {"MaxRuntimeInSeconds": 60},
        {"Overrides": {"monitoring_config": {"distribution_constraints": {"comparison_threshold": 0.5}}}},
        {"Features": ["a"]},
        {"MeanShift": {"a": 1}},
        {"Tags": []},
        {"OutputKmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/k"},
    ],
)
def test_how_the_files_are_computed_does_not_change_it(fingerprint, changes):
    assert fingerprint() == fingerprint(**changes)


def test_other_data_change_it(aws, fingerprint):
    before = fingerprint()
    aws.put("s3://data/train.csv", "a,b\n1,3\n")
    assert fingerprint() != before


def test_it_is_sixteen_hexadecimal_digits(fingerprint):
    assert len(fingerprint()) == 16
    assert int(fingerprint(), 16) >= 0
