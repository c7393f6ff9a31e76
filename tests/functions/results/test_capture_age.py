"""The age of the newest captured record, from the folders in which records lie."""

from datetime import UTC, datetime, timedelta

import pytest

RECORDS = "s3://data/capture/credit-risk"


@pytest.fixture
def handled(runs, aws):
    """Return a function that handles a run and gives the age that was published, in seconds, or None."""

    def age(records=RECORDS):
        runs.register(records=records)
        assert runs.handle(runs.event(runs.add("Completed"))) == {"handled": 1}
        found = [datum for datum in aws.metrics if datum["MetricName"] == "CaptureAge"]
        assert len(found) <= 1
        assert all(datum["Unit"] == "Seconds" for datum in found)
        return found[0]["Value"] if found else None

    return age


def _put(aws, folder, *, minutes_ago):
    aws.now = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    aws.put(f"{folder}/records.jsonl", "{}")


def test_the_newest_record_of_any_variant_counts(handled, aws):
    _put(aws, f"{RECORDS}/Blue/2026/09/30/23", minutes_ago=9)
    _put(aws, f"{RECORDS}/Blue/2026/10/02/08", minutes_ago=5)
    _put(aws, f"{RECORDS}/Green/2026/10/01/04", minutes_ago=90)
    assert handled() == pytest.approx(5 * 60, abs=30)


def test_manifests_lie_in_folders_of_years_at_once(handled, aws):
    _put(aws, f"{RECORDS}/2025/12/31/23", minutes_ago=600)
    _put(aws, f"{RECORDS}/2026/01/01/00", minutes_ago=20)
    assert handled() == pytest.approx(20 * 60, abs=30)


def test_without_records_nothing_is_published(handled):
    assert handled() is None


def test_records_that_cannot_be_listed_keep_nothing_else_back(handled, aws):
    aws.fail("ListObjectsV2", "AccessDenied", times=9, when=lambda call: "capture" in call["Prefix"])
    assert handled() is None
    assert [datum["Value"] for datum in aws.metrics if datum["MetricName"] == "Executions"] == [1]
