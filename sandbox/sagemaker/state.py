"""Everything the service remembers: one document a resource, per account and region.

A document is the resource in the wire form of its Describe call (timestamps as epoch seconds), plus ``Tags``.
Handlers run on the event loop and jobs on threads: whoever reads and then writes holds `LOCK`, and never blocks
while holding it.
"""

import threading
from collections.abc import Iterator
from typing import Any

from sandbox import seams
from sandbox.process import clock
from sandbox.sagemaker.kinds import KINDS, Kind

Document = dict[str, Any]

LOCK = threading.RLock()

_documents: dict[Kind, seams.ScopedStore[Document]] = {kind: seams.ScopedStore() for kind in KINDS}


def add(kind: Kind, request: Document, **members: Any) -> Document:
    """Keep a new resource: the request's members, its ARN and creation time, and ``members`` on top.

    Raises:
        AwsError: The name is taken. Names are compared in lower case, because ARNs hold them so.
    """
    name: str = request[kind.name_member]
    with LOCK:
        if name.lower() in _documents[kind]:
            raise kind.already_exists(name)
        document = {**request, kind.arn_member: kind.arn(name), "CreationTime": clock.time(), **members}
        _documents[kind][name.lower()] = document
        return document


def find(kind: Kind, name: str) -> Document | None:
    """The resource with exactly this name.

    ARNs hold names in lower case; whether AWS finds a resource by that form of its name was not seen, so here it
    does not: a stack that relies on it fails here rather than there.
    """
    document = _documents[kind].get(name.lower())
    return document if document is not None and document[kind.name_member] == name else None


def get(kind: Kind, name: str) -> Document:
    """The resource with exactly this name.

    Raises:
        AwsError: There is none; the code depends on the kind.
    """
    document = find(kind, name)
    if document is None:
        raise kind.missing(name)
    return document


def find_arn(arn: str) -> tuple[Kind, Document] | None:
    """The resource with this ARN."""
    path, _, name = arn.split(":", 5)[-1].partition("/")
    for kind in KINDS:
        document = _documents[kind].get(name.lower())
        if kind.arn_path == path and document is not None:
            return kind, document
    return None


def every(kind: Kind) -> Iterator[Document]:
    """All resources of a kind, oldest first."""
    return iter(list(_documents[kind].values()))


def remove(kind: Kind, name: str) -> None:
    """Forget a resource; one that a reset has taken already is fine."""
    _documents[kind].pop(name.lower(), None)


def touch(document: Document, **members: Any) -> None:
    """Change a resource and its LastModifiedTime."""
    with LOCK:
        document.update(members, LastModifiedTime=clock.time())


def reset() -> None:
    """Forget every resource of every account and region."""
    for store in _documents.values():
        store.reset()
