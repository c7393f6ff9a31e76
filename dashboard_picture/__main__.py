"""`python -m dashboard_picture`: see `--help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from dashboard_picture.data import Span
from dashboard_picture.picture import draw_dashboard


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw a dashboard of the account and region that the environment names.

    Args:
        arguments: Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m dashboard_picture", description=__doc__)
    parser.add_argument("name", nargs="?", help="name of the dashboard; left out: the names are listed")
    parser.add_argument(
        "--output", type=Path, default=Path("dashboard.png"), help="PNG to write (default: %(default)s)"
    )
    parser.add_argument("--hours", type=float, default=24, help="how far back to look (default: %(default)s)")
    parser.add_argument(
        "--end", type=datetime.fromisoformat, help="until when, such as 2026-11-21T08:00+00:00 (default: now)"
    )
    options = parser.parse_args(arguments)
    cloudwatch = boto3.client("cloudwatch")
    if options.name is None:
        for entry in cloudwatch.list_dashboards()["DashboardEntries"]:
            print(entry["DashboardName"])
        return
    end = options.end or datetime.now(UTC)
    draw_dashboard(cloudwatch, options.name, Span(end - timedelta(hours=options.hours), end), options.output)
    print(options.output)


if __name__ == "__main__":
    main()
