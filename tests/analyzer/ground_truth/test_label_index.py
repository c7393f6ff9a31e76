"""Labels by id, beside a dict."""

from hypothesis import given, strategies as st

from analyzer.ground_truth import label_index
from analyzer.ground_truth.label_index import LabelIndex

IDS = st.text("abc", max_size=3)
LABELS = st.lists(st.tuples(IDS, st.integers(0, 5).map(lambda n: b"%d" % n)), max_size=60)


def index_of(labels):
    index = LabelIndex()
    for identifier, label in labels:
        index.add(identifier, label)
    return index


@given(LABELS, st.lists(IDS, max_size=30))
def test_the_last_label_of_an_id_is_found(labels, asked):
    index, expected = index_of(labels), dict(labels)
    assert index.find(asked) == [expected.get(identifier) for identifier in asked]
    assert (index.count, index.ids) == (len(labels), len(expected))
    assert index.ids_not_found == len(expected.keys() - set(asked))
    assert index.first_ids == list(expected)[:3]


@given(LABELS, st.lists(IDS, max_size=30))
def test_hashes_that_agree_in_one_half_are_told_apart_by_the_other(labels, asked):
    real = label_index._hash_of
    label_index._hash_of = lambda identifier: (len(identifier), real(identifier)[1])
    try:
        assert index_of(labels).find(asked) == [dict(labels).get(identifier) for identifier in asked]
    finally:
        label_index._hash_of = real


def test_labels_that_are_all_different_are_kept_apart():
    labels = [(str(number), b"%f" % number) for number in range(3000)]
    assert index_of(labels).find([identifier for identifier, _ in labels]) == [label for _, label in labels]
