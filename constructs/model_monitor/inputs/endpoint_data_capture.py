"""Data capture for an endpoint that is deployed elsewhere."""

from __future__ import annotations

from aws_cdk import Names, Stack, Token, aws_iam as iam, aws_kms as kms
from constructs import Construct

from model_monitor.inputs.data_capture import DataCapture
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.internal.access import AccessRole
from model_monitor.internal.checking import checked
from model_monitor.internal.deployment import Deployment
from model_monitor.services import MonitoringServices

_PREFIX_LENGTH = 40


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
            ConfigurationError: The name cannot be an endpoint's.
        """
        super().__init__(scope, id)
        named = MonitoredEndpoint.from_endpoint_name(endpoint_name, capture_location=capture.location)
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
                *_statements(Stack.of(self), named.endpoint_name, prefix),
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
                "DataCaptureConfig": Stack.of(self).to_json_string(capture.to_document()),
                "NamePrefix": prefix,
            },
        )
        self.endpoint = MonitoredEndpoint(named.endpoint_name, capture.location, self)


def _statements(stack: Stack, endpoint_name: str, prefix: str) -> list[iam.PolicyStatement]:
    def arn(resource: str, name: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    # Names are in lower case inside of ARNs.
    endpoint = arn("endpoint", endpoint_name if Token.is_unresolved(endpoint_name) else endpoint_name.lower())
    own, every = arn("endpoint-config", f"{prefix}*"), arn("endpoint-config", "*")
    return [
        iam.PolicyStatement(actions=["sagemaker:DescribeEndpoint"], resources=[endpoint]),
        # The original's name is not known before the deployment, and changes with every one of its owner.
        iam.PolicyStatement(actions=["sagemaker:UpdateEndpoint"], resources=[endpoint, every]),
        iam.PolicyStatement(actions=["sagemaker:DescribeEndpointConfig", "sagemaker:ListTags"], resources=[every]),
        iam.PolicyStatement(actions=["sagemaker:DescribeModel"], resources=[arn("model", "*")]),
        iam.PolicyStatement(
            actions=["sagemaker:AddTags", "sagemaker:CreateEndpointConfig", "sagemaker:DeleteEndpointConfig"],
            resources=[own],
        ),
        # The action has no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
        iam.PolicyStatement(actions=["sagemaker:ListEndpointConfigs"], resources=["*"]),
    ]


def _passing(role: iam.IRole | None) -> list[iam.PolicyStatement]:
    if role is None:
        return []
    return [
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
    ]


def _use_of_volumes(scope: Construct, key: kms.IKey | None) -> list[iam.PolicyStatement]:
    """Let SageMaker, and nobody else, go on using the key.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html and
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    if key is None:
        return []
    through_sagemaker = {"StringEquals": {"kms:ViaService": f"sagemaker.{Stack.of(scope).region}.amazonaws.com"}}
    return [
        iam.PolicyStatement(actions=["kms:DescribeKey"], resources=[key.key_arn], conditions=through_sagemaker),
        iam.PolicyStatement(
            actions=["kms:CreateGrant"],
            resources=[key.key_arn],
            conditions={**through_sagemaker, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
