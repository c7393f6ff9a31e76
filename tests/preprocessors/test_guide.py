"""The guide names what exists."""

import re
from pathlib import Path

import preprocessors

ROOT = Path(preprocessors.__file__).parents[1]
GUIDE = (ROOT / "docs/preprocessors.md").read_text()


def test_every_script_is_in_the_guide_with_settings_that_it_has():
    rows = dict(re.findall(r"^\| \[`(\w+)\.py`\].*\| ([^|]+) \|$", GUIDE, flags=re.M))
    assert set(rows) == {path.stem for path in (ROOT / "preprocessors/scripts").glob("[!_]*.py")}
    for name, settings in rows.items():
        text = (ROOT / f"preprocessors/scripts/{name}.py").read_text()
        assert all(re.search(rf"^{setting}: ", text, flags=re.M) for setting in re.findall(r"`(\w+)`", settings))


def test_the_links_of_the_guides_lead_somewhere():
    for guide in ("preprocessors.md", "capture-writer.md"):
        text = (ROOT / "docs" / guide).read_text()
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / "docs" / target).exists(), target
