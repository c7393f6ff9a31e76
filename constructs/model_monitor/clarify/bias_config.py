"""What fair means for a model: labels, groups, and how far metrics may lie from their ideal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from model_monitor.errors import Call, ConfigurationError, OptionName, Setting, Shown, one_of
from model_monitor.inputs.attributes import require_attribute
from model_monitor.internal.checking import checked

Value: TypeAlias = str | int | float

# https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
# https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
PRE_TRAINING = frozenset(["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"])
POST_TRAINING = frozenset(
    ["AD", "CDDPL", "DAR", "DCA", "DCAcc", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE"]
)
_NEED_GROUPS = frozenset(["CDDL", "CDDPL"])
_RATIOS = frozenset(["DI"])
# Differences of two shares, or of two distributions.
_AT_MOST_ONE = frozenset(
    ["AD", "CDDL", "CDDPL", "CI", "DAR", "DPL", "DPPL", "DRR", "FT", "JS", "KS", "RD", "SD", "TVD"]
)
_LONGEST = 1000
_EXAMPLE = "0.1 of DPPL means that ten of a hundred more are accepted in the other group"


@checked
@dataclass(frozen=True)
class Facet:
    """A column that tells groups apart. Use `of`.

    Attributes:
        name: Name of the column, or its position.
        values: Values of the sensitive group; empty: every value is a group of its own.
    """

    name: str | int
    values: tuple[Value, ...] = ()

    @classmethod
    @checked
    def of(cls, name: str | int, *values: Value) -> Facet:
        """Name a column and the sensitive group in it.

        Args:
            name: Name of the column, or its position.
            *values: Values of the group; a single number on a column of many different numbers is a lower bound that
                the group lies above. Default: every value is a group of its own.
        """
        require_attribute("facet", name)
        return cls(name, values)

    def to_document(self) -> dict[str, Any]:
        """As Clarify's configuration has it."""
        return {"name_or_index": self.name, **({"value_or_threshold": list(self.values)} if self.values else {})}


@checked
@dataclass(frozen=True, kw_only=True)
class BiasConfig:
    """Clarify's configuration of a bias analysis.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-config-json-monitor-bias-parameters.html

    Attributes:
        label: Column of the true outcome: its name or position.
        label_values: Outcomes that are good for people; a single number on a column of many different numbers is a
            lower bound.
        facets: Groups that are compared with everybody else.
        headers: Names of the inputs, in their order, and of the label, which captured records do not have. Default:
            none; columns are named by their positions then.
        group_variable: Column that explains differences, needed by CDDL and CDDPL. Default: none.
        metrics: Short names of the metrics that are computed from the baseline's dataset, and that runs are therefore
            compared in, at least one of them post-training. Each is a test of its own that can go wrong by chance:
            name those that matter to you. Not with a baseline of files, which holds what it holds. Default: all.

    Example:
        ```python
        BiasConfig(
            label="approved",
            label_values=[1],
            facets=[Facet.of("sex", "female"), Facet.of("age", 40)],
            headers=["sex", "age", "income", "approved"],
        )
        ```
    """

    label: str | int
    label_values: Sequence[Value]
    facets: Sequence[Facet]
    headers: Sequence[str] | None = None
    group_variable: str | int | None = None
    metrics: Sequence[str] | None = None

    def __post_init__(self) -> None:
        require_attribute("label", self.label)
        require_attribute("group variable", self.group_variable)
        if not self.label_values or not self.facets:
            raise ConfigurationError(
                option="facets" if self.label_values else "label_values",
                got=f"{len(self.label_values)} label values and {len(self.facets)} facets",
                expected="at least one of each",
                fix=(
                    "name the good outcome and the groups: ",
                    Setting("label_values", [1]),
                    ", ",
                    Setting("facets", [Call("Facet.of", "sex", "female")]),
                ),
            )
        names = [facet.name for facet in self.facets]
        repeated = sorted({str(name) for name in names if names.count(name) > 1})
        if repeated or self.label in names:
            raise ConfigurationError(
                option="facets",
                got=f"{_quoted(repeated or [self.label])} as more than one facet, or as facet and label",
                expected="each column once",
                fix=("give a facet all its values: ", Shown(Call("Facet.of", "sex", "female", "other"))),
            )
        require_headers(self.headers, [self.label, *names, self.group_variable])
        if self.metrics is not None and not self.metrics:
            raise ConfigurationError(
                option="metrics",
                got="an empty list of bias metrics",
                expected="at least one",
                fix=("leave ", OptionName("metrics"), " out for all of them"),
            )
        for metric in self.metrics or []:
            self.require_metric(metric)
        if self.metrics and not POST_TRAINING.intersection(self.metrics):
            raise ConfigurationError(
                option="metrics",
                got=f"the bias metrics {_quoted(self.metrics)} alone, which say nothing about the model's predictions",
                expected=f"at least one of {', '.join(sorted(POST_TRAINING))}",
                fix=("add one, such as ", Shown("DPPL")),
            )

    @property
    def baseline_methods(self) -> dict[str, Any]:
        """What the baseline's job computes, as Clarify's configuration has it."""
        stages = {"pre_training_bias": PRE_TRAINING, "post_training_bias": POST_TRAINING}
        if self.metrics is None:
            return {stage: {"methods": "all"} for stage in stages}
        chosen = {stage: sorted(known.intersection(self.metrics)) for stage, known in stages.items()}
        return {stage: {"methods": names} for stage, names in chosen.items() if names}

    @property
    def first_metric(self) -> str:
        """The metric that says most: the first post-training one of those that are computed, or `DPPL`."""
        return next((name for name in self.metrics or () if name in POST_TRAINING), "DPPL")

    def require_facet(self, name: str | int) -> Facet:
        """The facet of a column.

        Raises:
            ConfigurationError: The configuration has no such facet.
        """
        for facet in self.facets:
            if facet.name == name:
                return facet
        raise ConfigurationError(
            option="facet",
            got=("the facet ", Shown(name)),
            expected=one_of([facet.name for facet in self.facets]),
            fix=("add it to the ", OptionName("facets"), " of the configuration"),
        )

    def facet_text(self, name: str | int, value: Value | None) -> str:
        """A facet's value as a dimension of metrics.

        Raises:
            ConfigurationError: There is no such facet, or it has no value of its own and none is given.
        """
        facet = self.require_facet(name)
        if value is not None:
            return str(value)
        if not facet.values:
            raise ConfigurationError(
                option="facet",
                got=("the facet ", Shown(name), " without a value, which makes every value a group"),
                expected="the group that is meant",
                fix=("add ", Setting("facet_value"), " as the reports write it"),
            )
        return _joined(facet.values)

    def require_metric(self, name: str) -> str:
        """The stage of a metric, as its dimension has it.

        Raises:
            ConfigurationError: There is no such metric, or it needs a group variable.
        """
        if name not in PRE_TRAINING | POST_TRAINING:
            raise ConfigurationError(
                got=("the bias metric ", Shown(name)),
                expected=f"one of {', '.join(sorted(PRE_TRAINING | POST_TRAINING))}",
                fix="use the short name",
            )
        if name in _NEED_GROUPS and self.group_variable is None:
            raise ConfigurationError(
                got=("the bias metric ", Shown(name), " without a group variable"),
                expected="the column that explains differences",
                fix=("add ", Setting("group_variable"), " to the configuration"),
            )
        return "Pre-training" if name in PRE_TRAINING else "Post-Training"

    def to_document(self) -> dict[str, Any]:
        """The configuration of runs."""
        return {
            "version": "1.0",
            **({"headers": list(self.headers)} if self.headers else {}),
            "label": self.label,
            "label_values_or_threshold": list(self.label_values),
            "facet": [facet.to_document() for facet in self.facets],
            **({"group_variable": self.group_variable} if self.group_variable is not None else {}),
        }


@checked
@dataclass(frozen=True, kw_only=True)
class BiasLimit:
    """How far one metric of one group may lie from its ideal: 0, or 1 for the ratio `DI`.

    Attributes:
        metric: Short name, such as `DPPL`.
        facet: Column of the group.
        maximum: Distance above which an alarm goes into ALARM.
        facet_value: The group, as reports write it; an interval such as `(40, 75]` for a lower bound. Default: the
            values of the facet.
    """

    metric: str
    facet: str | int
    maximum: float
    facet_value: Value | None = None

    def __post_init__(self) -> None:
        if self.maximum <= 0:
            raise ConfigurationError(
                option="maximum",
                got=(Setting("maximum", self.maximum), f" for {self.metric}"),
                expected="a positive distance from the ideal",
                fix=_EXAMPLE,
            )
        if self.maximum >= 1 and self.metric in _AT_MOST_ONE:
            raise ConfigurationError(
                option="maximum",
                got=(Setting("maximum", self.maximum), f" for {self.metric}"),
                expected=f"less than 1: {self.metric} lies between -1 and 1, and this alarm would stay quiet for ever",
                fix=_EXAMPLE,
            )

    @property
    def ideal(self) -> int:
        """The value of a model that treats all alike."""
        return ideal_of(self.metric)


def ideal_of(metric: str) -> int:
    """Return the value of a metric where groups are treated alike."""
    return 1 if metric in _RATIOS else 0


def require_headers(headers: Sequence[str] | None, columns: Sequence[str | int | None]) -> None:
    """Check names and positions of columns against the names of all.

    Raises:
        ConfigurationError: A column does not exist, or a name is there twice.
    """
    if headers is None:
        return
    names = list(headers)
    repeated = sorted({name for name in names if names.count(name) > 1})
    unknown = [
        column
        for column in columns
        if column is not None and (column not in names if isinstance(column, str) else column >= len(names))
    ]
    if repeated or unknown or not names:
        raise ConfigurationError(
            option="headers",
            got=f"the columns {_quoted(repeated or unknown) or 'none at all'} "
            f"with the headers {_quoted(names)[:_LONGEST]}",
            expected="each header once, and every column that is named among them",
            fix="write all columns in the order of the data",
        )


def _quoted(names: Iterable[object]) -> str:
    return ", ".join(map(repr, names))


def _joined(values: Sequence[Value]) -> str:
    return ",".join(str(value) for value in values)
