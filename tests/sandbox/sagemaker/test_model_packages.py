"""The model registry: groups, versions, and the baselines that a package carries."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

BASELINES = {
    "ModelQuality": {
        "Constraints": {"ContentType": "application/json", "S3Uri": "s3://models/quality/constraints.json"}
    },
    "Bias": {"ConfigFile": {"ContentType": "application/json", "S3Uri": "s3://models/bias/analysis_config.json"}},
}


@pytest.fixture
def group(world: Any) -> str:
    name: str = world.unique("Group")
    world.sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def test_versions_are_numbered_and_read_back_with_their_baselines(world: Any, group: str) -> None:
    first, second = (
        world.sagemaker.create_model_package(ModelPackageGroupName=group, DriftCheckBaselines=BASELINES)[
            "ModelPackageArn"
        ]
        for _ in range(2)
    )
    assert first.endswith(f":model-package/{group.lower()}/1")
    assert second.endswith("/2")
    described = world.sagemaker.describe_model_package(ModelPackageName=second)
    assert described["DriftCheckBaselines"] == BASELINES
    assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == (group, 2)
    assert (described["ModelPackageStatus"], described["ModelApprovalStatus"]) == ("Completed", "PendingManualApproval")
    assert "ModelPackageName" not in described
    listed = world.sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [item["ModelPackageVersion"] for item in listed] == [2, 1]


def test_a_version_is_approved(world: Any, group: str) -> None:
    arn = world.sagemaker.create_model_package(ModelPackageGroupName=group)["ModelPackageArn"]
    world.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    approved = world.sagemaker.list_model_packages(ModelPackageGroupName=group, ModelApprovalStatus="Approved")
    assert [item["ModelPackageArn"] for item in approved["ModelPackageSummaryList"]] == [arn]


def test_a_package_of_its_own_is_found_by_name(world: Any) -> None:
    name = world.unique("Package")
    world.sagemaker.create_model_package(ModelPackageName=name, ModelPackageDescription="no group")
    described = world.sagemaker.describe_model_package(ModelPackageName=name)
    assert (described["ModelPackageName"], described["ModelPackageDescription"]) == (name, "no group")


def test_a_group_goes_after_its_versions(world: Any, group: str) -> None:
    arn = world.sagemaker.create_model_package(ModelPackageGroupName=group)["ModelPackageArn"]
    with pytest.raises(ClientError, match="it has packages"):
        world.sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    world.sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        world.sagemaker.describe_model_package(ModelPackageName=arn)
    world.sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match="does not exist"):
        world.sagemaker.describe_model_package_group(ModelPackageGroupName=group)


def test_a_package_has_a_name_or_a_group(world: Any, group: str) -> None:
    for names in ({}, {"ModelPackageName": "p", "ModelPackageGroupName": group}):
        with pytest.raises(ClientError, match="Exactly one of ModelPackageName and ModelPackageGroupName"):
            world.sagemaker.create_model_package(**names)
