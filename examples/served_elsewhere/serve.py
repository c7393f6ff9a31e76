"""A service with a model in it. `python -m examples.served_elsewhere.serve` listens; any web framework does as well.

What matters are the lines that name `writer`, and the handler of SIGTERM. `CAPTURE` is an output of the stack; the
service's role needs `s3:PutObject` below it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from capture_writer import CaptureLayout, CaptureWriter, Payload

# The names of the model in the stack, and of its features in the order of the training data.
MODEL = "loans"
FEATURES = ("income", "amount", "term", "flag")


class Service:
    """Answer requests, and have every one of them captured.

    Args:
        writer: One for the whole process.
    """

    def __init__(self, writer: CaptureWriter) -> None:
        self._writer = writer

    def predict(self, applicant: dict[str, float], request_id: str) -> float:
        """Return how likely an applicant is to default.

        Args:
            applicant: A value for every feature.
            request_id: Unique; labels name it later.
        """
        row = [applicant.get(name) for name in FEATURES]
        score = _model(applicant)
        # Takes microseconds and never waits for S3; a row that cannot be captured does not fail the request.
        self._writer.write(Payload.csv(row), Payload.csv([score]), inference_id=request_id)
        return score


def make_writer(destination: str) -> CaptureWriter:
    """Make the writer of a process.

    Args:
        destination: The stack's output `Capture`.
    """
    return CaptureWriter(destination, endpoint_name=MODEL, layout=CaptureLayout.BATCH_CSV)


def _model(applicant: dict[str, float]) -> float:
    # DECIDE: your model. This one looks at nothing but the loan's share of a year's income.
    return round(min(0.999, applicant["amount"] / (12 * applicant["income"])), 6)


def main() -> None:
    """Serve `POST /` with a JSON object of the features and a header `X-Request-Id`, on `PORT` or else 8080."""
    # Kubernetes, ECS and `docker stop` end services with SIGTERM. Python would die of it at once, with all records that
    # are held. So it becomes an end of the interpreter, and the writer closes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with make_writer(os.environ["CAPTURE"]) as writer:
        service = Service(writer)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                applicant = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                score = service.predict(applicant, self.headers["X-Request-Id"])
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"score": score}).encode())

        ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler).serve_forever()


if __name__ == "__main__":
    main()
