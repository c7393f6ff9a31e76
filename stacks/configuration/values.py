"""Single values that several parts of the configuration hold."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)

from model_monitor.internal.files import is_file
from stacks.configuration.base import StrictModel, by_key, refuse
from stacks.words import FILE

FOLDER = "folder"
"""Key of the validation context: the folder that paths in the file are relative to."""


def matching(pattern: str, *, expected: str, fix: str, example: str) -> tuple[AfterValidator, WithJsonSchema]:
    """Restrict text to a pattern, with an error for people and the pattern for editors.

    Args:
        pattern: Regular expression of the whole text; simple enough to mean the same in JavaScript.
        expected: What the pattern stands for.
        fix: How to fix a text that does not match.
        example: A text that does.
    """

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise refuse(expected=expected, fix=fix)
        return text

    schema = {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [example]}
    return AfterValidator(check), WithJsonSchema(schema)


_S3_URI = matching(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)*/?",
    expected="an address such as s3://bucket/prefix: a bucket name of 3 to 63 characters, then single slashes",
    fix="write bucket and key as the S3 console shows them; a doubled slash is another, empty folder to S3",
    example="s3://my-bucket/path",
)
S3Uri = Annotated[str, *_S3_URI]


def _number_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


Version = Annotated[
    str,
    BeforeValidator(_number_as_text),
    StringConstraints(min_length=1),
    WithJsonSchema({"type": ["string", "number"], "examples": ["2026-11-21"]}),
]
_PARTITION = "arn:aws[a-z-]*"
KeyArn = Annotated[
    str,
    *matching(
        _PARTITION + r":kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        expected="the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>",
        fix="copy the ARN from the key's page; permissions cannot be given through an alias",
        example="arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
]
TopicArn = Annotated[
    str,
    *matching(
        _PARTITION + r":sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}",
        expected="the ARN of a standard SNS topic, arn:aws:sns:<region>:<account>:<name>",
        fix="copy the ARN from the topic's page; alarms cannot publish to FIFO topics",
        example="arn:aws:sns:eu-west-1:123456789012:ml-alarms",
    ),
]
QueueArn = Annotated[
    str,
    *matching(
        _PARTITION + r":sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}",
        expected="the ARN of a standard SQS queue, arn:aws:sqs:<region>:<account>:<name>",
        fix="copy the ARN from the queue's page, not its URL; FIFO queues cannot subscribe to standard topics",
        example="arn:aws:sqs:eu-west-1:123456789012:drift-messages",
    ),
]
RoleArn = Annotated[
    str,
    *matching(
        _PARTITION + r":iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
        expected="the ARN of an IAM role, arn:aws:iam::<account>:role/<name>",
        fix="copy the ARN from the role's page",
        example="arn:aws:iam::123456789012:role/model-monitor",
    ),
]
StateMachineArn = Annotated[
    str,
    *matching(
        _PARTITION + r":states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]{1,80}",
        expected="the ARN of a state machine, arn:aws:states:<region>:<account>:stateMachine:<name>",
        fix="copy the ARN from the state machine's page",
        example="arn:aws:states:eu-west-1:123456789012:stateMachine:retraining",
    ),
]
FunctionArn = Annotated[
    str,
    *matching(
        _PARTITION + r":lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}",
        expected="the ARN of a function, arn:aws:lambda:<region>:<account>:function:<name>",
        fix="copy the ARN from the function's page, without a version",
        example="arn:aws:lambda:eu-west-1:123456789012:function:open-ticket",
    ),
]
WebAddress = Annotated[
    str,
    *matching(
        r"https://[^\s/]+(/\S*)?",
        expected="an address that starts with https://",
        fix="write the whole address",
        example="https://wiki.example.com/drift",
    ),
]
Share = Annotated[float, Field(ge=0, le=1)]
"""0 to 1."""

FeatureName = Annotated[str, StringConstraints(min_length=1)]

Column = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[int, Tag("<number>")],
    by_key(text=True, expected="a name in quotes, or a position from 0"),
]
"""A column by its name or position, or a value in JSON by its key or path."""


def _finite(value: object) -> object:
    # Before the union is tried: it would tell of both of its kinds of numbers.
    if isinstance(value, float) and not math.isfinite(value):
        raise refuse(expected="a finite number, or text in quotes", fix="write the value as the data hold it")
    return value


Value = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[int | float, BeforeValidator(_finite), Tag("<number>")],
    by_key(text=True, expected="a number, or text in quotes; data hold 1 and 0 where YAML reads yes and no"),
]
"""A value in a column."""


def _existing_file(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    path = (info.context or {}).get(FOLDER, Path()) / value
    if not is_file(path):
        raise refuse(expected=f"an existing file at {path}", fix="paths are relative to the file that names them")
    return path.resolve()


LocalFile = Annotated[
    Path,
    BeforeValidator(_existing_file),
    WithJsonSchema({"type": "string", "description": "A file, relative to this one."}),
]


def _script(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and value.startswith("s3://"):
        return value
    return _existing_file(value, info)


Script = Annotated[
    Annotated[Path, Tag("<file>")] | Annotated[S3Uri, Tag("<s3>")],
    Discriminator(lambda value: "<s3>" if isinstance(value, str) else "<file>"),
    BeforeValidator(_script),
    WithJsonSchema({"type": "string", "examples": ["scripts/preprocess.py", "s3://my-bucket/preprocess.py"]}),
]


def _each_once(values: list[Any]) -> list[Any]:
    repeated = [value for index, value in enumerate(values) if value in values[:index]]
    if repeated:
        raise refuse(expected="every entry once", fix=f"remove the second {_shown(repeated[0])}")
    return values


def _shown(entry: object) -> str:
    """Return an entry of a list as it stands in the file, without the key that only names its kind."""
    inner = next(iter(dict(entry).values())) if isinstance(entry, StrictModel) else entry
    return (
        FILE.value(inner.model_dump(mode="json", exclude_unset=True)) if isinstance(inner, StrictModel) else str(inner)
    )


ONCE = AfterValidator(_each_once)
"""Refuses lists in which something stands twice."""


class EncryptedLocation(StrictModel):
    """A place in S3 whose objects are encrypted with a KMS key."""

    location: S3Uri
    """Address of the object or prefix."""
    encryption_key: KeyArn | None = None
    """KMS key of the objects; jobs are allowed to use it. Left out: objects are encrypted by S3 itself, or not."""


Location = Annotated[
    Annotated[S3Uri, Tag("<text>")] | Annotated[EncryptedLocation, Tag("<location>")],
    by_key(
        "location",
        text=True,
        expected="an address such as s3://bucket/prefix, or a mapping with 'location' and 'encryption_key'",
    ),
]
"""`s3://...`, or `{location: s3://..., encryption_key: arn:...}`."""
