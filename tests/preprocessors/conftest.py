"""Scripts with settings, and records to try them on."""

import json
import re
from pathlib import Path

import pytest

import preprocessors.scripts

SCRIPTS = Path(preprocessors.scripts.__file__).parent


@pytest.fixture
def configured(tmp_path):
    """Copy a script and change its settings, as its users do."""

    def copy(name, **changes):
        text = (SCRIPTS / f"{name}.py").read_text()
        for setting, value in changes.items():
            text, found = re.subn(rf"^({setting}: [^=]+ = ).*$", rf"\g<1>{value!r}", text, flags=re.M)
            assert found == 1, f"{name} has no setting {setting}"
        path = tmp_path / f"my_{name}.py"
        path.write_text(text)
        return path

    return copy


@pytest.fixture
def write(tmp_path):
    def file(name, *lines):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return file


def direction(body):
    """A body as captured: CSV for texts, JSON for all else."""
    if body is None:
        return {}
    if isinstance(body, str):
        return {"data": body, "encoding": "CSV", "observedContentType": "text/csv"}
    return {"data": json.dumps(body), "encoding": "JSON", "observedContentType": "application/json"}


def captured(output, given, attributes=None):
    parts = {"endpointInput": direction(given), "endpointOutput": direction(output)}
    metadata = {"eventId": "e-1", "inferenceTime": "2026-11-21T04:00:00Z"}
    if attributes is not None:
        metadata["customAttributes"] = [attributes]
    data = {name: part for name, part in parts.items() if part}
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"})


@pytest.fixture
def captures(write):
    """Write a capture file of (output, input[, custom attributes])."""
    return lambda *records: write("captured.jsonl", *(captured(*record) for record in records))
