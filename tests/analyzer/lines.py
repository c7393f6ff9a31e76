"""Lines of captured records and of labels, as the service and its users write them."""

import json


def id_of(record):
    metadata = record["eventMetadata"]
    return metadata.get("inferenceId") or metadata["eventId"]


def record(
    *,
    event="event",
    time="2026-01-01T10:20:30Z",
    encoding="CSV",
    content_type="text/csv",
    label=None,
    label_encoding=None,
    **bodies,
):
    """Return a captured record, with its label if there is one: record(endpointInput="3,4", endpointOutput="1")."""
    modes = {"endpointInput": "INPUT", "endpointOutput": "OUTPUT"}
    captured = {
        name: {"observedContentType": content_type, "mode": modes.get(name), "data": data, "encoding": encoding}
        for name, data in bodies.items()
        if data is not None
    }
    metadata = {"eventId": event, "inferenceTime": time}
    made = {"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}
    return (
        made if label is None else made | {"groundTruthData": {"data": label, "encoding": label_encoding or encoding}}
    )


def capture(identifier=None, *, event="event", time="2026-01-01T10:20:30Z", output="1,0.75", given="3,4\n"):
    """Return a captured record of CSV as an endpoint writes it."""
    made = record(event=event, time=time, endpointInput=given, endpointOutput=output)
    if identifier is not None:
        made["eventMetadata"] = {"eventId": event, "inferenceId": identifier, "inferenceTime": time}
    return made


def label(identifier, data="1", encoding="CSV"):
    """Return a label as its users upload it."""
    truth = {"data": data, "encoding": encoding}
    return {"groundTruthData": truth, "eventMetadata": {"eventId": identifier}, "eventVersion": "0"}


def write_lines(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(text + "\n" for text in texts))
