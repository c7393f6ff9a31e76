"""S3 locations: the one place where bucket names and keys are joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from aws_cdk import Aws, aws_iam as iam
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_s3 import IBucketRef

from model_monitor.errors import Call, ConfigurationError, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.permissions import allow, allow_key
from model_monitor.internal.statements import Statement
from model_monitor.internal.tokens import is_token

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET_NAME = re.compile(r"(?!xn--|sthree-)[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9](?<!-s3alias)(?<!--ol-s3)")
_IP_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Output.html
_MAX_URI = 1024


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


@cache
def _partition() -> str:
    # The same token for every stack; each reading of it is a message to the CDK's process.
    return Aws.PARTITION


def _require_bucket_name(name: str) -> None:
    if is_token(name):
        return
    if not _BUCKET_NAME.fullmatch(name) or _IP_ADDRESS.fullmatch(name) or ".." in name:
        raise ConfigurationError(
            option="bucket_name",
            got=("the bucket ", Shown(name)),
            expected="the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and single dots",
            fix="write the name as the S3 console shows it, without the key",
        )


def _require_key(key: str) -> None:
    literal = "" if is_token(key) else key
    # In a policy, * and ? stand for other keys as well, and ${ begins a variable.
    wild = [sign for sign in ("*", "?", "${") if sign in literal]
    if wild or any(part in (".", "..") for part in literal.split("/")) or not literal.isprintable():
        raise ConfigurationError(
            option="key",
            got=("the key ", Shown(key)),
            expected="a key without *, ?, ${, control characters, and parts that are dots only",
            fix="name one object, or one prefix with all that lies below it",
        )


@checked
@dataclass(frozen=True)
class S3Location:
    """An object or a prefix in a bucket.

    Parts are joined with exactly one slash, whatever slashes they bring. A doubled slash is a different key to S3, and
    the analyzer then finds no objects (https://github.com/aws/amazon-sagemaker-examples/issues/1938).

    Attributes:
        bucket_name: Name of the bucket; may be a token.
        key: Key or prefix without slashes at its ends; empty for the whole bucket.
        encryption_key: KMS key of the objects, used for grants. `None`: grants cover S3 only.

    Example:
        >>> S3Location.from_uri("s3://lake/capture/").join("/credit-risk/").uri
        's3://lake/capture/credit-risk'
    """

    bucket_name: str
    key: str = ""
    encryption_key: IKeyRef | None = None
    bucket: IBucketRef | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _require_bucket_name(self.bucket_name)
        _require_key(self.key)
        if len(self.uri) > _MAX_URI and not is_token(self.uri):
            raise ConfigurationError(
                option="key",
                got=f"an S3 address of {len(self.uri)} characters",
                expected=f"at most {_MAX_URI}, which is all that the service takes",
                fix="choose a shorter prefix",
            )

    @classmethod
    @checked
    def of(cls, bucket: IBucketRef, *parts: str, encryption_key: IKeyRef | None = None) -> S3Location:
        """Name a place in a bucket of this app, or in an imported one.

        Args:
            bucket: An L2 bucket, an L1 `CfnBucket`, or an import.
            *parts: Path below the bucket. Default: the whole bucket.
            encryption_key: KMS key of the objects. Default: the bucket's own key, if the construct knows it.
        """
        key = encryption_key or getattr(bucket, "encryption_key", None)
        return cls(bucket.bucket_ref.bucket_name, "", key, bucket).join(*parts)

    @classmethod
    @checked
    def from_uri(cls, uri: str, *, encryption_key: IKeyRef | None = None) -> S3Location:
        """Read an `s3://bucket/key` address.

        Args:
            uri: The address. It must not be a token: use `of` for a bucket whose name is not known yet.
            encryption_key: KMS key of the objects. Default: grants cover S3 only.

        Raises:
            ConfigurationError: The text is not an S3 address, or it has an empty part (`//`).
        """
        if is_token(uri):
            raise ConfigurationError(
                option="uri",
                got="an S3 address that is only known at deployment",
                expected="a literal such as s3://bucket/prefix",
                fix=("use ", Shown(Call("S3Location.of", ...))),
            )
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        if not uri.startswith("s3://") or not bucket:
            raise ConfigurationError(
                option="uri",
                got=(Shown(uri),),
                expected="s3://bucket/prefix",
                fix="write the address with its bucket",
            )
        if "//" in f"/{key}":
            raise ConfigurationError(
                option="uri",
                got=(Shown(uri),),
                expected="single slashes in the key",
                fix="remove the doubled slash: S3 takes it as an empty folder name and the monitor finds no data",
            )
        return cls(bucket, "", encryption_key).join(key)

    @checked
    def join(self, *parts: str) -> S3Location:
        """Return the location below this one."""
        key = "/".join([*_segments(self.key), *(segment for part in parts for segment in _segments(part))])
        return S3Location(self.bucket_name, key, self.encryption_key, self.bucket)

    def is_within(self, other: S3Location) -> bool:
        """Return whether this place is another one, or lies below it.

        Args:
            other: The other place.
        """
        if self.bucket_name != other.bucket_name:
            return False
        return not other.key or f"{self.key}/".startswith(f"{other.key}/")

    @property
    def uri(self) -> str:
        """`s3://bucket/key`, without a slash at the end."""
        return f"s3://{self.bucket_name}/{self.key}" if self.key else f"s3://{self.bucket_name}"

    def grant_read(self, grantee: iam.IGrantable) -> None:
        """Let the grantee list and read what lies at or below this location, and nothing else."""
        self._grant(grantee, object_actions=["s3:GetObject"], key_actions=["kms:Decrypt"])

    def grant_read_write(self, grantee: iam.IGrantable) -> None:
        """Let the grantee list, read and write (not delete) what lies at or below this location."""
        self._grant(
            grantee,
            object_actions=["s3:GetObject", "s3:PutObject"],
            key_actions=["kms:Decrypt", "kms:GenerateDataKey"],
        )

    def grant_delete(self, grantee: iam.IGrantable) -> None:
        """Let the grantee delete the objects at or below this location."""
        self._add(grantee, ["s3:DeleteObject"], self._object_arns())

    def grant_write(self, grantee: iam.IGrantable) -> None:
        """Let the grantee write objects at or below this location, and nothing else."""
        self._add(grantee, ["s3:PutObject"], self._object_arns())
        self._grant_key(grantee, ["kms:Decrypt", "kms:GenerateDataKey"])

    def grant_write_named(self, grantee: iam.IGrantable, name: str) -> None:
        """Let the grantee write objects of one name in folders below this location; not use their key."""
        below = f"{self.key}/*" if self.key else "*"
        self._add(grantee, ["s3:PutObject"], [f"{self._bucket_arn()}/{below}/{name}"])

    def _grant(self, grantee: iam.IGrantable, *, object_actions: list[str], key_actions: list[str]) -> None:
        prefix = [self.key, f"{self.key}/*"] if self.key else ["*"]
        self._add(grantee, object_actions, self._object_arns())
        self._add(grantee, ["s3:ListBucket"], [self._bucket_arn()], {"StringLike": {"s3:prefix": prefix}})
        self._add(grantee, ["s3:GetBucketLocation"], [self._bucket_arn()])
        self._grant_key(grantee, key_actions)

    def _grant_key(self, grantee: iam.IGrantable, actions: list[str]) -> None:
        if self.encryption_key is None:
            return
        # The L2 also writes the key's own policy where that is needed; an L1 or a plain reference has none to write.
        if hasattr(self.encryption_key, "grant"):
            allow_key(grantee, self.encryption_key, *actions)
        else:
            self._add(grantee, actions, [self.encryption_key.key_ref.key_arn])

    def _bucket_arn(self) -> str:
        return f"arn:{_partition()}:s3:::{self.bucket_name}"

    def _object_arns(self) -> list[str]:
        bucket = self._bucket_arn()
        # Not "key*": a grant for train.csv must not open train.csv.bak.
        return [f"{bucket}/{self.key}", f"{bucket}/{self.key}/*"] if self.key else [f"{bucket}/*"]

    @staticmethod
    def _add(
        grantee: iam.IGrantable,
        actions: list[str],
        resources: list[str],
        conditions: dict[str, dict[str, list[str]]] | None = None,
    ) -> None:
        statement = Statement(actions=sorted(actions), resources=resources, conditions=conditions)
        allow(grantee, [statement], "Objects below one location; their names are not known beforehand.")
