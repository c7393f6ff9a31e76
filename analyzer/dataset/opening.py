"""The choice of the reader for a run's data set."""

from collections.abc import Sequence

from analyzer.dataset.capture import CaptureDataset
from analyzer.dataset.delimited import CsvDataset
from analyzer.dataset.files import find_files
from analyzer.dataset.jsonlines import JsonLinesDataset
from analyzer.dataset.merged import LabellingScript, MergedDataset
from analyzer.dataset.parquet import ParquetDataset
from analyzer.dataset.scripted import ScriptedDataset
from analyzer.dataset.shape import TableShape
from analyzer.dataset.source import Dataset
from analyzer.job.failure import AnalysisError
from analyzer.job.issues import DataIssues
from analyzer.job.parameters import FormatKind, Parameters
from analyzer.job.scripts import PreprocessingScript


def open_dataset(parameters: Parameters, issues: DataIssues, names: Sequence[str] = ()) -> Dataset:
    """Return the data set of a run, seen through its preprocessing script if it has one.

    Args:
        parameters: What the run does.
        issues: Where broken records go.
        names: Columns of the baseline.

    Raises:
        AnalysisError: When there are no files, the script cannot be loaded, or the format takes no script.
    """
    kind = parameters.dataset_format.kind
    if parameters.record_preprocessor_script and kind is FormatKind.PARQUET:
        raise AnalysisError(f"Preprocessor script not supported for format {kind.value}")
    shape = TableShape(names, parameters.odd_records, issues)
    dataset = _open_files(parameters, issues, shape)
    if not parameters.record_preprocessor_script:
        return dataset
    script = PreprocessingScript(parameters.record_preprocessor_script)
    return ScriptedDataset(dataset, LabellingScript(script) if kind is FormatKind.MERGED else script, shape)


def _open_files(parameters: Parameters, issues: DataIssues, shape: TableShape) -> Dataset:
    files = find_files(parameters.dataset_source)
    match parameters.dataset_format.kind:
        case FormatKind.CSV:
            return CsvDataset(files, header=parameters.dataset_format.header, issues=issues)
        case FormatKind.JSON_LINES:
            return JsonLinesDataset(files, issues=issues, shape=shape)
        case FormatKind.PARQUET:
            return ParquetDataset(files, issues=issues)
        case FormatKind.CAPTURE | FormatKind.MERGED as kind:
            dataset = CaptureDataset if kind is FormatKind.CAPTURE else MergedDataset
            names = parameters.dataset_format.capture_index_names
            return dataset(files, index_names=names, window=parameters.window, issues=issues, shape=shape)
