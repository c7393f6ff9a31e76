"""The generated preprocessing script, as far as the template has to know of it."""

from __future__ import annotations

import hashlib
from functools import cache

from model_monitor.internal.function_sources import function_sources

_SOURCES = ("baseline/data_quality/script_template.py", "shared/record_rows.py")
_LENGTH = 12


@cache
def script_revision() -> str:
    """Return a hash of what the deployment function makes scripts of.

    CloudFormation calls the function only when a property changes, and job definitions take a script by its location,
    which the function gives: so another text has to show in the template.
    """
    texts = [(function_sources() / source).read_bytes().replace(b"\r\n", b"\n") for source in _SOURCES]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:_LENGTH]
