"""Reading of a part of a JSON document with errors that name the place."""

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.clarify.reading.references import Reference, parse_path
from analyzer.job.failure import AnalysisError


class Block:
    """A JSON object and where it stands.

    Args:
        name: File, and path in it, for messages.
        members: Content.
    """

    def __init__(self, name: str, members: Mapping[str, Any]) -> None:
        self._name = name
        self._members = members

    def __contains__(self, key: str) -> bool:
        return self._members.get(key) is not None

    def error(self, key: str, problem: str) -> AnalysisError:
        """Return an error about one member."""
        return AnalysisError(f"{self._name}: {key} {problem}")

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """Return a member as it is."""
        value = self._members.get(key)
        return default if value is None else value

    def block(self, key: str) -> "Block":
        """Return a member that is an object; an empty one when it is absent."""
        value = self.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"is {value!r}, expected an object")
        return Block(f"{self._name}: {key}", value)

    def blocks(self, key: str) -> list["Block"]:
        """Return a member that is an object or a list of objects."""
        value = self.get(key, [])
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, dict) for item in items):
            raise self.error(key, f"is {value!r}, expected a list of objects")
        return [Block(f"{self._name}: {key}[{position}]", item) for position, item in enumerate(items)]

    def text(self, key: str) -> str | None:
        """Return a member that is a text."""
        value = self.get(key)
        if value is not None and not isinstance(value, str):
            raise self.error(key, f"is {value!r}, expected a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a member that is a list of scalars, as texts."""
        return tuple(str(value) for value in self.scalars(key))

    def scalars(self, key: str) -> tuple[Any, ...]:
        """Return a member that is a scalar or a list of scalars."""
        value = self.get(key, [])
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) for item in items):
            raise self.error(key, f"is {value!r}, expected a list of texts or numbers")
        return tuple(items)

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        """Return a member that is one of some texts."""
        value = self.text(key)
        if value is not None and value not in choices:
            raise self.error(key, f"is {value!r}, expected one of {', '.join(choices)}")
        return value

    def number(self, key: str, default: float) -> float:
        """Return a member that is a number."""
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, f"is {value!r}, expected a number")
        return value

    def positive_integer(self, key: str) -> int | None:
        """Return a member that is an integer above 0."""
        value = self.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise self.error(key, f"is {value!r}, expected an integer above 0")
        return value

    def flag(self, key: str) -> bool:
        """Return a member that is true or false; absent is false."""
        value = self.get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}, expected true or false")
        return value

    def reference(self, key: str) -> Reference | None:
        """Return a member that is a column name, a position or a JMESPath."""
        value = self.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int) or value in ("", -1)):
            raise self.error(key, f"is {value!r}, expected a column name, a position from 0 or a JMESPath")
        return value

    def required_reference(self, key: str) -> Reference:
        """Return a reference that must be there."""
        value = self.reference(key)
        if value is None:
            raise self.error(key, "is missing, expected a column name, a position from 0 or a JMESPath")
        return value

    def references(self, key: str) -> tuple[Reference, ...]:
        """Return a list of column names or positions."""
        return tuple(value for value in self.scalars(key) if isinstance(value, str | int))

    def path(self, key: str) -> str | None:
        """Return a member that is a JMESPath."""
        value = self.text(key)
        if value is not None:
            parse_path(value, f"{self._name}: {key}")
        return value
