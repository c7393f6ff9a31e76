"""How much of the time of attributions goes to the model.

Run as a module with a number of rows, it explains them against a small model that is served in a process of its own,
and prints seconds and the model's share as JSON.
"""

import subprocess
import sys
import time

import numpy as np
import orjson

from analyzer.clarify.config import CSV, PredictorConfig, ShapConfig
from analyzer.clarify.reading.predictions import ResponseReader
from analyzer.clarify.reading.records import Records
from analyzer.clarify.shap.explain import explain
from analyzer.clarify.shap.predictor import Predictor

FEATURES = 20
_SEED = 20260101

# A linear model of CSV rows: what it takes is what any server takes to read rows and write scores.
_MODEL = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
import numpy as np

class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        rows = np.loadtxt(BytesIO(self.rfile.read(int(self.headers["Content-Length"]))), delimiter=",", ndmin=2)
        answer = "\\n".join(map(repr, (rows @ np.arange(rows.shape[1])).tolist())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *arguments):
        pass

server = HTTPServer(("127.0.0.1", 0), Model)
print(server.server_port, flush=True)
server.serve_forever()
"""


def explain_rows(count: int) -> tuple[float, float]:
    """Explain some rows and return the seconds that it took, and those that the model took of it."""
    names = [f"feature_{position}" for position in range(FEATURES)]
    values = np.random.default_rng(_SEED).normal(size=(count, FEATURES))
    records = Records(names, names, [[f"{value:.4f}" for value in row] for row in values.tolist()])
    with subprocess.Popen([sys.executable, "-c", _MODEL], stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - own command
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            url = f"http://127.0.0.1:{port}/invocations"
            predictor = Predictor(url, PredictorConfig(), ResponseReader(), names, CSV)
            begin = time.perf_counter()
            explain(ShapConfig(), records, [], predictor.scores, ())
            return time.perf_counter() - begin, predictor.seconds
        finally:
            server.terminate()


if __name__ == "__main__":
    seconds, waited = explain_rows(int(sys.argv[1]))
    sys.stdout.write(orjson.dumps({"seconds": seconds, "share": waited / seconds}).decode())
