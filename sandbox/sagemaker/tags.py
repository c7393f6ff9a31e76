"""AddTags, ListTags, DeleteTags for every kind of resource."""

from typing import Any

from sandbox.sagemaker import state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.state import Document

_MAXIMUM = 50


@operation("AddTags")
def add_tags(request: Request) -> dict[str, Any]:
    """Add tags or change their values; answers with all tags of the resource."""
    document = _resource(request)
    replace_tags(document, _merged(document.get("Tags", []), request.body["Tags"]))
    return {"Tags": document["Tags"]}


@operation("ListTags")
def list_tags(request: Request) -> dict[str, Any]:
    """The tags of a resource: at most 50, the least that MaxResults can be, so one page holds them."""
    return {"Tags": _resource(request).get("Tags", [])}


@operation("DeleteTags")
def delete_tags(request: Request) -> dict[str, Any]:
    """Remove tags by key; keys that are not there do not matter."""
    document = _resource(request)
    keys = set(request.body["TagKeys"])
    replace_tags(document, [tag for tag in document.get("Tags", []) if tag["Key"] not in keys])
    return {}


def replace_tags(document: Document, tags: list[dict[str, str]]) -> None:
    """Give a resource exactly these tags.

    Raises:
        AwsError: More than 50.
    """
    if len(tags) > _MAXIMUM:
        raise refuse(f"A resource can have at most {_MAXIMUM} tags, got {len(tags)}")
    with state.LOCK:
        document["Tags"] = tags


def _merged(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[dict[str, str]]:
    values = {tag["Key"]: tag["Value"] for tag in (*old, *new)}
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _resource(request: Request) -> Document:
    arn = request.body["ResourceArn"]
    found = state.find_arn(arn)
    if found is None:
        raise refuse(f"Could not find resource {arn}")
    return found[1]
