"""``AWS::S3::Bucket``: keeps encryption, tags and lifecycle rules, and refuses to delete a bucket with objects."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from sandbox.seams import Name, extend_resource_type, get

_TYPE = "AWS::S3::Bucket"
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

Properties = dict[str, Any]


def install() -> None:
    """Wrap MiniStack's handlers of the type."""
    extend_resource_type(_TYPE, after=_apply)
    handlers = get(Name.RESOURCE_HANDLERS)[_TYPE]
    handlers["delete"] = _refusing(handlers["delete"])


def _refusing(original: Callable[[str, Properties], None]) -> Callable[[str, Properties], None]:
    def delete(physical_id: str, props: Properties) -> None:
        bucket = get(Name.BUCKETS).get(physical_id)
        if bucket is not None and (bucket["objects"] or get(Name.BUCKET_HAS_VERSIONS)(physical_id)):
            raise ValueError(
                'Resource handler returned message: "The bucket you tried to delete is not empty '
                '(Service: S3, Status Code: 409)" (HandlerErrorCode: GeneralServiceException)'
            )
        original(physical_id, props)

    return delete


def _apply(name: str, properties: Properties) -> None:
    _set(Name.BUCKET_TAGS, name, {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []})
    rules = (properties.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration")
    _set(Name.BUCKET_ENCRYPTION, name, _encryption(rules) if rules else None)
    rules = (properties.get("LifecycleConfiguration") or {}).get("Rules")
    _set(Name.BUCKET_LIFECYCLE, name, [_lifecycle_rule(rule) for rule in rules] if rules else None)


def _set(store: Name, name: str, value: object) -> None:
    if value:
        get(store)[name] = value
    else:
        get(store).pop(name, None)


def _encryption(rules: list[Mapping[str, Any]]) -> str:
    body = "".join(_encryption_rule(rule) for rule in rules)
    return f'<ServerSideEncryptionConfiguration xmlns="{_NAMESPACE}">{body}</ServerSideEncryptionConfiguration>'


def _encryption_rule(rule: Mapping[str, Any]) -> str:
    default = rule.get("ServerSideEncryptionByDefault") or {}
    inner = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in default.items())
    key_enabled = str(rule.get("BucketKeyEnabled", False)).lower()
    return (
        f"<Rule><ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault>"
        f"<BucketKeyEnabled>{key_enabled}</BucketKeyEnabled></Rule>"
    )


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of the template in the shape of the S3 API."""
    shaped: dict[str, Any] = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        shaped["ID"] = rule["Id"]
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    if "ExpirationDate" in rule:
        expiration["Date"] = rule["ExpirationDate"]
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = str(rule["ExpiredObjectDeleteMarker"]).lower() == "true"
    if expiration:
        shaped["Expiration"] = expiration
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    days = noncurrent.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))
    if days is not None:
        shaped["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(days)}
    if "AbortIncompleteMultipartUpload" in rule:
        initiated = int(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        shaped["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": initiated}
    if rule.get("Transitions"):
        shaped["Transitions"] = [_transition(transition) for transition in rule["Transitions"]]
    return shaped


def _transition(transition: Mapping[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"StorageClass": transition["StorageClass"]}
    if "TransitionInDays" in transition:
        shaped["Days"] = int(transition["TransitionInDays"])
    if "TransitionDate" in transition:
        shaped["Date"] = transition["TransitionDate"]
    return shaped


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    prefix = rule.get("Prefix", "")
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters") or []]
    if not tags:
        return {"Prefix": prefix}
    if len(tags) == 1 and not prefix:
        return {"Tag": tags[0]}
    return {"And": {"Prefix": prefix, "Tags": tags}}
