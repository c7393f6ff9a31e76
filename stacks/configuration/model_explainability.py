"""Settings of explainability monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, Tag

from model_monitor import ModelReference, ShapAggregation, ShapConfig
from stacks.configuration.alarms import MonitorAlarmsConfig
from stacks.configuration.base import StrictModel, by_key, joined
from stacks.configuration.jobs import InstanceType
from stacks.configuration.monitors import CommonMonitorSettings, MonitorConfig
from stacks.configuration.predictions import AttributesConfig
from stacks.configuration.values import Column, EncryptedLocation, S3Uri, Value

if TYPE_CHECKING:
    from model_monitor import ModelMonitoring
    from stacks.configuration.shared import Defaults
    from stacks.imports import Imports


class ModelConfig(StrictModel):
    """The model that is asked. Clarify makes an endpoint of it for the time of a run."""

    name: str
    """Name of the SageMaker model, in the account and region of the stack."""
    instance_type: InstanceType = "ml.m5.large"
    """Machine of that endpoint."""
    instance_count: int = Field(default=1, ge=1, le=100)
    """Number of machines."""
    content_type: str = "text/csv"
    """What the model takes: `text/csv`, `application/jsonlines` or `application/json`."""
    accept_type: str | None = None
    """What it answers. Left out: the same."""

    def build(self) -> ModelReference:
        """Return the library's model."""
        return ModelReference.from_model_name(
            self.name,
            instance_type=self.instance_type,
            instance_count=self.instance_count,
            content_type=self.content_type,
            accept_type=self.accept_type,
        )


Model = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[ModelConfig, Tag("<name>")],
    by_key("name", text=True, expected="the name of a SageMaker model, or a mapping with the key 'name'"),
]

ShapBaseline = Annotated[
    Annotated[list[list[Value]], Tag("<list>")]
    | Annotated[S3Uri, Tag("<text>")]
    | Annotated[EncryptedLocation, Tag("<location>")],
    by_key("location", text=True, expected="a list of rows such as [[39, 5000]], or the address of a file in S3"),
]


class ShapSettings(StrictModel):
    """How contributions of features are computed."""

    baseline: ShapBaseline | None = None
    """Records that stand for "nothing known": rows of features, or a file of them in S3. Left out: Clarify computes
    them from the dataset."""
    num_samples: int | None = None
    """How often the model is asked for each record; more is slower and steadier. Left out: Clarify's own choice, which
    grows with the number of features."""
    aggregation: Literal["mean_abs", "median", "mean_sq"] = "mean_abs"
    """How the values of single predictions become one for a feature."""
    use_logit: bool = False
    """Explain log-odds instead of probabilities."""
    seed: int | None = None
    """Makes runs repeatable. Left out: none."""
    features: list[str] | None = None
    """Names of the features, without the label, in the order of the data. Left out: the data have names."""
    label_headers: list[str] | None = None
    """Names of the model's outputs. Left out: `label0`, `label1` and so on."""

    def build(self, imports: Imports) -> ShapConfig:
        """Return the library's configuration."""
        with imports.at("baseline"):
            rows = self.baseline if isinstance(self.baseline, list | None) else imports.location(self.baseline)
        return ShapConfig(
            baseline=rows,
            num_samples=self.num_samples,
            aggregation=ShapAggregation[self.aggregation.upper()],
            use_logit=self.use_logit,
            seed=self.seed,
            features=self.features,
            label_headers=self.label_headers,
        )


class ModelExplainabilitySettings(CommonMonitorSettings):
    """What explainability monitors can share. Their network must not be isolated."""

    alarms: MonitorAlarmsConfig | None = None
    """Left out: any violation, failed runs, silence and missing traffic."""


class ModelExplainabilityConfig(ModelExplainabilitySettings, MonitorConfig):
    """A monitor of whether predictions still depend on what they depended on."""

    DEFAULT_NAME = "ModelExplainability"

    model: Model
    """The model that is asked."""
    shap: ShapSettings | None = None
    """How contributions are computed. Left out: with Clarify's own choices."""
    attributes: AttributesConfig | None = None
    """Where features are in captured inputs, and scores in the model's output. Left out: everything, and the output is
    one number."""
    dataset_label: Column | None = None
    """Column of the label in the baseline's dataset, which is no feature. Left out: there is none."""
    dataset_headers: list[str] | None = None
    """Names of the dataset's columns. Left out: those of `shap.features`, or the dataset has them."""

    def add_to(self, monitoring: ModelMonitoring, defaults: Defaults, imports: Imports) -> None:
        """Add the monitor."""
        settings = joined(ModelExplainabilitySettings, self, defaults.model_explainability)
        with imports.at("model"):
            model = model_of(self.model)
        with imports.at("shap"):
            shap = self.shap.build(imports) if self.shap else None
        with imports.at("alarms"):
            alarms = settings.alarms.build() if settings.alarms else None
        with imports.at("baseline"):
            baseline = self.baseline.build(imports)
        with imports.at("attributes"):
            attributes = self.attributes.build() if self.attributes else None
        monitoring.add_model_explainability(
            self.id,
            model=model,
            baseline=baseline,
            shap=shap,
            attributes=attributes,
            dataset_label=self.dataset_label,
            dataset_headers=self.dataset_headers,
            alarms=alarms,
            **settings.options(imports),
        )


def model_of(config: Model) -> ModelReference:
    """Return the library's model."""
    return ModelReference.from_model_name(config) if isinstance(config, str) else config.build()
