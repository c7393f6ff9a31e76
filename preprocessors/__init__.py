"""Record preprocessing scripts for Model Monitor, and a harness that tries a script on this machine.

AWS reports a failing script as "Exception while invoking preprocessor script", after minutes and without saying where.
The harness runs it on captured records within seconds and tells record, file, line and traceback:

    python -m preprocessors.run my_script.py captured.jsonl

In a unit test:
    >>> report = check_script("my_script.py", "tests/captured.jsonl")
    >>> assert report.ok, report
    >>> assert report.rows[0] == {"00000000000000000000": 0.7, "00000000000000000001": 34}

Scripts to copy are in preprocessors/scripts. The guide is docs/preprocessors.md.
"""

from preprocessors.check import check_script
from preprocessors.report import Problem, ScriptReport, Severity

__all__ = ["Problem", "ScriptReport", "Severity", "check_script"]
