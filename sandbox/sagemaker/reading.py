"""Describe and List, which are alike for most kinds: the service's model says what of a document is answered."""

from typing import Any

from sandbox.sagemaker import state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.kinds import Kind
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.validation import render


def serve_describe(kind: Kind) -> None:
    """Serve the Describe operation of a kind: the resource as it is now."""

    @operation(f"Describe{kind.operation}")
    def describe(request: Request) -> dict[str, Any]:
        return render(f"Describe{kind.operation}", state.get(kind, request.body[kind.name_member]))


def serve_list(kind: Kind, *, default_order: str = "Descending") -> None:
    """Serve the List operation of a kind: summaries of its resources."""

    @operation(f"List{kind.operation}s")
    def list_all(request: Request) -> dict[str, Any]:
        return page(f"List{kind.operation}s", state.every(kind), request.body, default_order=default_order)
