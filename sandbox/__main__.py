"""``python -m sandbox up``: keep an embedded AWS running until Ctrl-C."""

import argparse
import sys
from dataclasses import fields
from typing import get_type_hints

from sandbox.process import server
from sandbox.process.settings import Settings, option_of
from sandbox.seams.names import SeamError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 after a clean stop, 1 when the sandbox could not start.
    """
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start, print the connection as one JSON line, serve until Ctrl-C")
    up.add_argument("--port", type=int, default=0, help="port of 127.0.0.1 (default: a free one)")
    up.add_argument("--time-scale", type=float, default=1.0, help="how many times faster the clock runs (default: 1)")
    up.add_argument("--no-iam", action="store_true", help="let every caller do everything")
    up.add_argument("--watch-stdin", action="store_true", help="stop when standard input ends")
    _add_settings(up)
    options = parser.parse_args(arguments)
    try:
        server.run(
            settings=Settings(**{field.name: getattr(options, field.name) for field in fields(Settings)}),
            port=options.port,
            time_scale=options.time_scale,
            iam=not options.no_iam,
            watch_stdin=options.watch_stdin,
        )
    except (OSError, OverflowError, SeamError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """An option for each setting, with the first sentence of its documentation."""
    group = parser.add_argument_group("what AWS does now and then", "described in sandbox/README.md")
    types = get_type_hints(Settings)
    for field in fields(Settings):
        if types[field.name] is bool:
            group.add_argument(option_of(field.name), action="store_true")
        else:
            group.add_argument(
                option_of(field.name), type=types[field.name], default=field.default, help=f"default: {field.default}"
            )


if __name__ == "__main__":
    sys.exit(main())
