"""Checks what callers give against the type hints of what they call, before any of it reaches the CDK.

typeguard, which jsii brings, accepts anything for an interface of the CDK, knows no `Unpack`, and says neither which
option is wrong nor what to write instead. A NaN would end the CDK's own process.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, wraps
from types import FunctionType, SimpleNamespace, UnionType
from typing import Any, NamedTuple, TypeVar, Union, Unpack, cast, get_args, get_origin, get_type_hints, is_typeddict

from aws_cdk import Duration, Size, SizeRoundingBehavior
from jsii._reference_map import InterfaceDynamicProxy  # the type of what the CDK returns as an interface

from model_monitor.errors import ConfigurationError, Key, OptionName, OptionPath
from model_monitor.internal.cdk_refusals import in_our_words
from model_monitor.internal.expectations import describe, got_phrase, how_to_write
from model_monitor.internal.tokens import is_token

Callee = TypeVar("Callee", bound=Callable[..., Any] | type)

# Numbers above lose digits on their way through JavaScript. No option of the library needs one.
_MAX_NUMBER = 1e15
_ID = "id"
PROTOTYPE = "__proto__"
"""A name that mappings cannot have on their way through JavaScript."""
# What classes of the CDK have, and those of Python that implement an interface of it.
_MARKS_OF_JSII = ("__jsii_type__", "__jsii_ifaces__")


def checked(callee: Callee) -> Callee:
    """Make a function, or the constructor and the public methods of a class, refuse arguments of a wrong type.

    Args:
        callee: A function, or a class. Put it below `@classmethod` and above `@dataclass`.

    Raises:
        ConfigurationError: From the callee: an argument has another type than its hint, or is a number that is not
            finite; or the CDK refuses what can be told in the library's words.
    """
    if isinstance(callee, type):
        if "__init__" in vars(callee):
            callee.__init__ = _checked(callee.__init__, callee)  # type: ignore[misc]
        for name, member in list(vars(callee).items()):
            if isinstance(member, FunctionType) and not name.startswith("_") and not hasattr(member, "__wrapped__"):
                setattr(callee, name, _checked(member, None))
        return callee
    return cast("Callee", _checked(callee, None))


class _Mistake(NamedTuple):
    path: OptionPath
    value: object
    hint: Any
    hidden: str | None = None
    """What is wrong, where it is not the type."""


class _Hint:
    """The type of one parameter, looked up when a value has to be compared with it.

    Some types are in modules of the CDK that take longer to import than all others together (`aws_ec2`), and are named
    by options that few apps give.
    """

    def __init__(self, annotation: Any, namespace: dict[str, Any]) -> None:  # noqa: ANN401 # a text or a type
        self._annotation = annotation
        self._namespace = namespace

    @cached_property
    def type(self) -> Any:  # noqa: ANN401 # a type
        """Return the type."""
        annotated = SimpleNamespace(__annotations__={"value": self._annotation})
        return get_type_hints(annotated, self._namespace)["value"]

    def is_met_by(self, value: object) -> bool:
        """Return whether a value is right whatever the type's parts are: what options have by default."""
        text = str(self._annotation)
        return (value is None and text.endswith("| None")) or (value == () and text.startswith("Sequence["))


class _Parameters(NamedTuple):
    positional: list[tuple[str, _Hint]]
    rest: tuple[str, _Hint] | None
    named: Mapping[str, _Hint]


def _checked(function: Callable[..., Any], owner: type | None) -> Callable[..., Any]:
    parameters: list[_Parameters] = []

    @wraps(function)
    def check(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 # whatever the function takes and returns
        if not parameters:
            parameters.append(_parameters(function, owner))
        for name, hint, value in _given(parameters[0], args, kwargs):
            mistake = None if hint.is_met_by(value) else _mistake((name,), value, hint.type)
            if mistake is not None:
                raise _error(mistake)
        try:
            return function(*args, **kwargs)
        except RuntimeError as error:
            told = in_our_words(error)
            if told is None:
                raise
            raise told from error

    return check


def _given(
    parameters: _Parameters, args: Sequence[object], kwargs: Mapping[str, object]
) -> Iterator[tuple[str, _Hint, object]]:
    for (name, hint), value in zip(parameters.positional, args, strict=False):
        yield name, hint, value
    if parameters.rest is not None:
        name, hint = parameters.rest
        for value in args[len(parameters.positional) :]:
            yield name, hint, value
    for name, value in kwargs.items():
        # An unknown name is for Python, or the callee, to refuse.
        if name in parameters.named:
            yield name, parameters.named[name], value


def _parameters(function: Callable[..., Any], owner: type | None) -> _Parameters:
    hints = _hints(function, owner)
    positional, named, rest = [], {}, None
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints.get(name, _Hint(Any, {}))
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = (name, hint)
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(_options(hint.type))
        else:
            named[name] = hint
            if parameter.kind is not parameter.KEYWORD_ONLY:
                positional.append((name, hint))
    return _Parameters(positional, rest, named)


def _hints(function: Callable[..., Any], owner: type | None) -> dict[str, _Hint]:
    if owner is None or "__dataclass_fields__" not in vars(owner):
        namespace = inspect.unwrap(function).__globals__
        return {name: _Hint(hint, namespace) for name, hint in function.__annotations__.items()}
    # The fields of a dataclass are annotated where the class is; its generated constructor knows no names of modules.
    return {
        name: _Hint(hint, vars(sys.modules[base.__module__]))
        for base in reversed(owner.__mro__)
        for name, hint in vars(base).get("__annotations__", {}).items()
    }


def _options(hint: Any) -> dict[str, _Hint]:  # noqa: ANN401 # a type
    if get_origin(hint) is Unpack and is_typeddict(get_args(hint)[0]):
        return {name: _Hint(option, {}) for name, option in get_type_hints(get_args(hint)[0]).items()}
    return {}


def _mistake(path: OptionPath, value: object, hint: Any) -> _Mistake | None:  # noqa: ANN401 # a type
    """Return the first part of a value that is not what it should be."""
    origin = get_origin(hint)
    if hint is Any or hint is object:
        return None
    if origin is Union or origin is UnionType:
        return _mistake_of_all(path, value, hint)
    if origin is not None and isinstance(origin, type):
        return _mistake_in_collection(path, value, hint, origin)
    return _mistake_in_value(path, value, hint)


def _mistake_in_value(path: OptionPath, value: object, hint: Any) -> _Mistake | None:  # noqa: ANN401 # a type
    if isinstance(value, str) and hint is str:
        return _mistake_in_text(path, value, hint)
    if isinstance(value, int | float) and hint in (int, float):
        return _mistake_in_number(path, value, hint)
    if isinstance(value, Duration | Size) and hint in (Duration, Size) and not _is_finite(value):
        return _Mistake(path, value, hint, "an amount that is finite")
    return None if not isinstance(hint, type) or _is_a(value, hint) else _Mistake(path, value, hint)


def _mistake_of_all(path: OptionPath, value: object, hint: Any) -> _Mistake | None:  # noqa: ANN401 # a type
    mistakes = [_mistake(path, value, choice) for choice in get_args(hint)]
    if None in mistakes:
        return None
    # One that is about a part of the value, or about more than its type, is the kind that was meant.
    nearest = [mistake for mistake in mistakes if mistake and (mistake.path != path or mistake.hidden)]
    return nearest[0] if nearest else _Mistake(path, value, hint)


def _mistake_in_collection(path: OptionPath, value: object, hint: Any, origin: type) -> _Mistake | None:  # noqa: ANN401
    arguments = get_args(hint)
    if issubclass(origin, type):
        return None
    if isinstance(value, str | bytes) or not isinstance(value, origin):
        return _Mistake(path, value, hint)
    entries: list[tuple[str | int, object, Any]] = []
    if isinstance(value, Mapping) and issubclass(origin, Mapping):
        entries += [(_key(key), key, arguments[0]) for key in value]
        entries += [(_key(key), item, arguments[1]) for key, item in value.items()]
    elif isinstance(value, Sequence) and arguments[1:] in ((), (...,)):
        entries += [(index, item, arguments[0]) for index, item in enumerate(value)]
    mistakes = (_mistake((*path, part), item, kind) for part, item, kind in entries)
    return next((mistake for mistake in mistakes if mistake), None)


def _key(key: object) -> str:
    return Key(key if isinstance(key, str) else "...")


def _mistake_in_text(path: OptionPath, value: str, hint: type) -> _Mistake | None:
    if path == (_ID,) and (not value or is_token(value)):
        return _Mistake(path, value, hint, "an id that is not empty, and known at synthesis")
    if value == PROTOTYPE:
        return _Mistake(path, value, hint, "any other name: JavaScript, in which the CDK runs, keeps this one")
    if "\0" in value:
        return _Mistake(path, value, hint, "text without the character NUL")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        return _Mistake(path, value, hint, "text of whole Unicode characters")
    return None


def _mistake_in_number(path: OptionPath, value: float, hint: type) -> _Mistake | None:
    if isinstance(value, bool):
        return _Mistake(path, value, hint)
    if isinstance(value, float) and not math.isfinite(value):
        return _Mistake(path, value, hint, "a finite number")
    if is_token(value):
        return None
    if hint is int and isinstance(value, float):
        return _Mistake(path, value, hint)
    return _Mistake(path, value, hint, "a number of at most 15 digits") if abs(value) > _MAX_NUMBER else None


@cache
def _is_finite(amount: Duration | Size) -> bool:
    """Return whether an amount is no more than JavaScript can count; its infinity is None in Python."""
    try:
        if isinstance(amount, Duration):
            return amount.to_milliseconds(integral=False) is not None
        return amount.to_kibibytes(rounding=SizeRoundingBehavior.NONE) is not None
    except RuntimeError:  # known later
        return True


def _is_a(value: object, hint: type) -> bool:
    if isinstance(value, InterfaceDynamicProxy):
        return any(_is_a(delegate, hint) for delegate in value._delegates)
    if hasattr(hint, "__jsii_type__") and not any(hasattr(type(value), mark) for mark in _MARKS_OF_JSII):
        return False
    if getattr(hint, "_is_protocol", False):
        # Fields of a dataclass are members of the instance only. A class is no instance of itself.
        own = {} if isinstance(value, type) else getattr(value, "__dict__", {})
        return all(hasattr(type(value), name) or name in own for name in _members(hint))
    return isinstance(value, hint)


@cache
def _members(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


def _error(mistake: _Mistake) -> ConfigurationError:
    return ConfigurationError(
        option=mistake.path,
        got=got_phrase(mistake.path, mistake.value),
        expected=mistake.hidden or describe(mistake.hint),
        fix=("set ", OptionName(mistake.path), " to such a value, or leave it out")
        if mistake.hidden
        else how_to_write(mistake.path, mistake.value, mistake.hint),
    )
