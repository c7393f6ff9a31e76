"""Tries a record preprocessing script on captured records: python -m preprocessors.run --help."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from analyzer.job.failure import AnalysisError
from preprocessors.check import check_script

_FINE, _PROBLEMS, _CANNOT_RUN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0 fine (warnings or none), 1 errors found, 2 nothing to try."""
    options = _parser().parse_args(arguments)
    try:
        report = check_script(options.script, options.records, baseline=options.baseline, header=not options.no_header)
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        return _CANNOT_RUN
    if report.rows:
        print(report.table(options.rows), end="\n\n")
    print(report)
    return _FINE if report.ok else _PROBLEMS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m preprocessors.run",
        description="Runs preprocess_handler of a script on records, prints the table that the analyzer would get, and "
        "every problem with record, file, line and traceback. Exit code: 0 fine, 1 errors found, 2 nothing to try.",
    )
    parser.add_argument("script", type=Path, help="the script, a single .py file")
    parser.add_argument(
        "records",
        type=Path,
        nargs="+",
        help="files or folders: captured .jsonl, or a data set (.csv, .jsonl)",
    )
    parser.add_argument("--baseline", type=Path, help="statistics.json or constraints.json to match the columns with")
    parser.add_argument("--no-header", action="store_true", help="CSV files do not begin with the names of the columns")
    parser.add_argument("--rows", type=int, default=10, help="rows to print (default: 10)")
    return parser


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s: %(message)s", stream=sys.stderr)
    logging.getLogger("analyzer").setLevel(logging.CRITICAL)  # it logs what the report says
    sys.exit(main())
