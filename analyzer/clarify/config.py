"""analysis_config.json as typed values.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-config-json-monitor-bias-parameters.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-config-json-monitor-model-explainability-parameters.html
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from analyzer.clarify.reading.block import Block
from analyzer.clarify.reading.references import Reference
from analyzer.data_quality.documents.reading import read_document
from analyzer.job.failure import AnalysisError

Value: TypeAlias = str | int | float | bool

CSV, JSON_LINES, JSON, PARQUET = "text/csv", "application/jsonlines", "application/json", "application/x-parquet"
DEFAULT_PROBABILITY_THRESHOLD = 0.5
_DATASET_TYPES = (CSV, JSON_LINES, JSON, PARQUET)
_BODY_TYPES = (CSV, JSON_LINES, JSON)
_AGGREGATIONS = ("mean_abs", "median", "mean_sq")

PRE_TRAINING_METRICS = ("CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD")
POST_TRAINING_METRICS = ("AD", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE")
# Newer versions of the service's container call the difference in conditional acceptance DCAcc.
METRIC_ALIASES = {"DCAcc": "DCA"}


@dataclass(frozen=True)
class FacetConfig:
    """A sensitive attribute.

    Args:
        column: Name or position of the column.
        values: The values of the sensitive group, or one lower bound for numbers; empty means one analysis for each
            value of the column.
    """

    column: Reference
    values: tuple[Value, ...]


@dataclass(frozen=True)
class BiasConfig:
    """What the bias analysis compares.

    Args:
        label: Name, position or JMESPath of the observed label.
        label_values: The values that are the positive outcome, or one lower bound (exclusive) for numbers.
        facets: Sensitive attributes.
        group_variable: Column whose values split the rows for CDDL and CDDPL.
        predicted_label: Column with the model's predictions, when the data set has it.
        pre_training: Short names of the metrics of the observed labels to compute.
        post_training: The same for the metrics of the predictions.
    """

    label: Reference
    label_values: tuple[Value, ...]
    facets: tuple[FacetConfig, ...]
    group_variable: Reference | None = None
    predicted_label: Reference | None = None
    pre_training: tuple[str, ...] = PRE_TRAINING_METRICS
    post_training: tuple[str, ...] = POST_TRAINING_METRICS


@dataclass(frozen=True)
class ShapConfig:
    """How attributions are computed.

    Args:
        baseline: Rows that stand for an absent feature, a JSON document that holds them as the data set does, the URI
            of either, or None: the mean (numbers) or most frequent value of every feature.
        num_samples: Coalitions per row; None means ``2 * features + 2048``.
        agg_method: ``mean_abs``, ``median`` or ``mean_sq`` over all rows.
        use_logit: Explain log-odds instead of probabilities.
        save_local_shap_values: Write the attributions of every row.
        seed: Seed of the choice of coalitions.
    """

    baseline: tuple[Any, ...] | dict[str, Any] | str | None = None
    num_samples: int | None = None
    agg_method: str = "mean_abs"
    use_logit: bool = False
    save_local_shap_values: bool = False
    seed: int = 0


@dataclass(frozen=True)
class PredictorConfig:
    """How the model is asked and how its answers are read.

    Args:
        content_type: Type of requests; None means that of the data set.
        accept_type: Type of responses; None means that of requests.
        content_template: Request for JSON: ``$features`` or ``$features_kvp`` (one row per line), ``$records`` (all).
        record_template: Row of ``$records``.
        label: Where the predicted label is in a response.
        probability: Where the score or the scores are.
        label_headers: Label values in the order of the scores.
    """

    content_type: str | None = None
    accept_type: str | None = None
    content_template: str | None = None
    record_template: str | None = None
    label: Reference | None = None
    probability: Reference | None = None
    label_headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnalysisConfig:
    """The whole document.

    Args:
        dataset_type: Content type of the data set.
        headers: Column names; empty when the data set carries them or columns are given by position.
        features: JMESPath of the features of a JSON record.
        label: Name, position or JMESPath of the observed label. It is no feature, whatever is analysed.
        predicted_label: The same for the column with the model's predictions, when the data set has it.
        probability_threshold: Scores above it are the positive label.
        excluded: Columns that are no features.
        bias: Bias analysis, if asked for.
        shap: Attributions, if asked for.
        predictor: The model.
        title: Title of the report.
    """

    dataset_type: str = CSV
    headers: tuple[str, ...] = ()
    features: str | None = None
    label: Reference | None = None
    predicted_label: Reference | None = None
    probability_threshold: float = DEFAULT_PROBABILITY_THRESHOLD
    excluded: tuple[Reference, ...] = ()
    bias: BiasConfig | None = None
    shap: ShapConfig | None = None
    predictor: PredictorConfig = PredictorConfig()
    title: str = "Analysis report"

    @classmethod
    def load(cls, path: Path) -> "AnalysisConfig":
        """Read the file.

        Raises:
            AnalysisError: When a value is missing or is not one of those allowed.
        """
        root = Block(path.name, read_document(path))
        methods = root.block("methods")
        bias = _bias(root, methods) if "facet" in root else None
        shap = _shap(methods.block("shap")) if "shap" in methods else None
        if bias is None and shap is None:
            raise AnalysisError(
                f"{path.name} asks for no analysis: give facet, label and label_values_or_threshold for bias, "
                "methods.shap for explainability, or both"
            )
        return cls(
            dataset_type=root.choice("dataset_type", _DATASET_TYPES) or CSV,
            headers=root.texts("headers"),
            features=root.path("features"),
            label=root.reference("label"),
            predicted_label=root.reference("predicted_label"),
            probability_threshold=root.number("probability_threshold", DEFAULT_PROBABILITY_THRESHOLD),
            excluded=_excluded(root),
            bias=bias,
            shap=shap,
            predictor=_predictor(root.block("predictor")),
            title=methods.block("report").text("title") or cls.title,
        )


def _bias(root: Block, methods: Block) -> BiasConfig | None:
    # A monitoring configuration has no methods and means all; one that names methods means those.
    wanted = {name: name in methods for name in ("pre_training_bias", "post_training_bias")}
    if not any(wanted.values()):
        if "shap" in methods:
            return None
        wanted = dict.fromkeys(wanted, True)
    facets = tuple(
        FacetConfig(block.required_reference("name_or_index"), block.scalars("value_or_threshold"))
        for block in root.blocks("facet")
    )
    if not facets:
        raise root.error("facet", "is empty, expected at least one {name_or_index, value_or_threshold}")
    values = root.scalars("label_values_or_threshold")
    if not values:
        raise root.error(
            "label_values_or_threshold",
            "is missing, expected the list of label values that are the positive outcome, such as [1]",
        )
    return BiasConfig(
        label=root.required_reference("label"),
        label_values=values,
        facets=facets,
        group_variable=root.reference("group_variable"),
        predicted_label=root.reference("predicted_label"),
        pre_training=_metrics(methods.block("pre_training_bias"), PRE_TRAINING_METRICS)
        if wanted["pre_training_bias"]
        else (),
        post_training=_metrics(methods.block("post_training_bias"), POST_TRAINING_METRICS)
        if wanted["post_training_bias"]
        else (),
    )


def _metrics(block: Block, known: tuple[str, ...]) -> tuple[str, ...]:
    if block.get("methods", "all") == "all":
        return known
    names = [METRIC_ALIASES.get(name, name) for name in block.texts("methods")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise block.error("methods", f"names {', '.join(unknown)}, expected all or some of {', '.join(known)}")
    return tuple(name for name in known if name in names)


def _shap(block: Block) -> ShapConfig:
    baseline = block.get("baseline")
    if baseline is not None and not (isinstance(baseline, str | list | dict) and baseline):
        raise block.error("baseline", f"is {baseline!r}, expected a list of rows, a JSON object or the URI of a file")
    return ShapConfig(
        baseline=tuple(baseline) if isinstance(baseline, list) else baseline,
        num_samples=block.positive_integer("num_samples"),
        agg_method=block.choice("agg_method", _AGGREGATIONS) or ShapConfig.agg_method,
        use_logit=block.flag("use_logit"),
        save_local_shap_values=block.flag("save_local_shap_values"),
        seed=int(block.number("seed", 0)),
    )


def _predictor(block: Block) -> PredictorConfig:
    predictor = PredictorConfig(
        content_type=block.choice("content_type", _BODY_TYPES),
        accept_type=block.choice("accept_type", _BODY_TYPES),
        content_template=block.text("content_template"),
        record_template=block.text("record_template"),
        label=block.reference("label"),
        probability=block.reference("probability"),
        label_headers=block.texts("label_headers"),
    )
    placeholders = {JSON: ("$records",), JSON_LINES: ("$features", "$features_kvp")}
    expected = placeholders.get(predictor.content_type or "")
    template = predictor.content_template
    if template and expected and not any(name in template for name in expected):
        raise block.error("content_template", f"is {template!r}, which lacks the placeholder {' or '.join(expected)}")
    if predictor.content_type == JSON and not (template and predictor.record_template):
        raise block.error(
            "content_template", "and record_template are both needed when content_type is application/json"
        )
    return predictor


def _excluded(root: Block) -> tuple[Reference, ...]:
    join_source = root.reference("joinsource_name_or_index")
    columns = root.references("excluded_columns")
    return columns if join_source is None else (*columns, join_source)
