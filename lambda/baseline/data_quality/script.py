"""The text of the generated preprocessing script."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from baseline.data_quality import script_template
from baseline.errors import BaselineError
from shared import record_rows

_CONFIGURATION_LINE = re.compile(r"^CONFIGURATION: .* = (?P<value>\{.*\})$", re.MULTILINE)
_FUTURE_LINE = "from __future__ import annotations\n"
_SHARED_LINES = re.compile(r"^# In a script the text .*\nfrom shared\.record_rows import .*$", re.MULTILINE)


def script_text(configuration: Mapping[str, Any]) -> str:
    """Return the template with this configuration, and with the part that all scripts share in its place."""
    template, common = (
        Path(str(module.__file__)).read_text(encoding="utf-8") for module in (script_template, record_rows)
    )
    line = f"CONFIGURATION: dict[str, Any] = {dict(configuration)!a}"
    shared = common.partition(_FUTURE_LINE)[2].strip()
    script, count = _CONFIGURATION_LINE.subn(lambda _: line, template)
    assert count == 1
    script, count = _SHARED_LINES.subn(lambda _: shared, script)
    assert count == 1
    return script


def configuration_of(script: str) -> Mapping[str, Any]:
    """Read the configuration back, so that the script alone says what it does.

    Raises:
        BaselineError: It has none.
    """
    match = _CONFIGURATION_LINE.search(script)
    if not match:
        raise BaselineError("the stored preprocessor.py has no configuration; delete it, and it is made again")
    configuration: Mapping[str, Any] = ast.literal_eval(match["value"])
    return configuration
