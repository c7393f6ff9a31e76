"""The bucket of a stack is emptied when its creation is rolled back, and never else."""

from types import SimpleNamespace

import pytest

from bucket_contents.resource import BucketContentsResource
from deployment.request import Request
from shared import clients

STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/Credit/1"


class Bucket:
    """Versions and delete markers, a page of two at a time."""

    def __init__(self, count):
        self.versions = [{"Key": f"reports/{number}", "VersionId": f"v{number}"} for number in range(count)]
        self.errors = []

    def list_object_versions(self, Bucket):  # noqa: N803
        assert Bucket == "evidence"
        first, *rest = self.versions[:2] or [None]
        return {"Versions": [first] if first else [], "DeleteMarkers": rest}

    def delete_objects(self, Bucket, Delete):  # noqa: N803
        self.versions = [version for version in self.versions if version not in Delete["Objects"]]
        return {"Errors": self.errors}


@pytest.fixture
def stored(monkeypatch):
    bucket = Bucket(5)
    monkeypatch.setattr(clients, "s3", lambda: bucket)
    return bucket


@pytest.fixture
def status(monkeypatch):
    """Say in which state the stack is."""

    def say(text):
        answer = {"Stacks": [{"StackStatus": text}]}
        stack = SimpleNamespace(describe_stacks=lambda StackName: answer if StackName == STACK else None)  # noqa: N803
        monkeypatch.setattr(clients, "cloudformation", lambda: stack)

    return say


def resource(kind, **properties):
    return BucketContentsResource(
        Request.of(
            {
                "RequestType": kind,
                "RequestId": "r",
                "StackId": STACK,
                "LogicalResourceId": "Contents",
                "PhysicalResourceId": "evidence-contents",
                "ResourceProperties": {"BucketName": "evidence", **properties},
            }
        )
    )


def test_a_creation_that_is_rolled_back_leaves_an_empty_bucket(stored, status):
    status("ROLLBACK_IN_PROGRESS")
    assert resource("Delete").step() == {}
    assert stored.versions == []


@pytest.mark.parametrize(
    "text", ["DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"]
)
def test_evidence_stays_in_every_other_case(text, stored, status):
    status(text)
    assert resource("Delete").step() == {}
    assert len(stored.versions) == 5


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_nothing_is_asked_or_deleted_while_a_stack_is_deployed(kind, stored):
    made = resource(kind)
    assert made.step() == {}
    assert made.physical_id == "evidence-contents"
    assert len(stored.versions) == 5


def test_a_large_bucket_is_emptied_in_several_steps(stored, status):
    status("ROLLBACK_IN_PROGRESS")
    stored.versions = Bucket(50).versions
    assert resource("Delete").step() is None
    assert resource("Delete").step() == {}
    assert stored.versions == []


def test_an_object_that_cannot_be_deleted_is_named(stored, status):
    status("ROLLBACK_IN_PROGRESS")
    stored.errors = [{"Key": "reports/0", "Message": "Access Denied"}]
    with pytest.raises(RuntimeError, match=r"s3://evidence/reports/0: Access Denied"):
        resource("Delete").step()


def test_a_bucket_must_be_named():
    with pytest.raises(ValueError, match="BucketName"):
        resource("Create", BucketName="")
