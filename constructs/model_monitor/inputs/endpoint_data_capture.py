"""Data capture for an endpoint that is deployed elsewhere."""

from __future__ import annotations

from aws_cdk import CustomResource, Names, Stack, Token, aws_iam as iam, aws_kms as kms
from constructs import Construct

from model_monitor.inputs.data_capture import DataCapture
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.internal.nag import acknowledge_wildcards
from model_monitor.internal.provider import StackProvider

_PREFIX_LENGTH = 40


class DataCaptureProvider(StackProvider):
    """Turns data capture of endpoints on and off."""

    ID = "ModelMonitorDataCaptureProvider"
    PACKAGE = "data_capture"
    BEGINS = "Turns data capture of a SageMaker endpoint on, or back off"
    WAITS = "Waits until a SageMaker endpoint is in service with its new capture"


class EndpointDataCapture(Construct):
    """Turns data capture on for an endpoint of another stack or tool, and back off when it is deleted.

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
    ) -> None:
        """Makes the resource.

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

        Raises:
            ConfigurationError: The name cannot be an endpoint's.
        """
        super().__init__(scope, id)
        named = MonitoredEndpoint.from_endpoint_name(endpoint_name, capture_location=capture.location)
        provider = DataCaptureProvider.of(self)
        prefix = Names.unique_resource_name(self, max_length=_PREFIX_LENGTH, separator="-").lower()
        self._grant(provider, named.endpoint_name, prefix)
        for statement in (*_passing(execution_role), *_use_of_volumes(self, volume_key)):
            for function in provider.functions:
                function.add_to_role_policy(statement)
        resource = CustomResource(
            self,
            "Resource",
            service_token=provider.service_token,
            resource_type="Custom::EndpointDataCapture",
            pascal_case_properties=False,
            properties={
                "EndpointName": named.endpoint_name,
                "DataCaptureConfig": Stack.of(self).to_json_string(capture.to_document()),
                "NamePrefix": prefix,
            },
        )
        for function in provider.functions:
            if function.role is not None:
                resource.node.add_dependency(function.role)
        self.endpoint = MonitoredEndpoint(named.endpoint_name, capture.location, self)

    def _grant(self, provider: DataCaptureProvider, endpoint_name: str, prefix: str) -> None:
        stack = Stack.of(self)

        def arn(resource: str, name: str) -> str:
            return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

        # Names are in lower case inside of ARNs.
        endpoint = arn("endpoint", endpoint_name if Token.is_unresolved(endpoint_name) else endpoint_name.lower())
        own, every = arn("endpoint-config", f"{prefix}*"), arn("endpoint-config", "*")
        statements = [
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
        for function in provider.functions:
            for statement in statements:
                function.add_to_role_policy(statement)
                acknowledge_wildcards(
                    function,
                    statement.resources,
                    "Names of the endpoint's configurations and models are not known.",
                )


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
    """Lets SageMaker, and nobody else, go on using the key.

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
