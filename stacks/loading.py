"""Reads a configuration file completely, or says all that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from stacks.configuration import FleetConfig
from stacks.configuration.values import FOLDER
from stacks.document import Document
from stacks.explain import explain
from stacks.problems import InvalidConfigurationError


@dataclass(frozen=True)
class LoadedFleet:
    """A configuration that keeps its document, so that later problems still know their line.

    Attributes:
        document: The file.
        config: What it says.
    """

    document: Document
    config: FleetConfig


def load(file: Path) -> LoadedFleet:
    """Read a configuration file.

    Args:
        file: The file; paths in it are relative to its folder.

    Raises:
        InvalidConfigurationError: The file cannot be used.
    """
    document = Document.read(file)
    try:
        config = FleetConfig.model_validate(document.data, context={FOLDER: file.parent})
    except ValidationError as error:
        problems = [explain(detail, document) for detail in error.errors(include_url=False)]
        raise InvalidConfigurationError(file, problems) from error
    return LoadedFleet(document, config)
