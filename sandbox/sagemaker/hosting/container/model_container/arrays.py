"""NumPy arrays from and to request bodies, as the ``encoders`` of AWS's framework containers do it.

https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_encoders.py
"""

import csv
import io
import json
from typing import Any

from .contract import BAD_MEDIA_TYPE, CSV, JSON, NOT_ACCEPTABLE, NPY, RefusedError


def decode(content: str | bytes, content_type: str) -> Any:
    """An array; one CSV row becomes an array of one dimension.

    Raises:
        RefusedError: The content type is none of CSV, JSON and NPY; parameters make it another type.
    """
    import numpy as np  # noqa: PLC0415 - takes long to import, and many scripts bring their own input_fn

    if content_type == CSV:
        return np.array(list(csv.reader(io.StringIO(str(content)), strict=True))).squeeze()
    if content_type == JSON:
        return np.array(json.loads(content))
    if content_type == NPY:
        return np.load(io.BytesIO(bytes(content, "latin-1") if isinstance(content, str) else content))
    raise RefusedError(BAD_MEDIA_TYPE, f"Content type {content_type} is not supported by this framework.")


def encode(prediction: Any, accept: str) -> str | bytes:
    """The text, or NPY's bytes, of an array or of lists of numbers; CSV has a line for each prediction.

    Raises:
        RefusedError: The caller accepts none of CSV, JSON and NPY.
    """
    import numpy as np  # noqa: PLC0415 - see decode

    if accept == JSON:
        return json.dumps(prediction, default=lambda value: value.tolist())
    if accept == CSV:
        array = np.array(prediction)
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
        return stream.getvalue()
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue()
    raise RefusedError(NOT_ACCEPTABLE, f"Accept type {accept} is not supported by this framework.")
