"""Arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
Endpoint = Annotated[str, typer.Argument(help="The endpoint, or the model that is served elsewhere.")]
AnyEndpoint = Annotated[
    str | None, typer.Argument(help="The endpoint, or the model that is served elsewhere. Default: all of them.")
]
AnyMonitor = Annotated[
    str | None, typer.Argument(help="The monitor, such as data-quality; needed where the model has several.")
]
