"""Arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

_WATCHED = "The endpoint, the model, or the batch transform, as status calls it"

Json = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
Endpoint = Annotated[str, typer.Argument(help=f"{_WATCHED}.")]
AnyEndpoint = Annotated[
    str | None,
    typer.Argument(help=f"{_WATCHED}. Default: all of them."),
]
AnyMonitor = Annotated[
    str | None, typer.Argument(help="The monitor, such as data-quality; needed where the model has several.")
]
