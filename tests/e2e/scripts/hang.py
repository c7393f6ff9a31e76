"""Names the columns of all records; a captured call whose flag is 9 keeps the job busy until somebody stops it."""

import time

COLUMNS = ("prediction", "income", "amount", "term", "flag")


def preprocess_handler(inference_record):
    if isinstance(inference_record, str):
        return named(inference_record)
    payload = inference_record.endpoint_input.data.strip()
    if payload.endswith(",9"):
        time.sleep(600)
    return named(f"{inference_record.endpoint_output.data.strip()},{payload}")


def named(row):
    return dict(zip(COLUMNS, row.split(","), strict=True))
