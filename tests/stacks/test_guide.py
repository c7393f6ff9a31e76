"""The guide to the configuration file is complete, and every snippet of such a file on any page works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from stacks.configuration import FleetConfig
from stacks.configuration.base import StrictModel
from stacks.configuration.data_quality import DataQualityConfig
from stacks.configuration.monitored import EndpointConfig
from stacks.configuration.values import FOLDER
from stacks.plain_yaml import PlainLoader
from tests.docs.pages import blocks

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
SNIPPETS = [block for block in blocks("yaml") if not block.text.startswith("# yaml-")]
MINIMAL = {"capture": "s3://records/capture", "data_quality": {"baseline": {"dataset": "s3://training/train.csv"}}}


def models(model=StrictModel):
    return [found for subclass in model.__subclasses__() for found in (subclass, *models(subclass))]


def alternatives(snippet):
    """A snippet may show one key several times, as alternatives: one document for each."""
    parts = re.split(r"^(?=\w)", snippet, flags=re.MULTILINE)
    return [yaml.load(part, PlainLoader) for part in parts if part.strip()]


def fleet_with(settings):
    """A complete file around what a snippet shows."""
    (key,) = settings
    if key in FleetConfig.model_fields:
        return {"endpoints": {"credit": MINIMAL}, **settings}
    if key in EndpointConfig.model_fields:
        return {"endpoints": {"credit": {**MINIMAL, **settings}}}
    assert key in DataQualityConfig.model_fields
    return {"endpoints": {"credit": {**MINIMAL, "data_quality": {**MINIMAL["data_quality"], **settings}}}}


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.name)
def test_every_snippet_of_every_page_is_valid(snippet):
    for settings in alternatives(snippet.text):
        folder = ROOT / "examples/configurations"
        TypeAdapter(FleetConfig).validate_python(fleet_with(settings), context={FOLDER: folder})


def test_the_guide_names_every_key():
    keys = {field.alias or name for model in models() for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", GUIDE)} == set()


def test_links_within_the_guide_have_a_target():
    headings = re.findall(r"^## (.*)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", GUIDE)) == anchors
