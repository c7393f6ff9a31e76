"""One handler for all kinds of custom resources: what it accepts, how long it waits, and as whom it acts."""

import time

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from deployment import handler as entry
from deployment.handler import handler
from shared import clients, errors

ROLE = "arn:aws:iam::111122223333:role/access/credit"


class Probe:
    """A resource that does what a test says, and remembers as whom."""

    physical_id = "probe-1"
    session_name = "credit risk/1"

    def __init__(self, request):
        self.request = request
        Probe.requests.append(request)

    def step(self):
        Probe.steps += 1
        result = Probe.results.pop(0) if Probe.results else None
        if isinstance(result, Exception):
            raise result
        return result

    def give_up(self):
        return TimeoutError("the probe took too long")


@pytest.fixture
def acted(monkeypatch):
    """Replace the kinds by one that only probes; return the roles that were acted as."""
    Probe.requests, Probe.results, Probe.steps = [], [], 0
    monkeypatch.setattr(entry, "_KINDS", {"Custom::Probe": Probe})
    roles = []

    class Acting:
        def __init__(self, role, *, session_name):
            self.role, self.session_name = role, session_name

        def __enter__(self):
            roles.append((self.role, self.session_name))
            if isinstance(self.role, Exception):
                raise self.role

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(clients, "acting_as", Acting)
    return roles


def request(kind="Create", **more):
    return {
        "ResourceType": "Custom::Probe",
        "RequestType": kind,
        "RequestId": "1",
        "StackId": "stack",
        "LogicalResourceId": "Probe",
        "ResourceProperties": {"AccessRoleArn": ROLE},
        **more,
    }


def poll(kind="Create", *results, age=0, **more):
    """Poll as if the request had come some seconds ago."""
    Probe.results.extend(results)
    started = time.time() - age
    event = request(kind, PhysicalResourceId="probe-1", **more)
    return handler({**event, "Started": started, "Deadline": started + 52 * 60}, None)


def refusal(operation="CreateProcessingJob", code="AccessDeniedException", message="no"):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def test_a_request_is_accepted_without_any_work(acted):
    before = time.time()
    answer = handler(request(), None)
    assert set(answer) == {"PhysicalResourceId", "Started", "Deadline"}
    assert answer["PhysicalResourceId"] == "probe-1"
    assert before <= answer["Started"] <= time.time()
    assert answer["Deadline"] - answer["Started"] == 52 * 60
    assert (acted, Probe.steps) == ([], 0)


def test_a_deletion_keeps_the_id_that_cloudformation_knows(acted):
    assert handler(request("Delete", PhysicalResourceId="old"), None)["PhysicalResourceId"] == "old"


def test_a_kind_that_is_not_known_is_refused_with_those_that_are(acted):
    with pytest.raises(ValueError, match="ResourceType: got 'Custom::Other', expected one of Custom::Probe"):
        handler(request(ResourceType="Custom::Other"), None)


def test_a_poll_does_a_step_as_the_access_role(acted):
    assert poll("Create", None) == {"IsComplete": False}
    assert poll("Create", {"Uri": "s3://b/k"}) == {"IsComplete": True, "Data": {"Uri": "s3://b/k"}}
    assert poll("Delete", {}) == {"IsComplete": True}
    assert set(acted) == {(ROLE, "model-monitor-credit-risk-1")}


def test_without_an_access_role_the_function_acts_as_itself(acted):
    poll("Create", {}, ResourceProperties={})
    assert acted == [(None, "model-monitor-credit-risk-1")]


REFUSALS = [
    refusal(),
    refusal("GetObject", "AccessDenied"),
    refusal("HeadObject", "403"),
    refusal("PutObject", "KMS.Other", "User x is not authorized to perform: kms:GenerateDataKey"),
    refusal("AssumeRole", "AccessDenied", "User x is not authorized to perform: sts:AssumeRole on resource: y"),
    refusal("CreateProcessingJob", "ValidationException", "Could not assume role arn:aws:iam::1:role/x. Please ensure"),
    refusal("DescribeEndpoint", "Other", "because no identity-based policy allows the sagemaker:DescribeEndpoint"),
    refusal("CreateProcessingJob", "ValidationException", "The role x cannot be assumed by principal sagemaker"),
    refusal("UpdateEndpoint", "ValidationException", "SageMaker was unable to assume the role"),
]


def of(error):
    return f"{error.operation_name}-{errors.code(error)}"


@pytest.mark.parametrize("kind", ["Create", "Update"])
@pytest.mark.parametrize("error", REFUSALS, ids=of)
def test_a_refusal_is_not_yet_for_two_minutes_and_then_fails(acted, kind, error):
    assert poll(kind, error, age=0) == {"IsComplete": False}
    assert poll(kind, error, age=110) == {"IsComplete": False}
    with pytest.raises(ClientError):
        poll(kind, error, age=121)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_an_error_that_was_raised_because_of_a_refusal_is_one(acted, kind):
    def explained():
        outer = RuntimeError("the data may not be read")
        outer.__cause__ = refusal()
        return outer

    assert poll(kind, explained()) == {"IsComplete": False}
    with pytest.raises(RuntimeError, match="may not be read"):
        poll(kind, explained(), age=121)


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_role_that_cannot_be_assumed_is_waited_for_and_out_of_reach_only_for_a_deletion(acted, kind):
    role = refusal("AssumeRole", "AccessDenied", "is not authorized to perform: sts:AssumeRole")
    properties = {"ResourceProperties": {"AccessRoleArn": role}}
    assert poll(kind, age=110, **properties) == {"IsComplete": False}
    if kind == "Delete":
        assert poll(kind, age=121, **properties) == {"IsComplete": True}
        return
    with pytest.raises(ClientError, match="sts:AssumeRole"):
        poll(kind, age=121, **properties)


def test_what_a_deletion_may_not_do_is_out_of_reach(acted):
    assert poll("Delete", refusal()) == {"IsComplete": True}


def test_a_refusal_that_a_resource_has_made_its_own_error_of_fails_a_deletion(acted):
    error = RuntimeError("capture cannot be turned off")
    error.__cause__ = refusal()
    with pytest.raises(RuntimeError, match="cannot be turned off"):
        poll("Delete", error)


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
@pytest.mark.parametrize(
    "error",
    [
        refusal("PutObject", "SlowDown"),
        refusal("PutObject", "KMS.ThrottlingException"),
        refusal("PutObject", "OperationAborted"),
        EndpointConnectionError(endpoint_url="https://s3"),
    ],
    ids=repr,
)
def test_trouble_that_passes_is_waited_out_however_long_it_takes(acted, kind, error):
    assert poll(kind, error, age=1200) == {"IsComplete": False}


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_other_errors_fail_at_once(acted, kind):
    with pytest.raises(ClientError, match="ValidationException"):
        poll(kind, refusal("X", "ValidationException", "1 validation error detected"))


@pytest.mark.parametrize("results", [(None,), (refusal("X", "Throttling"),)], ids=["work", "trouble"])
def test_the_deadline_ends_the_waiting_after_a_last_step(acted, results):
    with pytest.raises(TimeoutError, match="took too long"):
        poll("Create", *results, age=52 * 60 + 1)
    assert poll("Create", {}, age=52 * 60 + 1) == {"IsComplete": True}


def test_the_kinds_of_the_library_are_known():
    assert set(entry._KINDS) == {
        "Custom::ModelMonitorBaseline",
        "Custom::MonitoringScheduleGuard",
        "Custom::MonitoringBucketContents",
        "Custom::EndpointDataCapture",
    }
