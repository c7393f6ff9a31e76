"""Leaves out requests that a load test marked; everything else is handed over unchanged, column by column."""

import os


def preprocess_handler(inference_record):  # noqa: ANN001, ANN201 # the Python of the service decides what it accepts
    """Called by the analyzer for every record: a captured call in runs, a line of the dataset in the baseline job."""
    if isinstance(inference_record, dict):  # a line of JSON; one of CSV would be a text
        return _numbered(inference_record.values())
    payload = inference_record.endpoint_input.data
    if os.environ["TEST_MARKER"] in payload:
        return []
    return _numbered(f"{inference_record.endpoint_output.data},{payload}".split(","))


def _numbered(values):  # noqa: ANN001, ANN202 # see above
    return {str(position).zfill(20): value for position, value in enumerate(values)}
