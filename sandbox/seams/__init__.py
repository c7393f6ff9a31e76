"""Everything that the sandbox asks of MiniStack, and the only package that imports it.

MiniStack has no plug-in interface. `sandbox.seams.names` lists every private name that is used, and the self-test
there refuses to start on any other version. The rest of this package gives those names a typed face.
"""

from sandbox.seams.context import ScopedStore, account_id, endpoint_url, region, run_reentrant, scope, spawn_background
from sandbox.seams.emit import put_event, put_metric_data, write_log_lines
from sandbox.seams.identity import (
    can_be_assumed_by,
    find_role,
    is_service_session,
    require_pass_role,
    require_permission_to_pass,
    role_credentials,
    root_credentials,
)
from sandbox.seams.names import Name, SeamError, check, get, replace
from sandbox.seams.resource_types import extend_resource_type, physical_name, register_resource_type
from sandbox.seams.services import Handler, Response, register_service, route_runtime_path

__all__ = [
    "Handler",
    "Name",
    "Response",
    "ScopedStore",
    "SeamError",
    "account_id",
    "can_be_assumed_by",
    "check",
    "endpoint_url",
    "extend_resource_type",
    "find_role",
    "get",
    "is_service_session",
    "physical_name",
    "put_event",
    "put_metric_data",
    "region",
    "register_resource_type",
    "register_service",
    "replace",
    "require_pass_role",
    "require_permission_to_pass",
    "role_credentials",
    "root_credentials",
    "route_runtime_path",
    "run_reentrant",
    "scope",
    "spawn_background",
    "write_log_lines",
]
