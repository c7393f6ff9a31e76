"""Entry point of the container: ``python -m analyzer``."""

import logging
import os
import sys
from collections.abc import Mapping

from analyzer.job import exit_message
from analyzer.job.analyses import analysis_of
from analyzer.job.failure import AnalysisError
from analyzer.job.parameters import message_file

_log = logging.getLogger("analyzer")


def main(environment: Mapping[str, str]) -> int:
    """Run the analysis that the environment describes and leave an exit message.

    Returns:
        Exit code: 0 for a completed analysis, with or without violations, 1 for a failure.
    """
    try:
        violations = analysis_of(environment).run(environment)
        message, code = None if violations is None else exit_message.completed(violations), 0
    except Exception as error:  # the message is the only thing that most users ever see of a failure
        if not isinstance(error, AnalysisError):
            _log.exception("unexpected error")
        message, code = exit_message.failed(error), 1
    if message is not None:
        _leave(message, environment)
    return code


def _leave(message: str, environment: Mapping[str, str]) -> None:
    print(message, file=sys.stderr)
    path = message_file(environment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(message, encoding="utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.exit(main(os.environ))
