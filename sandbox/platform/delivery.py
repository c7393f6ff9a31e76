"""Whether AWS would deliver an event or a message to a topic, queue or function, and why not.

MiniStack delivers without asking. On AWS the target's policy must admit the calling service, and so must the policy
of the key that the target is encrypted with:
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

from sandbox.platform.policy import allows_service
from sandbox.seams import Name, account_id, get, region, resources

CLOUDWATCH = "cloudwatch.amazonaws.com"
CLOUDWATCH_TO_LAMBDA = "lambda.alarms.cloudwatch.amazonaws.com"
EVENTBRIDGE = "events.amazonaws.com"
SNS = "sns.amazonaws.com"

_NOT_FROM_EVENTBRIDGE = ("aws:SourceArn", "aws:SourceAccount", "aws:SourceOwner")
"""What EventBridge does not tell KMS: a key's policy that asks for it loses every event.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def refusal(target_arn: str, service: str, source_arn: str) -> str | None:
    """Why ``service`` may not deliver to a target on behalf of ``source_arn``; None when it may.

    Targets other than topics, queues and functions are not judged, and none is while IAM is off.
    """
    if not get(Name.AUTH):
        return None
    context = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": account_id(),
        "aws:SourceOwner": account_id(),
        "aws:PrincipalIsAWSService": "true",
    }
    kind = target_arn.split(":")[2]
    if kind == "sns":
        return _topic_refusal(target_arn, service, context)
    if kind == "sqs":
        return _queue_refusal(target_arn, service, context)
    if kind == "lambda":
        return _function_refusal(target_arn, service, context)
    return None


def _topic_refusal(arn: str, service: str, context: dict[str, str]) -> str | None:
    attributes = resources.topic_attributes(arn)
    if attributes is None:
        return f"the topic {arn} does not exist"
    if not allows_service(attributes.get("Policy"), service, "sns:Publish", arn, context):
        return f"the policy of {arn} does not allow {service} to perform sns:Publish"
    return _key_refusal(attributes.get("KmsMasterKeyId"), "sns", service, context)


def _queue_refusal(arn: str, service: str, context: dict[str, str]) -> str | None:
    attributes = resources.queue_attributes(arn)
    if attributes is None:
        return f"the queue {arn} does not exist"
    if not allows_service(attributes.get("Policy"), service, "sqs:SendMessage", arn, context):
        return f"the policy of {arn} does not allow {service} to perform sqs:SendMessage"
    return _key_refusal(attributes.get("KmsMasterKeyId"), "sqs", service, context)


def _function_refusal(arn: str, service: str, context: dict[str, str]) -> str | None:
    policy = resources.function_policy(arn)
    if policy is None:
        return f"the function {arn} does not exist"
    if not allows_service(policy, service, "lambda:InvokeFunction", arn, context):
        return f"the policy of {arn} does not allow {service} to perform lambda:InvokeFunction"
    return None


def _key_refusal(key: str | None, owner: str, service: str, context: dict[str, str]) -> str | None:
    if not key:
        return None
    if "alias/aws/" in key:
        return f"the key policy of the AWS managed key {key} does not allow {service} and cannot be changed"
    policy = resources.key_policy(key)
    if policy is None:
        return f"the key {key} does not exist"
    if service == EVENTBRIDGE:
        context = {name: value for name, value in context.items() if name not in _NOT_FROM_EVENTBRIDGE}
    via = context | {"kms:ViaService": f"{owner}.{region()}.amazonaws.com", "kms:CallerAccount": account_id()}
    refused = [action for action in _KEY_ACTIONS if not allows_service(policy, service, action, context=via)]
    return f"the policy of the key {key} does not allow {service} to perform {', '.join(refused)}" if refused else None
