"""What all parts of the configuration model share: strictness, and errors that say how to fix them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

REFUSED: Final = "refused"
"""Error type of values that the model itself refuses; its context holds `expected` and `fix`."""

UNKNOWN_KEY: Final = "unknown_key"
"""Error type of keys that do not exist; its context holds the `known` ones."""

NO_SHAPE: Final = "no_shape"
"""Error type of values that have none of several shapes; its context holds `expected` and the `known` keys."""


class StrictModel(BaseModel):
    """A mapping in the file. Unknown keys and wrong types are errors; nothing is converted on the quiet."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @model_validator(mode="wrap")
    @classmethod
    def _name_known_keys(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:  # noqa: ANN401 # YAML
        try:
            return handler(value)
        except ValidationError as error:
            fields = sorted(cls.model_fields.items(), key=lambda field: not field[1].is_required())
            known = [field.alias or name for name, field in fields]
            details = [_rebuilt(detail, known) for detail in error.errors(include_url=False)]
            raise ValidationError.from_exception_data(error.title, details) from None


Settings = TypeVar("Settings", bound=StrictModel)


def joined(kind: type[Settings], own: Settings, defaults: Settings | None) -> Settings:
    """Return settings of one kind: its own where something has some, else the defaults.

    Args:
        kind: Which settings.
        own: What the file says of it.
        defaults: What the file says for all.
    """
    values = {
        name: getattr(defaults, name, None) if getattr(own, name) is None else getattr(own, name)
        for name in kind.model_fields
    }
    return kind.model_construct(**values)


class _ByKey(Discriminator):
    """Hashable, which types must be to be joined with `|`; the context of the error is a dictionary and is not."""

    __hash__ = object.__hash__


def refuse(*, expected: str, fix: str) -> PydanticCustomError:
    """An error for a validator to raise.

    Args:
        expected: What would have been right.
        fix: How to fix it.
    """
    return PydanticCustomError(REFUSED, "expected {expected}; {fix}", {"expected": expected, "fix": fix})


def by_key(*keys: str, expected: str, words: Sequence[str] = (), text: bool = False) -> Discriminator:
    """Tell alternative shapes of a value apart: mappings by the key that only one of them has, the rest by their type.

    A mapping is tagged `<key>`, text `<text>`, a list `<list>`, a number `<number>`. The brackets tell a tag from a key
    of the document in the path of an error.

    Args:
        *keys: The keys, one a shape.
        expected: The shapes in words, for the error when a value has none of them.
        words: The texts that are a shape.
        text: Whether any text is a shape.
    """

    def choose(value: Any) -> str | None:  # noqa: ANN401 # whatever YAML holds
        if isinstance(value, str):
            return "<text>" if text or value in words else None
        if isinstance(value, list):
            return "<list>"
        if isinstance(value, int | float) and not isinstance(value, bool):
            return "<number>"
        present = value if isinstance(value, Mapping) else getattr(value, "model_fields_set", ())
        return next((f"<{key}>" for key in keys if key in present), None)

    return _ByKey(
        choose,
        custom_error_type=NO_SHAPE,
        custom_error_message="expected {expected}",
        custom_error_context={"expected": expected, "known": ", ".join([*words, *keys])},
    )


def _rebuilt(detail: ErrorDetails, known: Sequence[str]) -> InitErrorDetails:
    """The same error; if it is about an unknown key of this very mapping, with the known keys."""
    kind: str | PydanticCustomError = detail["type"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden" and len(detail["loc"]) == 1:
        kind = PydanticCustomError(UNKNOWN_KEY, "unknown key", {"known": ", ".join(known)})
    elif kind in (REFUSED, UNKNOWN_KEY, NO_SHAPE):
        kind = PydanticCustomError(_literal(kind), "see the context", context)
    return InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=context)


def _literal(kind: str) -> LiteralString:
    """The constant of that name: pydantic takes types of errors from source code only."""
    return next(constant for constant in (REFUSED, UNKNOWN_KEY, NO_SHAPE) if constant == kind)
