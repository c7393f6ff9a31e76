"""The containers behind each endpoint, and the swap from one set to the next."""

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from sandbox import seams
from sandbox.errors import AwsError
from sandbox.sagemaker import state
from sandbox.sagemaker.hosting.served import LoadError, ServedModel
from sandbox.sagemaker.hosting.worker import HostingError
from sandbox.sagemaker.kinds import MODEL
from sandbox.sagemaker.state import Document


@dataclass
class Variant:
    """A production variant that serves.

    Args:
        name: The variant's name.
        weight: Its share of the traffic, relative to the other variants.
        served: Its model.
    """

    name: str
    weight: float
    served: ServedModel

    @property
    def role_arn(self) -> str:
        """Execution role of its model: what capture is written with."""
        return self.served.role_arn


@dataclass
class Fleet:
    """Everything that serves one endpoint.

    Args:
        endpoint: The endpoint's name.
        variants: At least one.
        capture: DataCaptureConfig, or None.
    """

    endpoint: str
    variants: list[Variant]
    capture: Document | None
    scope: tuple[str, str] = field(default_factory=lambda: (seams.account_id(), seams.region()))

    def choose(self, target: str | None) -> Variant | None:
        """The variant that serves a request: the named one, else by weight."""
        if target is not None:
            return next((variant for variant in self.variants if variant.name == target), None)
        if len(self.variants) == 1:
            return self.variants[0]
        weights = [variant.weight for variant in self.variants]
        if not any(weights):
            return random.choice(self.variants)  # noqa: S311 - spreads load, keeps no secret
        return random.choices(self.variants, weights)[0]  # noqa: S311 - see above


_fleets: seams.ScopedStore[Fleet] = seams.ScopedStore()


def deploy(endpoint: str, config: Document, capture: Document | None) -> None:
    """Bring the variants of a configuration up and swap them in; the old ones finish their request and end.

    Raises:
        HostingError: A model cannot be served. What served before goes on serving.
    """
    variants: list[Variant] = []
    try:
        for production_variant in config["ProductionVariants"]:
            variants.append(_bring_up(endpoint, production_variant))
    except HostingError:
        _stop(variants)
        raise
    except AwsError as error:
        _stop(variants)
        raise HostingError(error.message) from error
    except Exception as error:
        # An endpoint must not stay Creating for good, whatever went wrong.
        _stop(variants)
        raise HostingError(f"InternalServerError: {error!r}") from error
    previous = _fleets.get(endpoint)
    _fleets[endpoint] = Fleet(endpoint, variants, capture)
    if previous is not None:
        _stop(previous.variants)


def remove(endpoint: str) -> None:
    """End an endpoint's containers; an endpoint that never came up has none."""
    fleet = _fleets.pop(endpoint, None)
    if fleet is not None:
        _stop(fleet.variants)


def set_weights(endpoint: str, weights: Mapping[str, float]) -> None:
    """Spread the traffic of an endpoint anew; variants that are not named keep their weight."""
    fleet = _fleets.get(endpoint)
    for variant in fleet.variants if fleet is not None else ():
        variant.weight = weights.get(variant.name, variant.weight)


def find(endpoint: str) -> Fleet | None:
    """What serves an endpoint."""
    return _fleets.get(endpoint)


def current_capture(endpoint: str) -> Document | None:
    """The capture settings that are in force."""
    fleet = _fleets.get(endpoint)
    return fleet.capture if fleet is not None else None


def reset() -> None:
    """End every container of every account and region, in the background."""
    fleets = []
    for account, region in _fleets.scopes():
        with seams.scope(account, region):
            fleets += list(_fleets.values())
    _fleets.reset()
    for fleet in fleets:
        seams.spawn_background(partial(_stop, fleet.variants), "sagemaker-reset")


def _bring_up(endpoint: str, production_variant: Document) -> Variant:
    name = production_variant["VariantName"]
    model = state.find(MODEL, production_variant.get("ModelName", ""))
    if model is None:
        raise HostingError(f"variant {name} has no model: the sandbox serves variants that name a ModelName")
    stream = f"{name}/i-{uuid.uuid4().hex[:17]}"
    try:
        served = ServedModel.start(model, (f"/aws/sagemaker/Endpoints/{endpoint}", stream))
    except LoadError as error:
        raise HostingError(
            f"The {error.container} container for production variant {name} did not pass the ping health check. "
            f"Please check CloudWatch logs for this endpoint. ({error})"
        ) from error
    return Variant(name, production_variant["InitialVariantWeight"], served)


def _stop(variants: Iterable[Variant]) -> None:
    for variant in variants:
        variant.served.stop()
