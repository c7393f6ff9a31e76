"""``AWS::Athena::NamedQuery``, which MiniStack knows from the API only."""

import json
from typing import Any

from sandbox.seams import Name, get, register_resource_type

_TYPE = "AWS::Athena::NamedQuery"
_PROPERTIES = ("Name", "Description", "Database", "QueryString", "WorkGroup")


def install() -> None:
    """Register the type. Every change replaces a query, as on AWS."""
    register_resource_type(
        _TYPE,
        create=lambda _logical_id, properties, _stack: _create(properties),
        update=None,
        delete=lambda physical_id, _properties: _delete(physical_id),
        replacing=_PROPERTIES,
        name_property=None,
        read=lambda physical_id: get(Name.NAMED_QUERIES).get(physical_id),
        blocking=False,
    )


def _create(properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    _, _, body = get(Name.CREATE_NAMED_QUERY)({key: properties[key] for key in _PROPERTIES if key in properties})
    query_id = str(json.loads(body)["NamedQueryId"])
    return query_id, {"NamedQueryId": query_id}


def _delete(query_id: str) -> None:
    get(Name.DELETE_NAMED_QUERY)({"NamedQueryId": query_id})
