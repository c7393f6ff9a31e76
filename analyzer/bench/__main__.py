"""Measure the analyzer beside Polars and DuckDB, on the same generated files in one run."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from analyzer.bench.attributions import FEATURES

_TABLE = ("analyzer_profile", "polars_lazy_summary", "polars_describe", "duckdb_summarize")
_CAPTURES = ("analyzer_captures", "orjson_and_polars")
_MERGES = ("analyzer_merge", "orjson_merge")
_BIAS = ("analyzer_bias",)
_PROFILE_LIMIT, _CAPTURE_LIMIT, _MERGE_LIMIT, _MEMORY_LIMIT = 4.0, 1.5, 4.0, 1000.0
_ATTACK_LIMIT = 2.0
_BIAS_SECONDS, _BIAS_MEMORY = 60.0, 2000.0


@dataclass(frozen=True)
class Measurement:
    """The best of several runs of one contender."""

    seconds: float
    peak_megabytes: float


def measure(contender: str, path: Path, repetitions: int) -> Measurement:
    """Run a contender several times, each in a process of its own; the fastest run and the largest peak count."""
    return _best([sys.executable, "-m", "analyzer.bench.contenders", contender, str(path)], repetitions)


def _best(command: Sequence[str], repetitions: int) -> Measurement:
    runs = [orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(repetitions)]  # noqa: S603 - own command
    return Measurement(min(run["seconds"] for run in runs), max(run["peak_megabytes"] for run in runs))


def compare(
    title: str, contenders: tuple[str, ...], path: Path, items: int, repetitions: int
) -> dict[str, Measurement]:
    """Measure contenders on the same input and print a line for each."""
    print(f"\n{title}, best of {repetitions}")
    results = {}
    for contender in contenders:
        result = results[contender] = measure(contender, path, repetitions)
        _print(contender, result, items)
    return results


def _print(contender: str, result: Measurement, items: int) -> None:
    rate = items / result.seconds
    print(f"  {contender:<20} {result.seconds:7.2f} s {rate:12,.0f} rows/s {result.peak_megabytes:7.0f} MB peak")


def _compare_whylogs(python: Path | None, table: Path, rows: int, repetitions: int) -> None:
    """Measure whylogs where an environment has it: it needs other releases of NumPy than the analyzer."""
    if python is None:
        return
    has_it = subprocess.run([python, "-c", "import whylogs"], check=False, capture_output=True).returncode == 0  # noqa: S603 - own command
    if not has_it:
        print("  whylogs is not installed")
        return
    script = Path(__file__).with_name("whylogs_profile.py")
    _print("whylogs", _best([str(python), str(script), str(table)], repetitions), rows)


def main() -> None:
    """Generate the input, measure, and say how the ratios stand to their limits."""
    options = argparse.ArgumentParser(prog="python -m analyzer.bench", description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000, help="rows of the table (default: 1,000,000)")
    options.add_argument("--records", type=int, default=100_000, help="capture records (default: 100,000)")
    options.add_argument("--loans", type=int, default=1_000_000, help="rows of bias (default: 1,000,000)")
    options.add_argument("--explained", type=int, default=1_000, help="rows of attributions (default: 1,000)")
    options.add_argument("--attacked", type=int, default=20_000, help="records under attack (default: 20,000)")
    options.add_argument("--whylogs", type=Path, help="Python of an environment with whylogs (default: without it)")
    options.add_argument("--repetitions", type=int, default=3, help="runs of each contender (default: 3)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table, captures, labels = Path(folder, "table.csv"), Path(folder, "captures"), Path(folder, "labels")
        _generate("write_table", table, given.rows)
        _generate("write_captures", captures, given.records)
        _generate("write_labels", labels, given.records)
        megabytes = table.stat().st_size / 1e6
        title = f"{given.rows:,} rows x 20 columns of CSV ({megabytes:.0f} MB)"
        profiles = compare(title, _TABLE, table, given.rows, given.repetitions)
        _compare_whylogs(given.whylogs, table, given.rows, given.repetitions)
        title = f"{given.records:,} capture records of 20 values to columns"
        parses = compare(title, _CAPTURES, captures, given.records, given.repetitions)
        title = f"{given.records:,} capture records with {given.records:,} labels"
        merges = compare(title, _MERGES, captures, given.records, given.repetitions)
        loans = Path(folder, "loans")
        _generate("write_loans", loans, given.loans)
        title = f"{given.loans:,} rows x 10 features x 2 facets: all metrics of bias"
        bias = compare(title, _BIAS, loans, given.loans, 1)[_BIAS[0]]
    _attack(given.attacked)
    _explain(given.explained)
    peak = max(profiles["analyzer_profile"].peak_megabytes, merges["analyzer_merge"].peak_megabytes)
    print()
    _verdict("profile against Polars' lazy summary", _ratio(profiles, *_TABLE[:2]), _PROFILE_LIMIT)
    _verdict("capture parsing against orjson + Polars", _ratio(parses, *_CAPTURES), _CAPTURE_LIMIT)
    _verdict("merge with labels against orjson", _ratio(merges, *_MERGES), _MERGE_LIMIT)
    _verdict("peak memory in MB", peak, _MEMORY_LIMIT)
    _verdict("bias in seconds", bias.seconds, _BIAS_SECONDS)
    _verdict("peak memory of bias in MB", bias.peak_megabytes, _BIAS_MEMORY)


def _attack(records: int) -> None:
    command = [sys.executable, "-m", "analyzer.bench.attacks", str(records)]
    measured = orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - own command
    print(f"\n{records:,} capture records, a tenth of them attacks: processor time against clean traffic")
    for attack in measured:
        verdict = "kept" if attack["ratio"] <= _ATTACK_LIMIT else "EXCEEDED"
        print(
            f"  {attack['kind']:<22} {attack['ratio']:6.2f} {attack['micros']:8.0f} us per attack"
            f"   (limit {_ATTACK_LIMIT:g}: {verdict})"
        )


def _explain(rows: int) -> None:
    command = [sys.executable, "-m", "analyzer.bench.attributions", str(rows)]
    result = orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - own command
    print(f"\nattributions of {rows:,} rows x {FEATURES} features")
    print(f"  {result['seconds']:.1f} s, of which the model takes {result['share']:.0%}")


def _generate(writer: str, path: Path, size: int) -> None:
    # In another process, so that this one stays small: a child's peak starts at the size of its parent.
    program = f"import sys, pathlib, analyzer.bench.inputs as i; i.{writer}(pathlib.Path(sys.argv[1]), {size})"
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)  # noqa: S603 - own command


def _ratio(results: dict[str, Measurement], ours: str, theirs: str) -> float:
    return results[ours].seconds / results[theirs].seconds


def _verdict(what: str, value: float, limit: float) -> None:
    print(f"  {what:<42} {value:8.2f}   (limit {limit:g}: {'kept' if value <= limit else 'EXCEEDED'})")


if __name__ == "__main__":
    main()
