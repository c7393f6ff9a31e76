"""The page of each run: who may write it, and how it is turned off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from model_monitor.monitor.monitor import REPORT_PAGE
from run_report import PAGE

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def test_the_access_role_may_write_objects_of_this_name_only(kit: Kit, default_template: Template) -> None:
    assert REPORT_PAGE == PAGE
    (schedule,) = kit.registered(default_template)
    written = [
        resource for resource in kit.allowed(default_template, "Access", "s3:PutObject") if "/reports/" in resource
    ]
    assert [resource.partition("/reports/")[2] for resource in written] == [f"{schedule}/*/{PAGE}"]


def test_a_monitoring_or_a_monitor_turns_it_off(kit: Kit) -> None:
    stack = kit.stack()
    monitoring = kit.monitoring(stack, report_page=False)
    monitoring.add_data_quality("Without", baseline=kit.baseline())
    monitoring.add_data_quality("With", baseline=kit.baseline(), report_page=True)
    template = Template.from_stack(stack)
    documents = kit.registered(template).values()
    assert {document["short_name"]: document.get("page", True) for document in documents} == {
        "without": False,
        "with": True,
    }
    resources = [item for item in kit.allowed(template, "Access", "s3:PutObject") if item.endswith(PAGE)]
    assert len(resources) == 1


def test_the_access_role_may_use_the_key_of_a_monitor_s_own_reports(kit: Kit) -> None:
    stack = kit.stack()
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1")
    kit.monitoring(stack).add_data_quality(baseline=kit.baseline(), encryption_key=key)
    allowed = kit.allowed(Template.from_stack(stack), "Access", "kms:GenerateDataKey")
    assert "arn:aws:kms:eu-west-1:123456789012:key/1" in allowed
