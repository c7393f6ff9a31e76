import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from analyzer.__main__ import main
from tests.analyzer.conftest import Job
from tests.analyzer.lines import record, write_lines


class ClarifyJob(Job):
    """What one run left behind."""

    @property
    def root(self):
        return self.folder

    @property
    def analysis(self):
        return self.document("analysis.json")

    def bias(self, stage, facet, position=0):
        """Metrics by name of one facet value."""
        entry = self.analysis[f"{stage}_bias_metrics"]["facets"][facet][position]
        return {metric["name"]: metric["value"] for metric in entry["metrics"]}


@pytest.fixture
def clarify(tmp_path_factory):
    """Run a job: clarify(config, lines of the data set or folder of captures, **environment)."""

    def run(config, data, **environment):
        root = tmp_path_factory.mktemp("clarify")
        (root / "input" / "config").mkdir(parents=True)
        (root / "input" / "config" / "analysis_config.json").write_text(json.dumps(config))
        if isinstance(data, list):
            (root / "input" / "data").mkdir()
            (root / "input" / "data" / "data.txt").write_text("\n".join(data) + "\n")
        else:
            environment["dataset_source"] = data
        variables = {
            "processing_root": root,
            "output_message_file": root / "message",
            "cloudwatch_metrics_directory": root / "metrics",
            **environment,
        }
        return ClarifyJob(main({name: str(value) for name, value in variables.items()}), root)

    return run


@pytest.fixture
def served():
    """Serve a function of the request's body: served(answer) -> URL. ``served.requests`` are (type, body)."""
    servers = []

    def serve(answer, *, status=200, content_type="text/csv"):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                serve.requests.append((self.headers["Content-Type"], body))
                response = answer(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(response)))
                self.end_headers()
                self.wfile.write(response)

            def log_message(self, *arguments):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/invocations"

    serve.requests = []
    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def merged(tmp_path):
    """Write captured records, with observed labels when there are any: merged([(input, output, label), ...])."""

    def write(rows, encoding="CSV", name="records"):
        path = tmp_path / name / "endpoint" / "AllTraffic" / "2026" / "01" / "01" / "10" / "records.jsonl"
        records = [
            record(event=str(number), encoding=encoding, label=label, endpointInput=given, endpointOutput=output)
            for number, (given, output, label) in enumerate(rows)
        ]
        write_lines(path, records)
        return tmp_path / name

    return write


BIAS_CONFIG = {
    "dataset_type": "text/csv",
    "headers": ["age", "sex", "dept", "target", "predicted"],
    "label": "target",
    "label_values_or_threshold": [1],
    "predicted_label": "predicted",
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "group_variable": "dept",
}


@pytest.fixture
def bias_config():
    """Configuration of a baseline job for the rows of ``loans``, with their predictions."""
    return dict(BIAS_CONFIG)


@pytest.fixture
def loans():
    """Make rows (age, sex, dept, label, prediction) whose predictions favour sex 1 by ``shift``."""

    def make(count=400, shift=0.0, seed=1):
        generator = np.random.default_rng(seed)
        made = []
        for _ in range(count):
            age, sex, dept = generator.integers(20, 60), generator.integers(2), generator.integers(3)
            label = int(generator.random() < 0.5)
            prediction = int(generator.random() < 0.45 + (shift if sex else -shift))
            made.append((int(age), int(sex), int(dept), label, prediction))
        return made

    return make
