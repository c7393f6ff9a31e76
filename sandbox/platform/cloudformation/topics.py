"""``AWS::SNS::Topic``: keeps the encryption key and the other attributes that MiniStack drops."""

from collections.abc import Callable
from typing import Any

from sandbox.seams import Name, get

_TYPE = "AWS::SNS::Topic"
_KEPT = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")
_PROPERTIES_OF = {"create": 1, "update": 2}
"""Position of the properties to reach among a handler's arguments."""

Created = tuple[str, dict[str, str]]


def install() -> None:
    """Wrap MiniStack's handlers of the type."""
    handlers = get(Name.RESOURCE_HANDLERS)[_TYPE]
    for operation, position in _PROPERTIES_OF.items():
        handlers[operation] = _keeping(handlers[operation], position)


def _keeping(original: Callable[..., Created], position: int) -> Callable[..., Created]:
    def handler(*arguments: Any) -> Created:
        created = original(*arguments)
        properties = arguments[position]
        attributes = get(Name.TOPIC)(created[0])["attributes"]
        for key in _KEPT:
            if key in properties:
                attributes[key] = str(properties[key])
            else:
                attributes.pop(key, None)
        return created

    return handler
