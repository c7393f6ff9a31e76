"""What is monitored, from what the file says."""

from __future__ import annotations

from constructs import Construct

from model_monitor import (
    BatchTransform,
    EndpointDataCapture,
    MonitoredEndpoint,
    MonitoringServices,
    MonitorInput,
    ServedElsewhere,
)
from stacks.configuration.baseline import captured_format
from stacks.configuration.data_capture import TurnOn
from stacks.configuration.monitored import BatchTransformConfig, EndpointConfig, MonitoredConfig, ServedElsewhereConfig
from stacks.imports import Imports


def monitor_input(
    scope: Construct, name: str, config: MonitoredConfig, imports: Imports, services: MonitoringServices | None
) -> MonitorInput:
    """Return what monitors read.

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
    with imports.at("capture"):
        captured = imports.location(config.capture)
    stored = captured_format(config.format)
    if isinstance(config, ServedElsewhereConfig):
        return ServedElsewhere.of(name=name, captured=captured, format=stored)
    with imports.at("files"):
        files = [imports.location(files) for files in config.files]
    return BatchTransform.of(captured=captured, files=files, format=stored, name=name)


def _endpoint(
    scope: Construct, name: str, config: EndpointConfig, imports: Imports, services: MonitoringServices | None
) -> MonitoredEndpoint:
    if not isinstance(config.capture, TurnOn):
        with imports.at("capture"):
            captured = imports.location(config.capture)
        return MonitoredEndpoint.from_endpoint_name(name, capture_location=captured)
    new = config.capture.turn_on
    with imports.at("capture", "turn_on"):
        capture = new.build(imports)
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
