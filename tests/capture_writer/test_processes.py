"""Forked processes and the end of the interpreter."""

import os
import signal
import subprocess
import sys
from collections import Counter

from capture_writer import Buffering, CaptureWriter, Payload

ROW = Payload.csv([1, 2])


def test_a_fork_neither_loses_nor_repeats_records(in_folder):
    writer = CaptureWriter(
        "s3://bucket/capture",
        endpoint_name="e",
        buffering=Buffering(flush_seconds=3600),
        create_client=in_folder.create_client,
    )
    writer.write(ROW, ROW, inference_id="before")
    children = []
    for child in range(3):
        if pid := os.fork():
            children.append(pid)
            continue
        signal.alarm(30)  # a child that inherits a held lock waits for ever
        code = 1
        try:
            assert writer.metrics.accepted == 0
            writer.write(ROW, ROW, inference_id=f"child-{child}")
            writer.close(timeout=10)
            code = 0 if writer.metrics.written == 1 else 2
        finally:
            os._exit(code)
    writer.write(ROW, ROW, inference_id="after")
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0, 0]
    writer.close()
    found = Counter(record["eventMetadata"]["inferenceId"] for record in in_folder.records())
    assert found == Counter(["before", "child-0", "child-1", "child-2", "after"])


AT_EXIT = """
import sys
from pathlib import Path
from capture_writer import CaptureWriter, Payload

class Client:
    def put_object(self, *, Bucket, Key, Body):
        Path(sys.argv[1], "object").write_bytes(Body)

writer = CaptureWriter("s3://bucket", endpoint_name="e", create_client=Client)
for number in range(3):
    writer.write(Payload.csv([number]), None)
del writer  # whoever forgets the writer must not lose its records
"""


def test_the_end_of_the_interpreter_sends_what_is_held(tmp_path):
    subprocess.run([sys.executable, "-c", AT_EXIT, str(tmp_path)], check=True, timeout=30)
    assert len((tmp_path / "object").read_text().splitlines()) == 3
