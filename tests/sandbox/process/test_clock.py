import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.process.client import SandboxError, SandboxProcess

HOUR = timedelta(hours=1)


def test_the_clock_starts_at_real_time_and_knows_its_zone() -> None:
    with_zone = datetime.now(UTC)
    from sandbox.process import clock  # noqa: PLC0415 - its origin is the moment of the import

    assert abs(clock.now() - with_zone) < timedelta(seconds=30)


def test_advancing_moves_the_clock_by_at_least_as_much(box: SandboxProcess) -> None:
    before = box.now()
    after = box.advance(HOUR)
    assert HOUR <= after - before < HOUR + timedelta(seconds=10)


def test_most_of_the_next_hour_is_left_when_it_is_entered(box: SandboxProcess) -> None:
    before = box.now()
    after = box.advance_into_next_hour()
    assert after.replace(minute=0, second=0, microsecond=0) == before.replace(minute=0, second=0, microsecond=0) + HOUR
    assert after.minute in (5, 6)


def administration(box: SandboxProcess, path: str, data: bytes | None = None) -> urllib.request.Request:
    headers = {"X-Sandbox-Secret": box.administration_secret}
    return urllib.request.Request(f"{box.endpoint_url}/_sandbox/{path}", data=data, headers=headers)


def test_the_clock_never_runs_backwards(box: SandboxProcess) -> None:
    with pytest.raises(SandboxError, match="a number from 0 on"):
        box.advance(-HOUR)


def test_a_wrong_body_says_what_to_send(box: SandboxProcess) -> None:
    request = administration(box, "clock", data=b'{"hours": 1}')
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    assert raised.value.code == 400
    assert "advance_seconds" in json.load(raised.value)["error"]


@pytest.mark.parametrize(("secret", "got"), [(None, "no"), ("wrong", "a wrong")])
@pytest.mark.parametrize("path", ["clock", "idle", "outbox", "settings", "nothing"])
def test_the_administration_wants_its_secret(box: SandboxProcess, path: str, secret: str | None, got: str) -> None:
    headers = {} if secret is None else {"X-Sandbox-Secret": secret}
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(urllib.request.Request(f"{box.endpoint_url}/_sandbox/{path}", headers=headers))
    assert raised.value.code == 401
    assert f"got {got} header X-Sandbox-Secret" in json.load(raised.value)["error"]


@pytest.mark.parametrize("path", ["/_sandbox/clock", "/_sandbox/health", "/_ministack/health"])
@pytest.mark.parametrize(
    "header", [{"Host": "rebound.example.com"}, {"Origin": "https://example.com"}, {"Origin": "null"}]
)
def test_pages_of_others_are_refused_even_with_the_secret(
    box: SandboxProcess, path: str, header: dict[str, str]
) -> None:
    headers = {"X-Sandbox-Secret": box.administration_secret}
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(urllib.request.Request(f"{box.endpoint_url}{path}", headers=headers | header))
    assert raised.value.code == 403
    own = {"Host": box.endpoint_url.removeprefix("http://"), "Origin": box.endpoint_url}
    with urllib.request.urlopen(urllib.request.Request(f"{box.endpoint_url}{path}", headers=headers | own)) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", ["clock", "health", "idle", "outbox", "settings"])
def test_administration_answers(box: SandboxProcess, path: str) -> None:
    with urllib.request.urlopen(administration(box, path)) as answer:
        assert answer.status == 200


def test_an_unknown_administration_path_names_those_that_exist(box: SandboxProcess) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(administration(box, "nothing"))
    assert raised.value.code == 404
    assert "there are clock, health, idle, outbox, settings" in json.load(raised.value)["error"]


def test_a_sandbox_without_work_is_idle(box: SandboxProcess) -> None:
    box.wait_until_idle(timeout=30)
    assert box.is_idle()
