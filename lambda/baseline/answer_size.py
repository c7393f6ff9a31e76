"""How much a custom resource may hand back to the stack."""

from __future__ import annotations

import json
from collections.abc import Mapping

from baseline.errors import BaselineError

# CloudFormation takes at most 4096 bytes for the answer of a custom resource
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html). The ids and ARNs around the
# attributes, which the provider framework adds, take up to about 700 of them.
MAX_DATA_BYTES = 3300


def check_size(data: Mapping[str, str]) -> None:
    """Check that CloudFormation takes an answer.

    Raises:
        BaselineError: It is too long.
    """
    size = len(json.dumps(data).encode())
    if size > MAX_DATA_BYTES:
        asked = sorted({name.partition(".")[2] for name in data if "." in name})
        raise BaselineError(
            f"values of {len(asked)} features or metrics are asked for (MeanShift, Metrics), which makes an answer of "
            f"{size} bytes; CloudFormation takes {MAX_DATA_BYTES} at most; name fewer"
        )
