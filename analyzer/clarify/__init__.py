"""Bias and explainability: an open stand-in for the service's ``sagemaker-clarify-processing`` image.

A job is described by its environment (``parameters``) and by analysis_config.json (``config``). It reads a table
(``tables``), or captured requests and responses (``captures``), and writes analysis.json (``document``), report.html
(``report``), and in a monitoring run constraint_violations.json (``violations``) and metrics (``publishing``).

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-configure-processing-jobs.html
"""

from analyzer.clarify.parameters import is_clarify_job as is_clarify_job
from analyzer.clarify.run import run_clarify as run_clarify
