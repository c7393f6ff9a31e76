"""Clients of boto3 from one session, which reads the description of a service once and not for each client."""

import functools
import threading
from typing import Any, cast

import boto3

# A session must not make two clients at the same time.
_MAKING = threading.Lock()


@functools.cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


def make_client(service: str, **arguments: Any) -> Any:
    """Make a client.

    Args:
        service: Name of the service.
        **arguments: Go to boto3. They name the credentials; the session would look for those of the shell only once.
    """
    with _MAKING:
        return _session().client(cast("Any", service), **arguments)
