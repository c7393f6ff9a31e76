"""Send requests to `serve.py`, from the rows of the training data: `python -m examples.served_elsewhere.send`."""

from __future__ import annotations

import argparse
import csv
import json
import urllib.request
import uuid
from pathlib import Path

_TRAINING_DATA = Path(__file__).parent / "training.csv"


def send(port: int, count: int, factor: float) -> None:
    """Send requests, one for each row.

    Args:
        port: Where the service listens, on this machine.
        count: How many.
        factor: Every amount is multiplied by this.
    """
    with _TRAINING_DATA.open(encoding="utf-8") as file:
        # A whole number stays one: 24.0 would be another type of data than the baseline's 24.
        rows = [{name: json.loads(value) for name, value in row.items()} for row in csv.DictReader(file)]
    for row in rows[:count]:
        body = json.dumps({**row, "amount": round(row["amount"] * factor, 2)}).encode()
        headers = {"X-Request-Id": str(uuid.uuid4())}
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/", body, headers)) as answer:
            answer.read()


def main() -> None:
    """Send what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--count", type=int, default=400, help="how many requests, at most 800")
    parser.add_argument("--factor", type=float, default=1, help="multiply every amount: 3 is drift")
    arguments = parser.parse_args()
    send(arguments.port, arguments.count, arguments.factor)


if __name__ == "__main__":
    main()
