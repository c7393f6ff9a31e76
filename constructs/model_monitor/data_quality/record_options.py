"""What becomes of the records of a data-quality monitor: options that exclude or need each other."""

from __future__ import annotations

from collections.abc import Sequence

from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.errors import ConfigurationError, OptionName, Setting
from model_monitor.inputs.monitor_input import MonitorInput
from model_monitor.jobs.scripts import AnalysisScript


def chosen_categories(
    categorical: CategoricalFeatures | Sequence[str] | str | None, preprocessor: AnalysisScript | None
) -> CategoricalFeatures | None:
    """Return the columns that become categories.

    Raises:
        ConfigurationError: A script of the user runs on the records, too.
    """
    if categorical is None:
        return None
    if preprocessor is not None:
        raise ConfigurationError(
            option="categorical",
            got=(OptionName("categorical"), " together with ", OptionName("preprocessor")),
            expected="one of them: the service runs a single script",
            fix=("turn the columns into text in your script and leave ", OptionName("categorical"), " out"),
        )
    return categorical if isinstance(categorical, CategoricalFeatures) else CategoricalFeatures.of(categorical)


def names_examples(wanted: bool | None, input: MonitorInput, preprocessor: AnalysisScript | None) -> bool:
    """Say whether records can show violations: it must be known what columns a run makes of them.

    Raises:
        ConfigurationError: It is not known, but wanted.
    """
    is_parquet = input.batch_format is not None and input.batch_format.is_parquet
    if wanted and (preprocessor is not None or is_parquet):
        raise ConfigurationError(
            option="example_records",
            got=(Setting("example_records", True), " with ", "Parquet" if is_parquet else OptionName("preprocessor")),
            expected="records whose columns are known: CSV or JSON, without a script of yours",
            fix=("leave ", OptionName("example_records"), " out"),
        )
    return wanted is not False and preprocessor is None and not is_parquet


def guards_records(
    guard_records: bool | None, categorical: CategoricalFeatures | None, preprocessor: AnalysisScript | None
) -> bool:
    """Say whether runs leave out records that do not have the columns of the baseline.

    Raises:
        ConfigurationError: A script of the user runs on the records, too, or categories need the generated one.
    """
    if guard_records and preprocessor is not None:
        raise ConfigurationError(
            option="guard_records",
            got=(OptionName("guard_records"), " together with ", OptionName("preprocessor")),
            expected="one of them: the service runs a single script",
            fix=("leave records out in your script, and remove ", OptionName("guard_records")),
        )
    if guard_records is False and categorical is not None:
        raise ConfigurationError(
            option="guard_records",
            got=(Setting("guard_records", False), " together with ", OptionName("categorical")),
            expected="a script that knows the columns of every record that it converts",
            fix=("leave ", OptionName("guard_records"), " out"),
        )
    return bool(guard_records) or categorical is not None
