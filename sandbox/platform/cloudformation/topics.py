"""``AWS::SNS::Topic``: keeps the encryption key and the other attributes that MiniStack drops."""

from typing import Any

from sandbox.seams import Name, extend_resource_type, get

_KEPT = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")


def install() -> None:
    """Keep them whenever a stack makes or changes a topic."""
    extend_resource_type("AWS::SNS::Topic", after=_keep)


def _keep(arn: str, properties: dict[str, Any]) -> None:
    attributes = get(Name.TOPIC)(arn)["attributes"]
    for key in _KEPT:
        if key in properties:
            attributes[key] = str(properties[key])
        else:
            attributes.pop(key, None)
