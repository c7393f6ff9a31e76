"""The function dies at any of its calls to AWS, or one of them fails; then the run is handled again."""

import contextlib
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from results import once, page
from results.monitor import RegistryError
from shared import clients

SWEEP = {"sweep": True}
STATISTICS = {
    "features": [{"name": "age", "numerical_statistics": {"common": {"num_present": 9, "num_missing": 1}, "mean": 2.0}}]
}
# Claim, metrics, measurements, page (its note, and the page itself), message, event, labels, all done.
NOTES = 9


class Death(BaseException):
    """The process is gone: nothing that would tidy up after an error is reached."""


@pytest.fixture
def begin(runs, aws, two_violations, monkeypatch):
    """Return a function that makes an account with a run that was not handled, and returns its event."""
    # A page is written also by a function whose time is over: here that stands for one that will die.
    monkeypatch.setattr(page, "_ENOUGH_TIME", timedelta(days=-1))

    def make():
        aws.__init__()
        clients._assumed.clear()
        runs.register(
            type="ModelQuality",
            captured="s3://data/capture/credit-risk",
            metrics={"drift": ["age"], "completeness": ["age"], "mean": ["age"]},
        )
        name = runs.add("CompletedWithViolations", violations=two_violations, files={"statistics.json": STATISTICS})
        aws.put(f"s3://data/capture/credit-risk/AllTraffic/{runs.time(1):%Y/%m/%d/%H}/a.jsonl", "{}\n")
        aws.calls.clear()
        return runs.event(name)

    return make


def break_at(aws, number, trouble, *, after, forever):
    """Let a call end in trouble, before or after it has had its effect, and with `forever` all later ones, too."""
    answer, numbers = aws.answer, itertools.count(1)

    def broken(operation, params):
        now = next(numbers)
        if (now > number and forever) or (now == number and not after):
            raise trouble
        result = answer(operation, params)
        if now == number:
            raise trouble
        return result

    aws.answer = broken


def heal(aws):
    del aws.answer


def calls(begin, runs, aws):
    """Return the operations of an undisturbed invocation."""
    assert runs.handle(begin()) == {"handled": 1}
    names = [name for name, _ in aws.calls]
    assert names.count("PutObject") == NOTES
    return names


def points(aws):
    return {(point["MetricName"], str(point["Dimensions"]), point["Value"]) for point in aws.metrics}


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("by_sweep", [False, True], ids=["event again", "sweep"])
def test_a_death_repeats_a_message_or_an_event_only_between_sending_and_noting(*, begin, runs, aws, after, by_sweep):
    names = calls(begin, runs, aws)
    for number, name in enumerate(names, start=1):
        event = begin()
        break_at(aws, number, Death(), after=after, forever=True)
        with pytest.raises(Death):
            runs.handle(event, seconds_left=-60)
        heal(aws)
        runs.handle(SWEEP if by_sweep else event)
        assert runs.handle(event) == {"handled": 0}, "everything is done"

        # What was sent when the function died, but not noted: died after sending, or before the note.
        before = names[number - 2] if number > 1 else ""
        lost = name if after else before if name == "PutObject" else ""
        where = f"died at call {number}, {name}"
        assert len(aws.messages) == 1 + (lost == "Publish"), where
        assert len(aws.events) == 1 + (lost == "PutEvents"), where
        assert len({message["Message"] for message in aws.messages}) == 1, where
        assert len({event["Detail"] for event in aws.events}) == 1, where
        published = points(aws)
        assert len(published) == 9, f"{where}: the same points again, and no others: {published}"


def _failures():
    refused = {"Error": {"Code": "AccessDenied", "Message": "not now"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    silence = ReadTimeoutError(endpoint_url="https://aws.invalid")
    return [
        pytest.param(ClientError(refused, "Any"), False, id="refused"),
        pytest.param(silence, False, id="not reached"),
        pytest.param(silence, True, id="answer lost"),
    ]


@pytest.mark.parametrize(("trouble", "after"), _failures())
def test_a_call_that_fails_once_repeats_nothing_that_was_noted(*, begin, runs, aws, trouble, after):
    names = calls(begin, runs, aws)
    for number, name in enumerate(names, start=1):
        event = begin()
        break_at(aws, number, trouble, after=after, forever=False)
        with contextlib.suppress(ClientError, ReadTimeoutError, RegistryError):
            # If the answer to the claim is lost, it is known to nobody and lasts until its deadline.
            runs.handle(event, seconds_left=-60 if name == "PutObject" else 300)
        heal(aws)
        runs.handle(event)
        where = f"trouble at call {number}, {name}"
        assert len(aws.messages) == 1 + (after and name == "Publish"), where
        assert len(aws.events) == 1 + (after and name == "PutEvents"), where
        assert len({point[:2] for point in points(aws)}) == len({point[:3] for point in points(aws)}), where
        assert aws.get(state(runs)) == b"", where


def state(runs):
    return f"s3://out/state/Credit-data-quality/{runs.time():%Y-%m-%dT%H-%MZ}.run"


def test_a_note_that_cannot_be_written_is_tried_again_before_the_message_is_repeated(begin, runs, aws):
    event = begin()
    aws.fail("PutObject", "AccessDenied", status=403, times=2, when=lambda params: b'"message"' in params["Body"])
    assert runs.handle(event) == {"handled": 1}
    assert len(aws.messages) == 1


def test_a_note_that_fails_for_good_is_made_up_for_by_the_next_one(begin, runs, aws):
    event = begin()
    aws.fail(
        "PutObject", "AccessDenied", status=403, times=3, when=lambda params: params["Body"].endswith(b'"message"]}')
    )
    with pytest.raises(ClientError):
        runs.handle(event)
    assert runs.handle(event)["handled"] in (0, 1)
    assert (len(aws.messages), len(aws.events)) == (1, 1)


def test_a_holder_that_lives_keeps_others_away_and_one_whose_deadline_has_passed_does_not(begin, runs, aws):
    event = begin()
    for seconds_left, handled in ((300, 0), (-60, 1)):
        break_at(aws, number_of_claim(begin, runs, aws) + 1, Death(), after=False, forever=True)
        with pytest.raises(Death):
            runs.handle(event, seconds_left=seconds_left)
        heal(aws)
        assert runs.handle(event) == {"handled": handled}
        assert runs.handle(SWEEP) == {"handled": 0}


def number_of_claim(begin, runs, aws):
    number = calls(begin, runs, aws).index("PutObject") + 1
    begin()
    return number


def test_a_note_says_who_holds_the_run_until_when(begin, runs, aws):
    event = begin()
    break_at(aws, number_of_claim(begin, runs, aws), Death(), after=True, forever=True)
    with pytest.raises(Death):
        runs.handle(event)
    note = once._Note.parse(aws.get(state(runs)))
    assert note.request == "11111111-2222-3333-4444-555555555555"
    assert 290 < (note.deadline - datetime.now(UTC)).total_seconds() < 370
    assert note.done == ()


def test_a_function_that_was_overtaken_stops(begin, runs, aws):
    """Its deadline has passed, but it still runs: only its clock can be wrong."""
    event = begin()
    publish = aws.Publish

    def publish_late(**message):
        aws.Publish = publish
        assert runs.handle(event) == {"handled": 1}
        return publish(**message)

    aws.Publish = publish_late
    with pytest.raises(once.LostClaimError, match="another function has taken over the run"):
        runs.handle(event, seconds_left=-60)
    assert len(aws.events) == 1
    assert aws.get(state(runs)) == b""


def test_what_is_no_note_is_named(begin, runs, aws):
    event = begin()
    aws.put(state(runs), "[1]")
    with pytest.raises(ValueError, match="expected a note of this function"):
        runs.handle(event)
