"""The page as text; `test_browser.py` looks at it as people do."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from run_report.comparison import Comparison, render_comparison
from run_report.examples import Example, Examples
from run_report.page import render
from tests.report.conftest import KINDS, data_quality, folder, listed, numbers, statistics, texts

ATTACK = "</script><script>fetch('//evil')</script>\"'><img src=x onerror=alert(1)>\u202egpj.exe\ud800"


class Reader(HTMLParser):
    """Read a page, and fail on tags that do not close."""

    VOID = ("meta", "br", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(params=KINDS)
def report(request, files, gather):
    make, places = KINDS[request.param]
    make(files)
    return gather(listed("Completed", "Failed", "CompletedWithViolations"), type=request.param, **places)


def test_every_kind_has_a_whole_page_with_headings_in_order(report):
    reader = read(render(report))
    levels = [int(tag[1]) for tag, _ in reader.seen if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in reader.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(attributes.get("aria-label") for tag, attributes in reader.seen if attributes.get("role") == "img")


def test_the_policy_allows_the_page_s_own_script_and_style_and_nothing_else(report):
    page = render(report)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"<(img|link|iframe|object|embed)|\ssrc=|\sstyle=|url\(|@import", page)


def test_names_and_categories_of_traffic_are_only_text(files, gather):
    feature = [numbers(ATTACK, [1.0, 2.0, 3.0]), texts("home", {ATTACK: 3, "rent": 1}), numbers("x" * 10_000, [1.0])]
    files.put("s3://out/baselines/1/statistics.json", statistics(*feature))
    files.put(f"{folder()}/statistics.json", statistics(*feature))
    violation = {"feature_name": ATTACK, "constraint_check_type": ATTACK, "description": ATTACK}
    files.put(f"{folder()}/constraint_violations.json", {"violations": [violation]})
    report = gather(
        reason=ATTACK, watched=ATTACK, links=((ATTACK, "javascript:alert(1)"), ("Runbook", "https://a.b/?c='\""))
    )
    page = render(report)
    reader = read(page)
    assert [tag for tag, _ in reader.seen].count("script") == 1
    assert not [1 for _, attributes in reader.seen if any(name.startswith("on") for name in attributes)]
    assert [a["href"] for tag, a in reader.seen if tag == "a" and not a["href"].startswith("#")] == [
        "https://a.b/?c='\""
    ]
    assert "\u202e" not in page
    page.encode()
    assert "x" * 400 not in page
    read(render_comparison(Comparison(((ATTACK, report), ("b", report)))))


def test_the_summary_says_what_how_bad_and_what_to_do(files, gather):
    data_quality(files)
    words = " ".join(" ".join(read(render(gather())).words).split())
    assert "2 violations found" in words
    assert "Records looked at 400" in words
    assert "Traffic between 2026-11-21 11:00 and 12:00 UTC" in words
    assert "constraints.features.feature_005.drift_threshold" in words
    assert "retrain with recent data" in words
    assert "docs/operating.md" in words


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("Completed", "No violations"),
        ("CompletedWithViolations", "their file could not be read"),
        ("Failed", "nobody has checked this traffic"),
        ("Stopped", "nobody has checked this traffic"),
        ("NoData", "There was no data to look at"),
    ],
)
def test_every_outcome_has_a_headline_also_without_any_file(gather, outcome, expected):
    page = render(gather(outcome=outcome, reason="the reason"))
    read(page)
    assert expected in page


def test_runs_are_compared_by_feature(files, gather):
    data_quality(files)
    bad, good = gather(), gather(outcome="Completed")
    comparison = Comparison((("clean", good), ("shift", bad)))
    assert [row[0] for row in comparison.rows][-1] == "feature_000"
    assert all(before is None and after is not None for _, _, (before, after) in comparison.rows)
    words = read(render_comparison(comparison)).words
    assert "Violations by feature" in words
    assert "shift" in words


def test_records_that_show_a_violation_are_in_the_section_of_their_feature(files, gather):
    data_quality(files)
    found = gather(type="DataQuality")
    finding = next(item for item in found.findings if found.feature(item.feature))
    example = Example(ATTACK, ATTACK, f"s3://captures/{ATTACK}", 7, f"{ATTACK}" * 50)
    examples = Examples("no value", 12, 400, (example,))
    columns = Examples("other columns than the baseline's", 1, 400, (replace(example, event_id=None),))
    shown = render(replace(found, examples={(finding.feature, finding.check): examples}, odd=columns))
    words = " ".join(" ".join(read(shown).words).split())
    assert "No value in 12 of 400 records looked at; the first of them" in words
    assert "left out of the run" in words
    assert "<script>fetch" not in shown
    assert "<img" not in shown
