"""What holds for every set of captures and labels."""

import json
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, strategies as st

from analyzer.ground_truth import MergeParameters, run_merge
from tests.analyzer.lines import capture, label, write_lines

IDS = st.text("abcdefgh", min_size=1, max_size=2)
# Ids of captured records, each with the file it is in.
CAPTURED = st.lists(st.tuples(IDS, st.integers(0, 2)), min_size=1, max_size=30)
LABELS = st.lists(st.tuples(IDS, st.sampled_from(["0", "1", "2"])), max_size=30)


def merged(captured, labels):
    """Return the counts and, for each merged record, its number and label."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for file in {file for _, _, file in captured}:
            lines = [capture(name, event=str(number)) for number, name, place in captured if place == file]
            write_lines(root / "captured" / "credit" / "AllTraffic" / "2026/01/01/10" / f"{file}.jsonl", lines)
        write_lines(root / "labels" / "2026/01/01/10" / "labels.jsonl", [label(*item) for item in labels])
        environment = {
            "dataset_source": str(root / "captured"),
            "ground_truth_source": str(root / "labels"),
            "output_path": str(root / "output"),
        }
        statistics = run_merge(MergeParameters.from_environment(environment))
        lines = [line for path in (root / "output").rglob("*.jsonl") for line in path.read_text().splitlines()]
    records = [json.loads(line) for line in lines]
    return statistics, Counter((int(r["eventMetadata"]["eventId"]), r["groundTruthData"]["data"]) for r in records)


@given(CAPTURED, LABELS)
def test_every_captured_record_with_a_label_appears_once_and_none_is_invented(captured, labels):
    numbered = [(number, name, file) for number, (name, file) in enumerate(captured)]
    statistics, found = merged(numbered, labels)
    truth = dict(labels)
    assert found == Counter((number, truth[name]) for number, name, _ in numbered if name in truth)
    names = {name for name, _ in captured}
    assert statistics.captured == len(captured)
    assert statistics.matched == found.total()
    assert statistics.labels == len(labels)
    assert statistics.unmatched_labels == len(truth.keys() - names)
    assert statistics.repeated_captures == len(captured) - len(names)
    assert statistics.duplicate_ids == len(labels) - len(truth)


@given(CAPTURED, LABELS, st.randoms(use_true_random=False))
def test_the_order_of_captures_and_of_labels_does_not_matter(captured, labels, random):
    numbered = [(number, name, file) for number, (name, file) in enumerate(captured)]
    one_each = list(dict(labels).items())
    straight = merged(numbered, one_each)
    random.shuffle(numbered)
    random.shuffle(one_each)
    assert merged(numbered, one_each) == straight
