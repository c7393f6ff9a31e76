"""The one exception that the library raises for a wrong configuration, in parts that any front end can put in words.

A message names options and shows values. Both look different in Python (`max_runtime=Duration.hours(2)`) and in a
file (`max_runtime_minutes: 120`), so they are parts of the message, and whoever shows it writes them: a `Wording`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

OptionPath: TypeAlias = tuple[str | int, ...]
"""An option as Python knows it, from the outermost name to the innermost: `("alarms", "drift", Key("age"))`."""

_LONGEST_VALUE = 200


class Key(str):
    """A key of a mapping in the path of an option: `drift["age"]` and not `drift.age`."""

    __slots__ = ()


class Call:
    """A value that people write as a call: `Call("MonitorNetwork", isolation=False)`.

    Attributes:
        function: What is called.
        arguments: Its arguments without names.
        options: Its arguments with names. `...` as a value means "whatever you choose".
    """

    def __init__(self, function: str, *arguments: object, **options: object) -> None:
        self.function = function
        self.arguments = arguments
        self.options = options


@dataclass(frozen=True)
class OptionName:
    """Name an option in a message.

    Attributes:
        path: The option.
    """

    path: str | OptionPath


@dataclass(frozen=True)
class Setting:
    """Show an option with a value in a message.

    Attributes:
        path: The option.
        value: The value. `...` means "whatever you choose".
    """

    path: str | OptionPath
    value: object = ...


@dataclass(frozen=True)
class Shown:
    """Show a value in a message, as people write it.

    Attributes:
        value: The value.
    """

    value: object


Phrase: TypeAlias = str | tuple[str | OptionName | Setting | Shown, ...]
"""Words of a message, with the parts that front ends write differently."""


class Wording(Protocol):
    """How a front end writes options and values."""

    def option(self, path: OptionPath) -> str:
        """Return the name of an option."""
        ...

    def setting(self, path: OptionPath, value: object) -> str:
        """Return an option with a value."""
        ...

    def value(self, value: object) -> str:
        """Return a value."""
        ...


class ConfigurationError(ValueError):
    """A construct was given something that cannot work. It is raised during synthesis, never later.

    The message says what was got, what is expected and how to fix it.

    Attributes:
        option: The option that is wrong, empty if it is not a single one. Its first part is the nearest: whoever takes
            the value as a part of its own adds the name with `below`.
    """

    def __init__(
        self,
        *,
        expected: Phrase,
        fix: Phrase,
        option: str | OptionPath = (),
        value: object = ...,
        got: Phrase | None = None,
    ) -> None:
        """Describe the mistake.

        Args:
            expected: What would have been right.
            fix: How to fix it.
            option: Which option is wrong. Default: not a single one.
            value: What the option was given.
            got: What was got, in words, where option and value do not tell it. Default: option and value.
        """
        self.option = _path(option)
        self._got: Phrase = (Setting(self.option, value),) if got is None else got
        self._expected = expected
        self._fix = fix
        # The same whether or not `below` is called: in Python, the traceback shows which object it is about.
        super().__init__(f"got {self.got}; expected {self.expected}; {self.fix}")

    @property
    def got(self) -> str:
        """What was got, in Python."""
        return worded(self._got, PYTHON)

    @property
    def expected(self) -> str:
        """What is expected, in Python."""
        return worded(self._expected, PYTHON)

    @property
    def fix(self) -> str:
        """How to fix it, in Python."""
        return worded(self._fix, PYTHON)

    def below(self, *path: str | int) -> ConfigurationError:
        """Say which option of a larger thing the wrong one belongs to.

        Args:
            *path: The option of the larger thing.

        Returns:
            The same error.
        """
        self.option = (*path, *self.option)
        return self

    def in_words_of(self, wording: Wording) -> tuple[str, str, str]:
        """Return what was got, what is expected and how to fix it, as a front end says it.

        Args:
            wording: How the front end writes options and values.
        """
        return worded(self._got, wording), worded(self._expected, wording), worded(self._fix, wording)


def worded(phrase: Phrase, wording: Wording) -> str:
    """Return a phrase as text.

    Args:
        phrase: Words and parts.
        wording: How parts are written.
    """
    if isinstance(phrase, str):
        return phrase
    text = ""
    for part in phrase:
        if isinstance(part, OptionName):
            text += wording.option(_path(part.path))
        elif isinstance(part, Setting):
            text += wording.setting(_path(part.path), part.value)
        elif isinstance(part, Shown):
            text += wording.value(part.value)
        else:
            text += part
    return text


def one_of(names: Sequence[object] | Mapping[str, object]) -> Phrase:
    """Return the words for a choice between values.

    Args:
        names: The values that are possible.
    """
    parts: list[str | Shown] = ["one of "]
    for index, name in enumerate(names):
        parts += [", "] if index else []
        parts.append(Shown(name))
    return tuple(parts)


class _Python:
    """Options and values as they stand in a program."""

    def option(self, path: OptionPath) -> str:
        text = ""
        for part in path:
            if isinstance(part, Key | int):
                text += f"[{str(part)!r}]" if isinstance(part, Key) else f"[{part}]"
            else:
                text += f".{part}" if text else part
        return text

    def setting(self, path: OptionPath, value: object) -> str:
        return f"{self.option(path)}={self.value(value)}"

    def value(self, value: object) -> str:
        text = self._value(value)
        return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."

    def _value(self, value: object) -> str:
        if value is ... or isinstance(value, Enum):
            return "..." if value is ... else str(value)
        if isinstance(value, Call):
            given = [self._value(argument) for argument in value.arguments if argument is not ...]
            given += [f"{name}={self._value(option)}" for name, option in value.options.items()]
            return f"{value.function}({', '.join([*given, *('...' for _ in value.arguments if _ is ...)])})"
        if isinstance(value, list):
            return f"[{', '.join(map(self._value, value))}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key!r}: {self._value(item)}' for key, item in value.items())}}}"
        try:
            return repr(value)
        except ValueError:  # Python refuses to write numbers of more than 4,300 digits
            return "a number of thousands of digits"


PYTHON: Wording = _Python()


def _path(option: str | OptionPath) -> OptionPath:
    return (option,) if isinstance(option, str) else option
