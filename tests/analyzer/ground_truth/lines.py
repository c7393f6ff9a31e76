"""Lines of captured records and of labels, as the service and its users write them."""

import json


def id_of(record):
    metadata = record["eventMetadata"]
    return metadata.get("inferenceId") or metadata["eventId"]


def capture(identifier=None, *, event="event", time="2026-01-01T10:20:30Z", output="1,0.75", given="3,4\n"):
    """Return a captured record as an endpoint writes it."""
    metadata = {"eventId": event, "inferenceTime": time}
    if identifier is not None:
        metadata = {"eventId": event, "inferenceId": identifier, "inferenceTime": time}
    return {
        "captureData": {
            "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": given, "encoding": "CSV"},
            "endpointOutput": {"observedContentType": "text/csv", "mode": "OUTPUT", "data": output, "encoding": "CSV"},
        },
        "eventMetadata": metadata,
        "eventVersion": "0",
    }


def label(identifier, data="1", encoding="CSV"):
    """Return a label as its users upload it."""
    truth = {"data": data, "encoding": encoding}
    return {"groundTruthData": truth, "eventMetadata": {"eventId": identifier}, "eventVersion": "0"}


def write_lines(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(text + "\n" for text in texts))
