"""Where predictions are in captured records."""

from __future__ import annotations

from dataclasses import dataclass

from model_monitor.errors import ConfigurationError, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.tokens import is_token

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_EndpointInput.html
_MAX_ATTRIBUTE = 256


@checked
@dataclass(frozen=True, kw_only=True)
class CapturedAttributes:
    """Where features and predictions are in what is captured.

    A whole number is the position of a CSV column of the model's output, from 0; a text is a key or path of JSON.

    Attributes:
        features: Where the features are in a JSON input. Default: all of it.
        inference: Where the predicted label, or value, is. Default: the probability tells the label.
        probability: Where the probability of the positive outcome is. Default: there is none.
        probability_threshold: Bias counts an outcome as positive when its probability is greater than this ("a
            probability value > 0.5 indicates predicted label `1`", in AWS's own notebook on bias drift:
            https://github.com/aws/amazon-sagemaker-examples, sagemaker_model_monitor); model quality also when it
            equals this, which is not published. Default: 0.5.
    """

    features: str | int | None = None
    inference: str | int | None = None
    probability: str | int | None = None
    probability_threshold: float | None = None

    def __post_init__(self) -> None:
        for name in ("features", "inference", "probability"):
            require_attribute(name, getattr(self, name))
        threshold = self.probability_threshold
        if threshold is None or is_token(threshold):
            return
        if self.probability is None:
            raise ConfigurationError(
                option="probability_threshold",
                got=f"a probability threshold of {threshold} without a probability",
                expected="both or neither",
                fix="say where the probability is, or leave the threshold out",
            )
        if not 0 <= threshold <= 1:
            raise ConfigurationError(
                option="probability_threshold",
                got=f"a probability threshold of {threshold}",
                expected="0 to 1",
                fix="write 50 % as 0.5",
            )

    def require_prediction(self) -> None:
        """Check that the predicted label can be told.

        Raises:
            ConfigurationError: Neither the label nor its probability is named.
        """
        if self.inference is None and self.probability is None:
            raise ConfigurationError(
                got="neither an inference nor a probability attribute",
                expected="at least one of them",
                fix="0 is the first CSV column of the model's output",
            )


def require_attribute(name: str, value: str | int | None) -> None:
    """Check the position, name or path of an attribute.

    Raises:
        ConfigurationError: The service would refuse it.
    """
    if value is None or is_token(value):
        return
    if isinstance(value, bool) or (isinstance(value, int) and value < 0) or not 1 <= len(str(value)) <= _MAX_ATTRIBUTE:
        raise ConfigurationError(
            got=(Shown(value), f" as the {name} attribute"),
            expected="a position from 0, or a name or path of 1 to 256 characters",
            fix="0 is the first column; JSON keys are written as they are",
        )


def attribute_text(value: str | int | None) -> str | None:
    """An attribute as the service takes it."""
    return None if value is None else str(value)
