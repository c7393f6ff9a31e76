"""Entry point of the container: ``python -m analyzer``."""

import logging
import os
import sys
from collections.abc import Callable, Mapping

from analyzer import exit_message
from analyzer.data_quality import run_data_quality
from analyzer.failure import AnalysisError
from analyzer.parameters import Parameters, message_file
from analyzer.scripts import run_postprocessing

_log = logging.getLogger("analyzer")

# Value of analysis_type to the monitor that it asks for.
_MONITORS: Mapping[str, Callable[[Parameters], int]] = {"DATA_QUALITY": run_data_quality}


def main(environment: Mapping[str, str]) -> int:
    """Run the analysis that the environment describes and leave an exit message.

    Returns:
        Exit code: 0 for a completed analysis, with or without violations, 1 for a failure.
    """
    try:
        message, code = exit_message.completed(_run(environment)), 0
    except Exception as error:  # the message is the only thing that most users ever see of a failure
        if not isinstance(error, AnalysisError):
            _log.exception("unexpected error")
        message, code = exit_message.failed(error), 1
    print(message, file=sys.stderr)
    path = message_file(environment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(message, encoding="utf-8")
    return code


def _run(environment: Mapping[str, str]) -> int:
    parameters = Parameters.from_environment(environment)
    monitor = _MONITORS.get(parameters.analysis_type)
    if monitor is None:
        raise AnalysisError(f"analysis_type is {parameters.analysis_type!r}, expected one of {', '.join(_MONITORS)}")
    violations = monitor(parameters)
    if parameters.post_analytics_processor_script:
        run_postprocessing(parameters.post_analytics_processor_script)
    return violations


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.exit(main(os.environ))
