"""Reading of the inputs of batch transform jobs.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
"""

from dataclasses import replace

from analyzer.clarify.config import CSV, PARQUET, AnalysisConfig
from analyzer.clarify.parameters import ClarifyParameters
from analyzer.clarify.reading.bodies import document_features
from analyzer.clarify.reading.records import Records
from analyzer.clarify.reading.row import Row
from analyzer.clarify.reading.rows import table_of
from analyzer.clarify.reading.tables import read_table
from analyzer.dataset.files import find_files
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.dataset.payload import PayloadError, PayloadKind
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import DatasetFormat, FormatKind


def read_transform_inputs(
    config: AnalysisConfig, dataset_format: DatasetFormat, parameters: ClarifyParameters, issues: DataIssues
) -> Records:
    """Return the rows of the inputs of batch transform jobs, which are all that attributions need.

    Raises:
        AnalysisError: When there are no files, or the headers do not fit the rows.
    """
    if dataset_format.kind is not FormatKind.JSON_LINES:
        stored = replace(config, dataset_type=PARQUET if dataset_format.kind is FormatKind.PARQUET else CSV)
        return read_table(stored, parameters.data, issues, header=dataset_format.header)
    path = parameters.attributes.features or config.features
    rows: list[Row] = []
    for location, document in JsonLinesDataset(find_files(parameters.data), issues=issues).records():
        try:
            rows.extend(Row.of(location, PayloadKind.JSON, row) for row in document_features(document, path))
        except PayloadError as error:
            issues.add(location, "the row cannot be read", str(error))
    return table_of(config, rows, issues, is_robust=parameters.is_robust)
