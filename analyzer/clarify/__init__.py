"""Bias and explainability: an open stand-in for the service's ``sagemaker-clarify-processing`` image.

A job is described by its environment (``parameters``) and by analysis_config.json (``config``). It reads a table
(``tables``), captured requests and responses (``captures``) or inputs of batch transform jobs (``transform_inputs``).
It writes analysis.json (``document``), report.html (``report``), and in a monitoring run constraint_violations.json
(``violations``) and metrics (``publishing``).

Beyond the variables of the service there are four:

- ``processing_root``: folder that stands for ``/opt/ml/processing``;
- ``predictor_url``: where requests of rows are POSTed to and the model named in the configuration answers, in the place
  of the temporary endpoint that the service's container creates for itself;
- ``shap_baseline``: local copy of the file that ``methods.shap.baseline`` names in S3;
- ``bias_drift_rule``: ``service`` (the default) or ``confidence`` (``bias.drift.DriftRule``).

How far results agree with the service: the metrics gave the values of its published library (smclarify 0.5) for random
tables. The default number of coalitions (``shap.kernel``) is not published. Two different whole numbers are always
categories here (``bias.groups``).

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-configure-processing-jobs.html
"""

from analyzer.clarify.run import run_clarify as run_clarify
