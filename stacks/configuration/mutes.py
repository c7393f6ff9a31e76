"""What nobody wants to hear of for a while."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from model_monitor import Mute
from stacks.configuration.base import StrictModel, refuse
from stacks.configuration.values import ONCE, FeatureName, matching

Time = Annotated[
    str,
    *matching(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})",
        expected="a time with its zone, such as 2026-11-22T02:00:00Z or 2026-11-22T03:00:00+01:00",
        fix="add the zone; Z stands for UTC",
        example="2026-11-22T02:00:00Z",
    ),
]


class MuteConfig(StrictModel):
    """Something that is neither told nor counted for a while: everything, some features, or some alarms."""

    from_: Time | None = Field(default=None, alias="from")
    """First nominal time of runs for which it holds. Left out: from the deployment on."""
    until: Time | None = None
    """It holds for runs before this time: at most 90 days after `from` or, without one, after the synthesis.
    Required."""
    features: Annotated[list[FeatureName], Field(min_length=1), ONCE] | None = None
    """Only what concerns these features, or metrics of the model's quality. Left out: everything."""
    alarms: Annotated[list[str], Field(min_length=1), ONCE] | None = None
    """Only what these alarms watch: what their names say happened, such as `drift of age`. Left out: everything."""
    reason: str | None = None
    """Why, for those who wonder. Left out: nobody is told."""

    @model_validator(mode="after")
    def _require_window_of_everything(self) -> MuteConfig:
        if self.from_ is None and self.features is None and self.alarms is None:
            raise refuse(
                expected="'from', for a mute of everything, or the 'features' or 'alarms' that are muted",
                fix="add 'from: ...' or 'features: [...]'",
            )
        return self

    def build(self) -> list[Mute]:
        """Return the library's mutes."""
        times = {"since": self.from_, "until": self.until, "reason": self.reason}
        if self.features is None and self.alarms is None:
            return [Mute.window(since=self.from_ or "", until=self.until, reason=self.reason)]
        return [
            *(Mute.feature(name, **times) for name in self.features or ()),
            *(Mute.alarm(title, **times) for title in self.alarms or ()),
        ]
