"""What hostile records cost: a tenth of the traffic is replaced by them, and the time is compared with that of none.

Run as a module with a number of records, and names of kinds if not all are wanted, it prints the ratio of processor
times for every kind of attack as JSON.
"""

import base64
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import orjson

from analyzer.data_quality.profile.table import TableProfile
from analyzer.dataset.capture import CaptureDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.shape import TableShape
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import OddRecords, Window

FEATURES = 19
_SHARE = 10  # every tenth record is an attack
_RECORDS_PER_FILE = 2_000
_RUNS = 3
_SEED = 20260101
_TIME = "2026-01-01T10:00:00Z"

# Encoding of the traffic, that of the attack, its body and its time.
KINDS: Mapping[str, tuple[str, str, Callable[[int], str], str]] = {
    "deep nesting": ("CSV", "JSON", lambda _: "[" * 600 + "]" * 600, _TIME),
    "deep nesting in JSON": ("JSON", "JSON", lambda _: '{"a":' * 600 + "1" + "}" * 600, _TIME),
    "long lists": ("CSV", "JSON", lambda number: orjson.dumps([number] * 8_000).decode(), _TIME),
    "long lists in JSON": ("JSON", "JSON", lambda number: orjson.dumps([number] * 8_000).decode(), _TIME),
    "wide objects": ("CSV", "JSON", lambda _: _wide(4_000), _TIME),
    "wide objects in JSON": ("JSON", "JSON", lambda _: _wide(4_000), _TIME),
    "odd members in JSON": ("JSON", "JSON", lambda number: f'{{"f0":1,"m{number}":1}}', _TIME),
    "keys twice in JSON": ("JSON", "JSON", lambda _: "{" + ",".join(['"f0":1'] * 4_000) + "}", _TIME),
    "digits": ("CSV", "CSV", lambda _: "1" * 2_000 + "x", _TIME),
    "many digits": ("CSV", "CSV", lambda _: "1" * 40_000 + "x", _TIME),
    "an open quote": ("CSV", "CSV", lambda number: f'1,"x{number}', _TIME),
    "many quotes": ("CSV", "CSV", lambda _: '""' * 10_000, _TIME),
    "many separators": ("CSV", "CSV", lambda _: "," * 40_000, _TIME),
    "rows in JSON": ("JSON", "JSON", lambda number: orjson.dumps({"instances": [[number]] * 2_000}).decode(), _TIME),
    "values in one text": ("CSV", "BASE64", lambda _: base64.b64encode(b"," * 40_000).decode(), _TIME),
    "almost too long": ("CSV", "CSV", lambda _: "1" * 10_000 + "x", _TIME),
    "almost too many quotes": ("CSV", "CSV", lambda _: '""' * 5_000, _TIME),
    "many lines": ("CSV", "CSV", lambda _: "1\n" * 10_000, _TIME),
    "bad time stamps": ("CSV", "CSV", lambda _: ",".join("1" * FEATURES), "10:20"),
}


def ratios(records: int, kinds: Collection[str] = ()) -> Iterator[tuple[str, float, float]]:
    """Yield kinds of attack with the ratio of times and the microseconds of an attacking record.

    Args:
        records: How many there are, attacks among them.
        kinds: Names of the kinds; all by default.
    """
    wanted = {name: KINDS[name] for name in kinds or KINDS}
    seconds = {traffic: _seconds(traffic, records) for traffic in {traffic for traffic, *_ in wanted.values()}}
    for name, (traffic, *_) in wanted.items():
        attacked = _seconds(traffic, records, name)
        of_attacks = attacked - seconds[traffic] * (1 - 1 / _SHARE)
        yield name, attacked / seconds[traffic], 1e6 * _SHARE * of_attacks / records


def _seconds(traffic: str, records: int, attack: str | None = None) -> float:
    names = [f"_c{place}" for place in range(FEATURES + 1)]
    names = names if traffic == "CSV" else ["value", *(f"f{place}" for place in range(FEATURES))]
    with tempfile.TemporaryDirectory() as folder:
        for first in range(0, records, _RECORDS_PER_FILE):
            numbers = range(first, min(first + _RECORDS_PER_FILE, records))
            Path(folder, f"{first:08d}-capture.jsonl").write_bytes(b"\n".join(_lines(traffic, numbers, attack)))
        taken = []
        for _ in range(_RUNS):
            issues = DataIssues(strict=False, patient=True)
            begin = time.process_time()
            dataset = CaptureDataset(
                find_files(Path(folder)),
                index_names=("endpointInput", "endpointOutput"),
                window=Window(),
                issues=issues,
                shape=TableShape(names, OddRecords.ROBUST, issues),
            )
            TableProfile.of(dataset.tables())
            taken.append(time.process_time() - begin)
    return min(taken)


def _lines(traffic: str, numbers: range, attack: str | None) -> Iterator[bytes]:
    values = np.random.default_rng([_SEED, numbers.start]).normal(size=(len(numbers), FEATURES)).round(6).tolist()
    for number, row in zip(numbers, values, strict=True):
        if attack is not None and number % _SHARE == 0:
            _, encoding, body, moment = KINDS[attack]
            yield _record(encoding, body(number // _SHARE), moment)
        elif traffic == "CSV":
            yield _record(traffic, ",".join(map(str, row)), _TIME)
        else:
            members = {f"f{place}": value for place, value in enumerate(row)}
            yield _record(traffic, orjson.dumps(members).decode(), _TIME)


def _record(encoding: str, body: str, moment: str) -> bytes:
    output = "0.5" if encoding == "CSV" else "[0.5]"
    captured = {"endpointInput": (body, "INPUT"), "endpointOutput": (output, "OUTPUT")}
    return orjson.dumps(
        {
            "captureData": {
                name: {"mode": mode, "data": data, "encoding": encoding} for name, (data, mode) in captured.items()
            },
            "eventMetadata": {"eventId": "1", "inferenceTime": moment},
            "eventVersion": "0",
        }
    )


def _wide(members: int) -> str:
    return orjson.dumps({f"m{number}": number for number in range(members)}).decode()


if __name__ == "__main__":
    found = ratios(int(sys.argv[1]), sys.argv[2:])
    measured = [{"kind": name, "ratio": ratio, "micros": micros} for name, ratio, micros in found]
    sys.stdout.write(orjson.dumps(measured).decode())
