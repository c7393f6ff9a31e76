"""What is monitored, from what the file says."""

from __future__ import annotations

from constructs import Construct

from model_monitor import (
    BatchTransform,
    DataCapture,
    EndpointDataCapture,
    MonitoredEndpoint,
    MonitoringServices,
    MonitorInput,
    ServedElsewhere,
)
from stacks import translation
from stacks.configuration.data_capture import NewCapture, TurnOn
from stacks.configuration.monitored import BatchTransformConfig, EndpointConfig, MonitoredConfig, ServedElsewhereConfig
from stacks.imports import Imports


def monitor_input(
    scope: Construct, name: str, config: MonitoredConfig, imports: Imports, services: MonitoringServices | None
) -> MonitorInput:
    """What monitors read.

    Args:
        scope: The stack; gets what turns capture on.
        name: What the file calls it; the name of an endpoint.
        config: What the file says of it.
        imports: Existing resources.
        services: Those that models share, if this one does.

    Raises:
        ConfigurationError: Something that the library refuses.
    """
    if isinstance(config, EndpointConfig):
        return _endpoint(scope, name, config, imports, services)
    assert isinstance(config, BatchTransformConfig | ServedElsewhereConfig), "the file has no other kind"
    captured, stored = imports.location(config.capture), translation.captured_format(config.format)
    if isinstance(config, ServedElsewhereConfig):
        return ServedElsewhere.of(name=name, captured=captured, format=stored)
    return BatchTransform.of(
        captured=captured, files=[imports.location(files) for files in config.files], format=stored
    )


def _endpoint(
    scope: Construct, name: str, config: EndpointConfig, imports: Imports, services: MonitoringServices | None
) -> MonitoredEndpoint:
    if not isinstance(config.capture, TurnOn):
        return MonitoredEndpoint.from_endpoint_name(name, capture_location=imports.location(config.capture))
    new = config.capture.turn_on
    capture = _capture(new, imports)
    if new.model_role is not None:
        capture.grant_write(imports.role(new.model_role))
    return EndpointDataCapture(
        scope,
        "DataCapture",
        endpoint_name=name,
        capture=capture,
        execution_role=imports.role(new.execution_role) if new.execution_role else None,
        volume_key=imports.key(new.volume_key) if new.volume_key else None,
        services=services,
    ).endpoint


def _capture(config: NewCapture, imports: Imports) -> DataCapture:
    return DataCapture(
        location=imports.location(config),
        sampling=config.sampling,
        csv_content_types=config.csv_content_types,
        json_content_types=config.json_content_types,
    )
