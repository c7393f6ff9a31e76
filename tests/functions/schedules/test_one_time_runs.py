"""Names of one-time runs, by which they are told from all other schedules and from each other."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st

from shared import schedules

NOW = datetime(2026, 11, 21, 3, 0, 7, tzinfo=UTC)
READABLE = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,53}", fullmatch=True).filter(lambda text: len(text) <= 54)
HASHES = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
# As CDK generates them: 63 characters at most.
NAMES = st.builds("{}-{}".format, READABLE, HASHES)


@given(NAMES)
def test_names_fit_and_belong_to_their_schedule(name):
    run = schedules.one_time_name(name, NOW)
    assert len(run) <= 63
    assert "--" not in run
    assert schedules.is_one_time_run_of(run, name)
    assert not schedules.is_one_time_run_of(name, name)


@given(READABLE, st.lists(HASHES, min_size=2, max_size=2, unique=True))
def test_names_that_differ_in_their_hash_alone_do_not_share_runs(readable, hashes):
    one, other = (f"{readable}-{text}" for text in hashes)
    assert not schedules.is_one_time_run_of(schedules.one_time_name(one, NOW), other)


def test_a_long_name_is_cut_in_front_of_its_hash():
    long = "production-credit-risk-frankfurt-north-modelquality-0a1b2c3d"
    assert schedules.one_time_name(long, NOW) == "production-credit-risk-frankfurt-no-0a1b2c3d-run-20261121030007"
