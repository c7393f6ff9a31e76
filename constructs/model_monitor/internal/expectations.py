"""Words for the types of options: what was got, what is expected, and how to write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from inspect import isabstract
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from aws_cdk import Duration, Size

from model_monitor.errors import Call, OptionName, OptionPath, Phrase, Setting, Shown

_WORDS = {
    bool: "True or False",
    float: "a number",
    int: "a whole number",
    NoneType: "None",
    str: "text",
}
_LONGEST = 60
_LONGEST_NUMBER = 1e15
# How constructs of the CDK are named that exist already.
_IMPORTS = {
    "IBucketRef": ["s3.Bucket.from_bucket_name"],
    "IKey": ["kms.Key.from_key_arn"],
    "IKeyRef": ["kms.Key.from_key_arn"],
    "IRole": ["iam.Role.from_role_arn"],
    "ITopic": ["sns.Topic.from_topic_arn"],
    "IVpc": ["ec2.Vpc.from_lookup"],
}


def got_phrase(path: OptionPath, value: object) -> Phrase:
    """Return what an option was given: its value, or its type where the value would tell little.

    Args:
        path: The option.
        value: What was given.
    """
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return (f"a number of {value.bit_length() * 3 // 10} digits for ", OptionName(path))
    if value is None or isinstance(value, bool | int | float | str):
        return (Setting(path, value),)
    return (f"{_with_article(type(value).__name__)} for ", OptionName(path))


def describe(hint: Any) -> str:  # noqa: ANN401 # a type
    """Return a type in words.

    Args:
        hint: The type of an option.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Union or origin is UnionType:
        words = [describe(choice) for choice in _choices(hint) if choice is not int or float not in get_args(hint)]
        return " or ".join(words)
    if hint in _WORDS:
        return _WORDS[hint]
    if origin is not None and issubclass(origin, Mapping):
        return f"a dictionary from {describe(arguments[0])} to {describe(arguments[1])}"
    if origin is not None and issubclass(origin, Sequence):
        return f"a list of {describe(arguments[0])}"
    return _with_article(getattr(hint, "__name__", str(hint)))


def how_to_write(path: OptionPath, value: object, hint: Any) -> Phrase:  # noqa: ANN401 # a type
    """Return how a value of a type is written.

    Args:
        path: The option.
        value: What was given instead.
        hint: The type of the option.
    """
    wanted = _choices(hint)[0]
    examples = _examples(wanted, value)
    if not examples:
        return ("set ", OptionName(path), f" to {describe(wanted)}")
    phrase: list[str | Setting | Shown] = ["write "]
    for index, example in enumerate(examples):
        phrase += [" or "] if index else []
        phrase.append(Shown(example) if index else Setting(path, example))
    return tuple(phrase)


def _choices(hint: Any) -> list[Any]:  # noqa: ANN401 # a type
    """The types of a union; `None` last, since it is what may be left out."""
    if get_origin(hint) not in (Union, UnionType):
        return [hint]
    return sorted(get_args(hint), key=lambda choice: choice is NoneType)


def _examples(hint: Any, value: object) -> list[object]:  # noqa: ANN401 # a type
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else ...
    if hint is Duration or hint is Size:
        return [Call("Duration.hours" if hint is Duration else "Size.gibibytes", number)]
    if hint is str and number is not ...:
        return [str(value)] if abs(number) < _LONGEST_NUMBER else []
    origin = get_origin(hint)
    if origin is not None and issubclass(origin, Sequence) and not issubclass(origin, str):
        return [[value if isinstance(value, str) and len(value) <= _LONGEST else ...]]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    return [Call(name, ...) for name in _factories(hint)]


def _factories(kind: type) -> list[str]:
    if not isinstance(kind, type) or not kind.__module__.startswith("model_monitor"):
        return _IMPORTS.get(getattr(kind, "__name__", ""), [])
    named = [
        f"{kind.__name__}.{name}"
        for name, member in vars(kind).items()
        if isinstance(member, classmethod | staticmethod) and not name.startswith("_")
    ]
    return named or ([] if isabstract(kind) or getattr(kind, "_is_protocol", False) else [kind.__name__])


def _with_article(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeiou' or name.startswith('S3') else 'a'} {name}"
