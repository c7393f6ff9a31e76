"""What the functions call is what they may do, together with the access roles; and little else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Template
from botocore import xform_name

import deployment
from model_monitor import Baseline, DataCapture, EndpointDataCapture, QualityColumns, S3Location

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

_LAMBDA = Path(deployment.__file__).parents[1]
_CALL = re.compile(r"clients\.(\w+)\(\)\s*\.(?:get_paginator\(\"(\w+)\"\)|(\w+)\()")
# Names of operations that differ from those of their permissions.
_ACTIONS = {"list_objects_v2": "list_bucket", "head_object": "get_object"}
# Needed without a call of the functions: keys of what is stored, roles that are passed on, tags of what is made.
_WITHOUT_CALL = {
    "iam:pass_role",
    "kms:create_grant",
    "kms:decrypt",
    "kms:describe_key",
    "kms:generate_data_key",
    "kms:generate_data_key*",
    "s3:get_bucket_location",
    "sts:assume_role",
    "logs:create_log_stream",
    "logs:put_log_events",
}


def _called(*packages: str) -> set[str]:
    found = set()
    for package in packages:
        for path in (_LAMBDA / package).rglob("*.py"):
            for service, paginator, operation in _CALL.findall(path.read_text(encoding="utf-8")):
                name = paginator or operation
                found.add(f"{service}:{_ACTIONS.get(name, name)}")
    return found


@pytest.fixture(scope="module")
def everything(kit: Kit) -> Template:
    """Every function with every kind of work, with keys wherever there can be one."""
    stack = kit.stack()
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    bucket = s3.Bucket.from_bucket_attributes(stack, "Bucket", bucket_name="captured", encryption_key=key)
    role = iam.Role.from_role_arn(stack, "EndpointRole", "arn:aws:iam::123456789012:role/endpoint")
    capture = EndpointDataCapture(
        stack, "Capture", endpoint_name="fraud", capture=DataCapture.to(bucket), execution_role=role, volume_key=key
    )
    monitoring = kit.monitoring(stack, endpoint=capture.endpoint)
    monitoring.add_schedule_control()
    monitoring.add_data_quality("Dataset", baseline=kit.baseline())
    files = S3Location.of(bucket, "files")
    monitoring.add_data_quality("Package", baseline=Baseline.from_model_package("fraud", files=files))
    monitoring.add_model_quality(
        problem=kit.problem(),
        columns=QualityColumns(ground_truth="fraud", probability="score"),
        ground_truth=kit.ground_truth(),
        baseline=kit.baseline(),
    )
    return Template.from_stack(stack)


def _allowed(kit: Kit, template: Template, *roles: str) -> set[str]:
    actions = [
        action
        for name, statement in kit.statements(template)
        if name.startswith(roles)
        for action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
    ]
    return {f"{action.partition(':')[0]}:{xform_name(action.partition(':')[2])}" for action in actions}


_PACKAGES = ("baseline", "data_capture", "deployment", "results", "schedule_control", "schedule_guard", "shared")
_OWN = ("ModelMonitorDeploymentFunctionRole", "FraudResultsFunctionRole", "FraudControlFunctionRole")
_ACCESS = ("FraudAccess", "CaptureAccess")


def test_every_call_is_allowed_to_somebody(kit: Kit, everything: Template) -> None:
    called = _called(*_PACKAGES)
    assert len(called) > 20
    assert called - _allowed(kit, everything, *_OWN, *_ACCESS) == set()


def test_nothing_is_allowed_that_nobody_calls(kit: Kit, everything: Template) -> None:
    allowed = _allowed(kit, everything, *_OWN, *_ACCESS)
    assert allowed - _called(*_PACKAGES) == _WITHOUT_CALL


def test_the_deployment_function_may_do_nothing_of_itself(kit: Kit, everything: Template) -> None:
    assert _allowed(kit, everything, "ModelMonitorDeploymentFunctionRole") == {
        "logs:create_log_stream",
        "logs:put_log_events",
        "sts:assume_role",
    }


def test_what_deployments_and_people_call_is_allowed_to_the_access_roles(kit: Kit, everything: Template) -> None:
    called = _called("baseline", "data_capture", "schedule_guard", "schedule_control", "shared")
    assert called - _allowed(kit, everything, *_ACCESS) == set()


def _documented(*rows: str) -> set[str]:
    """Actions in rows of the table in lambda/README.md."""
    table = (_LAMBDA / "README.md").read_text(encoding="utf-8").partition("## Permissions")[2]
    cells = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("|")]
    texts = [row[2].partition(" with ")[0] for row in cells if row[1] in rows]
    found = {action for text in texts for action in re.findall(r"`([a-z0-9]+:[A-Z]\w+)`", text)}
    assert found
    return {f"{action.partition(':')[0]}:{xform_name(action.partition(':')[2])}" for action in found}


# What CDK adds to its own grants, and what every function needs to write its log.
_BESIDE = {"logs:create_log_stream", "logs:put_log_events", "s3:get_bucket_location", "kms:generate_data_key*"}


@pytest.mark.parametrize(
    ("role", "rows"),
    [
        ("ModelMonitorDeploymentFunctionRole", ("deployment",)),
        ("FraudResultsFunctionRole", ("results",)),
        ("FraudControlFunctionRole", ("schedule control",)),
        ("CaptureAccess", ("data capture",)),
        ("FraudAccess", ("baseline", "schedule guard", "schedule control, access role", "results, access role")),
    ],
)
def test_a_role_allows_what_is_documented(role: str, rows: tuple[str, ...], kit: Kit, everything: Template) -> None:
    allowed = _allowed(kit, everything, role)
    assert allowed - _BESIDE == _documented(*rows)
