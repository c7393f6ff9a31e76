"""What the stacks of a fleet can share."""

from __future__ import annotations

from typing import Annotated, Literal

from stacks.configuration.base import StrictModel, joined
from stacks.configuration.data_quality import DataQualitySettings
from stacks.configuration.jobs import ComputeConfig, NetworkConfig
from stacks.configuration.model_bias import ModelBiasSettings
from stacks.configuration.model_explainability import ModelExplainabilitySettings
from stacks.configuration.model_quality import ModelQualitySettings
from stacks.configuration.mutes import MuteConfig
from stacks.configuration.notify import Channel
from stacks.configuration.reactions import Reaction
from stacks.configuration.values import ONCE, KeyArn, Location, TopicArn, WebAddress, matching


class EnvironmentConfig(StrictModel):
    """Where stacks are deployed."""

    account: (
        Annotated[
            str,
            *matching(
                "[0-9]{12}",
                expected="the 12 digits of an account",
                fix="write them in quotes, without hyphens",
                example="123456789012",
            ),
        ]
        | None
    ) = None
    """Account, in quotes. Left out: that of the CLI's credentials."""
    region: (
        Annotated[
            str,
            *matching(
                "[a-z]{2,}(-[a-z]+)+-[0-9]",
                expected="a region such as eu-west-1",
                fix="write the region's code, not its name",
                example="eu-west-1",
            ),
        ]
        | None
    ) = None
    """Region; monitors read only endpoints of their own region. Left out: the CLI's."""


class SharedSettings(StrictModel):
    """What endpoints can share. A setting of an endpoint replaces the default of that name; only tags are joined."""

    environment: EnvironmentConfig | None = None
    """Where the stack is deployed. Left out: account and region of the CLI."""
    output: Location | None = None
    """Existing place for baselines and reports. Left out: a new private, encrypted bucket."""
    encryption_key: KeyArn | None = None
    """Existing KMS key of everything that is stored. When the topic is new, CloudWatch and EventBridge must be allowed
    to use it. Left out: a new rotating key."""
    topic: TopicArn | None = None
    """Existing SNS topic for messages; CloudWatch and EventBridge must be allowed to publish to it. Left out: a new
    encrypted one."""
    notify: Annotated[list[Channel], ONCE] | None = None
    """Who is told. Left out: nobody but the topic's own subscribers."""
    compute: ComputeConfig | None = None
    """Machines of jobs. Left out: one ml.m5.xlarge with 20 GiB."""
    network: NetworkConfig | None = None
    """Network of jobs. Left out: isolated, except for explainability monitors, whose jobs call the model; no VPC."""
    tags: dict[str, str] | None = None
    """Tags of the stack and all that is in it, jobs, definitions and schedules included."""
    services: Literal["shared", "own"] | None = None
    """Who provides bucket, key, topic and functions: `shared`, a stack for all models of an account and region, or
    `own`, the model's own stack. Left out: own for a model that says something of its own of `topic`, `notify` or
    `removal_policy`, shared for all others."""
    schedule_control: bool | None = None
    """Adds a function that starts, stops and runs monitors on demand; its name is an output of the stack. Left out:
    none."""
    dashboard: bool | None = None
    """`true` shows the model on a CloudWatch dashboard of its own; among the defaults, also all models on another one.
    An account has three dashboards free of charge; each further one costs 3 USD a month. Left out: none."""
    query_tables: bool | None = None
    """`true` makes tables for Athena: runs, violations, statistics and metrics of all monitors that share the services,
    and of an endpoint the captured calls of the variant AllTraffic. Left out: none."""
    mutes: list[MuteConfig] | None = None
    """What nobody wants to hear of for a while, of all monitors. Left out: nothing."""
    on_violation: list[Reaction] | None = None
    """What is started when a run of any monitor finds violations. Left out: nothing."""
    runbook: WebAddress | None = None
    """Page that says what to do; named in alarms and messages."""
    report_page: bool | None = None
    """`false`: no page that people can read is written beside the files of each run. Left out: it is."""
    removal_policy: Literal["retain", "destroy"] | None = None
    """What happens to the new bucket and key when the stack is deleted. `retain` keeps them, and with them the history
    of baselines and reports. Left out: retain."""

    def over(self, defaults: SharedSettings) -> SharedSettings:
        """Return the settings of a stack: its own where it has some, else the defaults; tags are joined."""
        settings = joined(SharedSettings, self, defaults)
        return settings.model_copy(update={"tags": {**(defaults.tags or {}), **(self.tags or {})}})


OF_SERVICES = ("topic", "notify", "removal_policy")
"""Settings that services have and that a model which shares them cannot have for itself."""


class Defaults(SharedSettings):
    """Settings of all that do not say otherwise."""

    data_quality: DataQualitySettings | None = None
    """Settings of all data-quality monitors that do not say otherwise."""
    model_quality: ModelQualitySettings | None = None
    """Settings of all model-quality monitors that do not say otherwise."""
    model_bias: ModelBiasSettings | None = None
    """Settings of all bias monitors that do not say otherwise."""
    model_explainability: ModelExplainabilitySettings | None = None
    """Settings of all explainability monitors that do not say otherwise."""
