"""Clients that are made by several threads at the same time, for several roles."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import SimpleNamespace

import boto3
import pytest

from shared import clients


@pytest.fixture
def made(monkeypatch):
    """Return the access keys of the clients that were made; two at the same time are an error."""
    keys, making = [], threading.Lock()

    def make(service, **options):
        assert making.acquire(blocking=False), "boto3's session makes one client at a time"
        try:
            keys.append(options.get("aws_access_key_id"))
            return SimpleNamespace(service=service, key=options.get("aws_access_key_id"))
        finally:
            making.release()

    monkeypatch.setattr(boto3, "client", make)
    monkeypatch.setattr(
        clients, "_credentials", lambda role, session: clients._Credentials(role, "secret", "token", expires=0)
    )
    clients.forget()
    yield keys
    clients.forget()


def test_threads_act_as_their_own_role_and_make_one_client_each(made):
    def act(number):
        with clients.acting_as(f"role {number % 5}"):
            return number % 5, [clients.s3().key, clients.sns().key, clients.s3().key]

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(copy_context().run, act, number) for number in range(100)]
        for future in futures:
            role, keys = future.result()
            assert set(keys) == {f"role {role}"}
    assert sorted(made) == sorted(f"role {number}" for number in range(5) for _ in range(2))
    assert clients.s3().key is None, "the role of a block ends with it"


def test_a_function_that_lives_long_keeps_only_the_latest_clients(made):
    for number in range(1000):
        with clients.acting_as(f"role {number}"):
            clients.s3()
    assert clients._made.cache_info().currsize == clients._MOST_CLIENTS
