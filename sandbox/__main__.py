"""``python -m sandbox up``: keep an embedded AWS running until Ctrl-C."""

import argparse
import sys

from sandbox.process import server
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
    options = parser.parse_args(arguments)
    try:
        server.run(
            port=options.port,
            time_scale=options.time_scale,
            iam=not options.no_iam,
            watch_stdin=options.watch_stdin,
        )
    except (OSError, OverflowError, SeamError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
