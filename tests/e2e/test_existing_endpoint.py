"""The example `existing_endpoint`, against an endpoint that was made without CloudFormation.

The tests of this file build on each other, up to the end of the stack.
"""

from __future__ import annotations

import threading

import elsewhere
import loan_app
import pytest
from aws_cdk import Stack

from examples.existing_endpoint import app
from examples.loan_model import make
from model_monitor import DataCapture, EndpointDataCapture, S3Location
from sandbox.process.cdk import CdkError

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REQUESTS = 250


class Caller:
    """A client that calls the endpoint all the time, and remembers every failure."""

    def __init__(self, box):
        self.answers, self.failures = 0, []
        self._runtime, self._stop = box.client("sagemaker-runtime"), threading.Event()
        self._thread = threading.Thread(target=self._call)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _call(self):
        for row in loan_app.applicants(10_000, seed=31):
            if self._stop.wait(0.25):
                return
            try:
                answer = self._runtime.invoke_endpoint(EndpointName=app.ENDPOINT, ContentType="text/csv", Body=row)
                self.answers += float(answer["Body"].read()) > 0
            except Exception as error:
                self.failures.append(error)


def variants(account):
    """Names, weights and counts: what must be the same before, while and after the endpoint is monitored."""
    endpoint = account.box.client("sagemaker").describe_endpoint(EndpointName=app.ENDPOINT)
    return [
        (variant["VariantName"], variant["CurrentWeight"], variant["CurrentInstanceCount"])
        for variant in endpoint["ProductionVariants"]
    ]


def config_names(account):
    configs = account.box.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    return sorted(config["EndpointConfigName"] for config in configs)


@pytest.fixture(scope="module")
def endpoint(account):
    """Two variants whose weights and counts were changed since the endpoint was made."""
    box = account.box
    make.make_model(box.client, app.ENDPOINT)
    variant = {"ModelName": app.ENDPOINT, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    both = [{**variant, "VariantName": name} for name in ("Champion", "Challenger")]
    make.make_endpoint(box.client, app.ENDPOINT, both)
    box.wait_until_idle()
    box.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=app.ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": "Champion", "DesiredWeight": 3, "DesiredInstanceCount": 2},
            {"VariantName": "Challenger", "DesiredWeight": 1},
        ],
    )
    box.wait_until_idle()
    yield variants(account)
    elsewhere.delete_endpoint(box, app.ENDPOINT)


@pytest.fixture(scope="module")
def caller(account, endpoint):
    """The client that went on calling while the example was deployed."""
    with Caller(account.box) as caller:
        account.deploy_stack(
            lambda scope, env: app.LoanMonitoring(
                scope, "LoanMonitoring", endpoint_name=app.ENDPOINT, model_role_name=app.MODEL_ROLE, env=env
            )
        )
    return caller


@pytest.fixture(scope="module")
def deployed(account, caller):
    return account


def test_capture_is_turned_on_and_the_endpoint_never_leaves_service(deployed, endpoint, caller):
    described = deployed.box.client("sagemaker").describe_endpoint(EndpointName=app.ENDPOINT)

    assert described["EndpointStatus"] == "InService"
    assert described["DataCaptureConfig"]["CaptureStatus"] == "Started"
    assert variants(deployed) == endpoint == [("Champion", 3, 2), ("Challenger", 1, 1)]
    assert caller.failures == []
    assert caller.answers > 10


def test_clean_traffic_raises_no_alarm_and_sends_no_message(deployed):
    before = len(deployed.box.outbox())
    deployed.send(loan_app.applicants(REQUESTS, seed=32), endpoint=app.ENDPOINT)

    assert deployed.next_run(endpoint=app.ENDPOINT)["MonitoringExecutionStatus"] == "Completed"
    assert deployed.alarm_state("CompositeAlarm") != "ALARM"
    assert deployed.box.outbox()[before:] == []


def test_drift_goes_into_alarm_and_sends_a_message(deployed, eventually):
    before = len(deployed.box.outbox())
    deployed.send(loan_app.applicants(REQUESTS, seed=33, inflation=3, flagged=0.9), endpoint=app.ENDPOINT)

    run = deployed.next_run(endpoint=app.ENDPOINT)

    assert run["MonitoringExecutionStatus"] == "CompletedWithViolations"
    deployed.wait_for_alarm("CompositeAlarm", "ALARM", eventually)
    message = deployed.message_about_violations(before, eventually)
    assert message["to"] == app.ONCALL
    assert app.ENDPOINT in message["body"]
    assert "amount" in message["body"]


def test_destroy_puts_the_configuration_back_and_deletes_only_its_own(deployed, endpoint):
    sagemaker, iam = deployed.box.client("sagemaker"), deployed.box.client("iam")
    assert len(config_names(deployed)) == 2

    with Caller(deployed.box) as caller:
        deployed.destroy()

    described = sagemaker.describe_endpoint(EndpointName=app.ENDPOINT)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", app.ENDPOINT)
    assert "DataCaptureConfig" not in described
    assert variants(deployed) == endpoint
    assert caller.failures == []
    assert config_names(deployed) == [app.ENDPOINT]
    assert sagemaker.list_monitoring_schedules()["MonitoringScheduleSummaries"] == []
    assert iam.list_role_policies(RoleName=app.MODEL_ROLE)["PolicyNames"] == ["artifacts"]


def test_a_serverless_endpoint_is_refused_with_the_reason(account):
    box, name = account.box, "loan-serverless"
    make.make_model(box.client, name)
    variant = {"VariantName": "AllTraffic", "ModelName": name}
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}
    make.make_endpoint(box.client, name, [{**variant, **serverless}])
    box.wait_until_idle()
    before = config_names(account)

    def refused(scope, env):
        stack = Stack(scope, "Refused", env=env)
        capture = DataCapture(location=S3Location.from_uri(f"s3://{name}-artifacts/capture"))
        EndpointDataCapture(stack, "Capture", endpoint_name=name, capture=capture)
        return stack

    with pytest.raises(CdkError) as failure:
        account.deploy_stack(refused)

    assert "is serverless, which has no data capture" in " ".join(failure.value.output.split())
    assert config_names(account) == before
    account.box.client("cloudformation").delete_stack(StackName="Refused")
    elsewhere.delete_endpoint(box, name)
