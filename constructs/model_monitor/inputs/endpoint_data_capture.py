"""Data capture for an endpoint that is deployed elsewhere."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from aws_cdk import Names, Stack, Token, aws_iam as iam, aws_kms as kms
from constructs import Construct

from model_monitor.errors import ConfigurationError
from model_monitor.inputs.data_capture import DataCapture
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.deployment import Deployment
from model_monitor.internal.reachable import require_reachable_place, require_same_environment
from model_monitor.internal.stacks import KnownStack, stack_of
from model_monitor.internal.statements import Statement
from model_monitor.services import MonitoringServices

_PREFIX_LENGTH = 40
_CAPTURED: WeakKeyDictionary[Stack, dict[str, str]] = WeakKeyDictionary()
"""Of each stack the endpoints that are captured, with the path of the construct."""


@checked
class EndpointDataCapture(Construct):
    """Turn data capture on for an endpoint of another stack or tool, and back off when it is deleted.

    The endpoint gets a copy of its configuration with the capture; variants, weights and instance counts stay as they
    are. The former configuration is remembered and put back on deletion. Whoever deploys the endpoint may replace the
    copy at any time: then capture is off, which the monitors' alarm on missing data tells, until something about the
    capture changes in a deployment of this one. Serverless, multi-model and asynchronous endpoints are refused with
    the reason.

    The model's own execution role writes the records: it needs `capture.grant_write`.

    Attributes:
        endpoint: The endpoint for monitors, once its capture is on.

    Example:
        ```python
        capture = EndpointDataCapture(self, "Capture", endpoint_name="credit-risk", capture=DataCapture.to(bucket))
        monitoring = EndpointMonitoring(self, "Credit", endpoint=capture.endpoint)
        ```
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint_name: str,
        capture: DataCapture,
        execution_role: iam.IRole | None = None,
        volume_key: kms.IKey | None = None,
        services: MonitoringServices | None = None,
    ) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint_name: Name of the endpoint, in the spelling that `describe-endpoint` shows.
            capture: What is captured, and where to.
            execution_role: The `ExecutionRoleArn` of the endpoint's configuration, which a copy must be allowed to
                pass on (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html).
                Default: the configuration names none, as is usual.
            volume_key: The `KmsKeyId` of the endpoint's configuration, which the endpoint must be allowed to go on
                using. A key that is not of this app must leave access to IAM in its policy. Default: the configuration
                names none.

            services: Whose deployment function is used. Default: that of the stack.

        Raises:
            ConfigurationError: The name cannot be an endpoint's, or the app captures this endpoint already.
        """
        super().__init__(scope, id)
        require_reachable_place(capture.location, self, option="capture")
        if services is not None:
            require_same_environment(services, self)
        named = MonitoredEndpoint.from_endpoint_name(endpoint_name, capture_location=capture.location)
        _require_first(self, named.endpoint_name)
        prefix = Names.unique_resource_name(self, max_length=_PREFIX_LENGTH, separator="-").lower()
        deployment = services.deployment if services else Deployment.of(self)
        access = AccessRole(
            self,
            "Access",
            path=deployment.access_path,
            functions=[deployment.function_role_arn],
            subject=f"data capture of {named.title}",
        )
        access.allow(
            [
                *_statements(stack_of(self, parent=scope), named.endpoint_name, prefix),
                *_passing(execution_role),
                *_use_of_volumes(self, volume_key),
            ],
            "Names of the endpoint's configurations and models are not known.",
        )
        deployment.resource(
            self,
            "Resource",
            type="Custom::EndpointDataCapture",
            access=access,
            properties={
                "EndpointName": named.endpoint_name,
                "DataCaptureConfig": stack_of(self).stack.to_json_string(capture.to_document()),
                "NamePrefix": prefix,
            },
        )
        self.endpoint = MonitoredEndpoint(named.endpoint_name, capture.location, self, capture.mode)


def _require_first(capture: EndpointDataCapture, endpoint_name: str) -> None:
    """Check that no other construct of the stack captures the same endpoint: each would replace the other's."""
    captured = _CAPTURED.setdefault(Stack.of(capture), {})
    # SageMaker takes names in any case for the same endpoint.
    path = captured.setdefault(endpoint_name.lower(), capture.node.path)
    if path != capture.node.path:
        raise ConfigurationError(
            option="endpoint_name",
            value=endpoint_name,
            expected=f"one capture for each endpoint; {path} has one of this endpoint",
            fix="use that one's endpoint for all monitors",
        )


def _statements(stack: KnownStack, endpoint_name: str, prefix: str) -> list[Statement]:
    def arn(resource: str, name: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    # Names are in lower case inside of ARNs.
    endpoint = arn("endpoint", endpoint_name if Token.is_unresolved(endpoint_name) else endpoint_name.lower())
    own, every = arn("endpoint-config", f"{prefix}*"), arn("endpoint-config", "*")
    return [
        Statement(actions=["sagemaker:DescribeEndpoint"], resources=[endpoint]),
        # The original's name is not known before the deployment, and changes with every one of its owner.
        Statement(actions=["sagemaker:UpdateEndpoint"], resources=[endpoint, every]),
        Statement(actions=["sagemaker:DescribeEndpointConfig", "sagemaker:ListTags"], resources=[every]),
        Statement(actions=["sagemaker:DescribeModel"], resources=[arn("model", "*")]),
        Statement(
            actions=["sagemaker:AddTags", "sagemaker:CreateEndpointConfig", "sagemaker:DeleteEndpointConfig"],
            resources=[own],
        ),
        # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
        Statement(actions=["sagemaker:ListEndpointConfigs"], resources=["*"]),
    ]


def _passing(role: iam.IRole | None) -> list[Statement]:
    if role is None:
        return []
    return [
        Statement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
    ]


def _use_of_volumes(scope: Construct, key: kms.IKey | None) -> list[Statement]:
    """Let SageMaker, and nobody else, go on using the key.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html and
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    if key is None:
        return []
    through_sagemaker = {"StringEquals": {"kms:ViaService": f"sagemaker.{stack_of(scope).region}.amazonaws.com"}}
    return [
        Statement(actions=["kms:DescribeKey"], resources=[key.key_arn], conditions=through_sagemaker),
        Statement(
            actions=["kms:CreateGrant"],
            resources=[key.key_arn],
            conditions={**through_sagemaker, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
