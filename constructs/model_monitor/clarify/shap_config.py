"""How predictions are explained: the SHAP analysis and the model that it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aws_cdk import Fn, aws_sagemaker as sagemaker
from aws_cdk.interfaces.aws_sagemaker import IModelRef
from constructs import IConstruct

from model_monitor.clarify.bias_config import Value, require_headers
from model_monitor.errors import ConfigurationError, OptionName, one_of
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token
from model_monitor.jobs.compute import require_instance_count, require_instance_type
from model_monitor.s3_location import S3Location

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_MOST_SAMPLES = 100_000
_CONTENT_TYPES = ("text/csv", "application/jsonlines", "application/json")


class ShapAggregation(Enum):
    """How the values of single predictions become one value for a feature."""

    MEAN_ABS = "mean_abs"
    MEDIAN = "median"
    MEAN_SQ = "mean_sq"


@checked
@dataclass(frozen=True)
class ModelReference:
    """The model that is asked. Clarify makes an endpoint of it for the time of a run. Use the factories.

    Attributes:
        model_name: Name of the SageMaker model.
        instance_type: Machine of that endpoint.
        instance_count: Number of machines.
        content_type: What it is sent.
        accept_type: What it answers.
        dependency: The construct of the model, if it belongs to this app.
    """

    model_name: str
    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    content_type: str = "text/csv"
    accept_type: str = "text/csv"
    dependency: IConstruct | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not is_token(self.model_name) and not _NAME.fullmatch(self.model_name):
            raise ConfigurationError(
                option="model_name",
                value=self.model_name,
                expected="1 to 63 letters, digits and single hyphens",
                fix="write the model's name, not its ARN",
            )
        require_instance_type(self.instance_type, example="ml.m5.large")
        require_instance_count(self.instance_count)
        for name in ("content_type", "accept_type"):
            if getattr(self, name) not in _CONTENT_TYPES:
                raise ConfigurationError(
                    option=name,
                    value=getattr(self, name),
                    expected=one_of(_CONTENT_TYPES),
                    fix="Clarify supports no others",
                )

    @classmethod
    @checked
    def from_model_name(
        cls,
        model_name: str,
        *,
        instance_type: str = "ml.m5.large",
        instance_count: int = 1,
        content_type: str = "text/csv",
        accept_type: str | None = None,
    ) -> ModelReference:
        """A model of the same account and region.

        Args:
            model_name: Its name.
            instance_type: Machine of the endpoint that Clarify makes. Default: ml.m5.large.
            instance_count: Number of machines. Default: 1.
            content_type: What the model takes: `text/csv`, `application/jsonlines` or `application/json`.
            accept_type: What it answers. Default: the same.
        """
        return cls(model_name, instance_type, instance_count, content_type, accept_type or content_type)

    @classmethod
    @checked
    def from_model(
        cls,
        model: IModelRef,
        *,
        instance_type: str = "ml.m5.large",
        instance_count: int = 1,
        content_type: str = "text/csv",
        accept_type: str | None = None,
    ) -> ModelReference:
        """A model of this app; the other options are those of `from_model_name`.

        Args:
            model: A `CfnModel`, or any construct that can be referenced as one.
            instance_type: Machine of the endpoint that Clarify makes.
            instance_count: Number of machines.
            content_type: What the model takes.
            accept_type: What it answers. Default: the same.
        """
        if isinstance(model, sagemaker.CfnModel):
            name = model.attr_model_name
        else:
            name = Fn.select(1, Fn.split("/", model.model_ref.model_arn))
        return cls(name, instance_type, instance_count, content_type, accept_type or content_type, model)

    def to_document(self, endpoint_name_prefix: str) -> dict[str, Any]:
        """The predictor of Clarify's configuration.

        Args:
            endpoint_name_prefix: How the name of the endpoint begins that Clarify makes.
        """
        return {
            "model_name": self.model_name,
            "instance_type": self.instance_type,
            "initial_instance_count": self.instance_count,
            "content_type": self.content_type,
            "accept_type": self.accept_type,
            "endpoint_name_prefix": endpoint_name_prefix,
        }


@checked
@dataclass(frozen=True, kw_only=True)
class ShapConfig:
    """Clarify's configuration of a SHAP analysis.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-config-json-monitor-model-explainability-parameters.html

    Attributes:
        baseline: Records that stand for "nothing known": rows of features, or a file of them. Default: Clarify computes
            them from the dataset.
        num_samples: How often the model is asked for each record; more is slower and steadier. Default: Clarify's own
            choice, which grows with the number of features.
        aggregation: How the values of single predictions become one for a feature. Default: mean of absolute values.
        use_logit: Explain log-odds instead of probabilities. Default: no.
        seed: Makes runs repeatable. Default: none.
        features: Names of the features, without the label, in the order of the data. Default: the data have names.
        label_headers: Names of the model's outputs. Default: `label0`, `label1` and so on.
    """

    baseline: Sequence[Sequence[Value]] | S3Location | None = None
    num_samples: int | None = None
    aggregation: ShapAggregation = ShapAggregation.MEAN_ABS
    use_logit: bool = False
    seed: int | None = None
    features: Sequence[str] | None = None
    label_headers: Sequence[str] | None = None

    def __post_init__(self) -> None:
        require_headers(self.features, [])
        if self.num_samples is not None and not 1 <= self.num_samples <= _MOST_SAMPLES:
            raise ConfigurationError(
                option="num_samples",
                value=self.num_samples,
                expected=f"1 to {_MOST_SAMPLES:,}: how many times the model is called for each record",
                fix=("leave ", OptionName("num_samples"), " out for Clarify's own choice"),
            )
        if self.baseline is None or isinstance(self.baseline, S3Location):
            return
        widths = {len(row) for row in self.baseline}
        expected = len(self.features) if self.features else next(iter(widths), 0)
        if widths != {expected} or not expected:
            raise ConfigurationError(
                option="baseline",
                got=f"a SHAP baseline whose rows have {', '.join(map(str, sorted(widths))) or 'no'} values",
                expected=f"{expected or 'as many'} in each row, one for every feature",
                fix="write features only, without the label",
            )

    def to_document(self) -> dict[str, Any]:
        """The method of Clarify's configuration."""
        baseline = self.baseline.uri if isinstance(self.baseline, S3Location) else self.baseline
        return {
            "agg_method": self.aggregation.value,
            "use_logit": self.use_logit,
            "save_local_shap_values": False,
            **({} if baseline is None else {"baseline": baseline if isinstance(baseline, str) else _rows(baseline)}),
            **({} if self.num_samples is None else {"num_samples": self.num_samples}),
            **({} if self.seed is None else {"seed": self.seed}),
        }


def _rows(baseline: Sequence[Sequence[Value]]) -> list[list[Value]]:
    return [list(row) for row in baseline]
