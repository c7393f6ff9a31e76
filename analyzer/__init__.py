"""The analysis engine of the monitors: an open stand-in for the service's ``sagemaker-model-monitor-analyzer`` image.

``python -m analyzer`` reads environment variables (``analyzer.job.parameters``) and the files they name, and writes
``statistics.json``, ``constraints.json``, ``constraint_violations.json``, CloudWatch metric files and an exit message,
with the numbers and texts of the service.

Bad input is never skipped in silence. In a baseline job the first broken record ends the job with its file and line.
A monitoring job leaves broken records out, counts them, reports them in ``data_issues.json`` and in its log, and fails
when more than a tenth of all records is broken (``analyzer.job.issues``). Broken are: a row with too few or too many
values, bytes that are not UTF-8, a line that is not JSON or not a capture record, a payload that cannot be decoded, an
empty file; for model quality a row whose label, prediction or probability is missing or none of the problem's; for
bias a captured row without label or prediction. Whatever concerns more than single records ends both kinds of job: an
unknown format, a missing variable, headers that repeat a name or differ between files, a quote that is never closed,
a script that fails, an attribute that is no column, no records at all. Metrics
that the rows do not determine, such as the AUC of one class, have no value and are told in ``data_issues.json``;
predictions that never occur among the labels, which may be a mistake or a model that is always wrong, are told there,
too; a baseline fails with both. Blank lines and files whose names start with ``_`` or ``.`` are not data, as for Spark.

The merge of captures with ground truth leaves out captured records without label, and labels without captured record,
and counts both in ``.merge_statistics.json``, together with everything that was broken, captures and labels apart. Of
several labels for one id the last one counts, in the order of hour folders, names of files, and lines.

What a record can do to a run is bounded: its depth, its number of values and their length (``text.flattening``), and
whether a column of its own becomes one of the table (``odd_records``, see ``analyzer.job.parameters.OddRecords``).

Map: ``dataset`` makes batches of text columns of files, ``profile`` makes mergeable profiles of columns,
``data_quality`` suggests and checks constraints, ``ground_truth`` joins captures and labels, ``model_quality`` compares
predictions with labels, ``clarify`` watches bias and feature attributions, ``documents`` are the files that jobs
exchange.
"""
