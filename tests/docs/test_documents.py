"""README and guides: what they define can be used, calls in the text exist, and every link has a target."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import aws_cdk as cdk
import boto3
import pytest
from botocore.awsrequest import AWSResponse

import capture_writer
import capture_writer.s3_folder
import model_monitor

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [*GUIDES, ROOT / "sandbox/README.md", ROOT / "lambda/README.md"]
LIBRARIES = {name: getattr(library, name) for library in (model_monitor, capture_writer) for name in library.__all__}
COMMANDS = [*DOCUMENTS, ROOT / "monitoring.yaml", *sorted((ROOT / "examples").rglob("*.yaml"))]

# How what a guide defines is used.
USES = {
    "capture-writer.md": [
        "predict([34.0, 1200.5], 'request-1')",
        "writer.close()",
        "assert writer.metrics.written == 1",
    ],
    "preprocessors.md": ["test_the_script_flattens_orders()"],
}

# Those that the guides name.
_COLUMNS = "default_probability,age,income,loan_term,amount,defaulted\n0.1,34,1000,12,500,0\n"


def name_of(document):
    return str(document.relative_to(ROOT)) if isinstance(document, Path) else None


def python_blocks(document):
    return re.findall(r"^```python\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def prose(document):
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def files_of_a_reader(tmp_path, monkeypatch):
    """The files that blocks name."""
    for name in ("train.csv", "validated.csv", "features.csv"):
        (tmp_path / name).write_text(_COLUMNS, encoding="utf-8")
    shutil.copy(ROOT / "preprocessors/scripts/flatten_json_lines.py", tmp_path / "my_script.py")
    captured = {
        "captureData": {
            direction: {"data": json.dumps(data), "encoding": "JSON", "observedContentType": "application/json"}
            for direction, data in (("endpointInput", {"age": 34}), ("endpointOutput", {"score": 0.7}))
        },
        "eventMetadata": {"eventId": "event-1", "inferenceTime": "2026-11-21T04:26:34Z"},
        "eventVersion": "0",
    }
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/captured.jsonl").write_text(json.dumps(captured) + "\n", encoding="utf-8")
    features = [{"name": name, "inferred_type": "Fractional", "completeness": 1.0} for name in ("score", "age")]
    constraints = {"version": 0.0, "features": features, "monitoring_config": {}}
    (tmp_path / "tests/constraints.json").write_text(json.dumps(constraints), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def s3_of_a_reader(monkeypatch):
    """A real client, whose network takes everything."""
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")

    def take(request, **_):
        return AWSResponse(request.url, 200, {}, SimpleNamespace(stream=lambda **_: iter(())))

    client.meta.events.register("before-send.s3.PutObject", take)
    monkeypatch.setattr(capture_writer.s3_folder, "_default_client", lambda: client)


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.name in USES], ids=name_of)
@pytest.mark.usefixtures("s3_of_a_reader", "files_of_a_reader")
def test_what_a_guide_defines_can_be_used(guide):
    names = {
        "model": SimpleNamespace(predict=lambda features: 0.7),
        "finished_loans": [SimpleNamespace(request_id="request-1", defaulted=True)],
        "self": cdk.Stack(cdk.App(), "Reader"),
        **LIBRARIES,
    }
    for number, block in enumerate(python_blocks(guide), 1):
        if "import" in block:  # what is for the CDK runs in tests/docs
            exec(compile(block, f"{guide.name}, block {number}", "exec"), names)
    for use in USES[guide.name]:
        exec(use, names)


def calls_in_the_text(document):
    """Inline code that is Python and begins with a name of the libraries, or is a keyword argument of such."""
    for code in re.findall(r"`([^`\n]+)`", prose(document)):
        try:
            tree = ast.parse(code)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call | ast.Attribute):
                yield code, node


def resolve(node):
    """The object that an expression names; None for what is not the libraries'."""
    if isinstance(node, ast.Name):
        return LIBRARIES.get(node.id)
    owner = resolve(node.value) if isinstance(node, ast.Attribute) else None
    return None if owner is None else getattr(owner, node.attr)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_calls_in_the_text_have_names_and_arguments_that_exist(document):
    for code, node in calls_in_the_text(document):
        found = resolve(node.func if isinstance(node, ast.Call) else node)
        if found is not None and isinstance(node, ast.Call):
            unknown = {keyword.arg for keyword in node.keywords} - set(inspect.signature(found).parameters)
            assert unknown == set(), code


def slug(heading):
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_to_files_and_headings_have_a_target(document):
    missing = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(document)):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        headings = re.findall(r"^#+ (.*)$", prose(target), re.MULTILINE) if target.suffix == ".md" else []
        if not target.exists() or (anchor and anchor not in map(slug, headings)):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("document", COMMANDS, ids=name_of)
def test_the_cdk_cli_is_called_as_the_set_up_installs_it(document):
    # It is in node_modules, which no shell looks into.
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"^.*(?<!npx )\bcdk (?:bootstrap|deploy|destroy|diff|list)\b.*$", text, re.MULTILINE) == []


def test_the_map_names_folders_and_files_that_exist():
    named = re.findall(r"`([\w./-]+/|\w+\.(?:py|json|yaml))`", prose(ROOT / "CONTRIBUTING.md"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
