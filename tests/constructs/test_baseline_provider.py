from __future__ import annotations

import gc
import json
import re
from typing import TYPE_CHECKING

from aws_cdk.assertions import Template

from model_monitor.baseline.provider import BaselineProvider

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit


def test_all_monitors_of_a_stack_share_one_provider(kit: Kit) -> None:
    stack = kit.stack()
    provider = BaselineProvider.of(stack)
    monitor = kit.monitor(stack)
    gc.collect()
    assert BaselineProvider.of(monitor) is provider


def test_the_framework_gives_up_before_cloudformation_does_and_so_with_a_reason(
    kit: Kit, default_template: Template
) -> None:
    for machine in kit.resources(default_template, "AWS::StepFunctions::StateMachine").values():
        definition = json.loads(kit.flat(machine["Properties"]["DefinitionString"]))
        (retry,) = definition["States"]["framework-isComplete-task"]["Retry"]
        assert retry["IntervalSeconds"] * retry["MaxAttempts"] < 3600


def test_no_log_group_outlives_the_stack(kit: Kit, default_template: Template) -> None:
    functions = kit.resources(default_template, "AWS::Lambda::Function").values()
    groups = kit.resources(default_template, "AWS::Logs::LogGroup")
    for function in functions:
        group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups[group]["DeletionPolicy"] == "Delete"
        assert groups[group]["Properties"]["RetentionInDays"] == 90


def test_a_job_never_starts_before_its_permissions_exist(kit: Kit, default_template: Template) -> None:
    (baseline,) = kit.resources(default_template, "Custom::ModelMonitorBaseline").values()
    policies = kit.resources(default_template, "AWS::IAM::Policy")
    wanted = [name for name in policies if re.search("BaselineProvider(OnEvent|IsComplete)Role|QualityRole", name)]
    assert len(wanted) == 3
    assert set(wanted) <= set(baseline["DependsOn"])
