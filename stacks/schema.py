"""Prints the JSON schema of configuration files: `python -m stacks.schema > monitoring.schema.json`."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from stacks.configuration import FleetConfig


class _ForEditors(GenerateJsonSchema):
    """Leave out what editors would show as noise: titles that repeat names, and `null` beside every optional value.

    Keys that do not match their pattern are errors, as in the app.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 # pydantic's own signature
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        generated = super().dict_schema(schema)
        return {**generated, "additionalProperties": False} if "patternProperties" in generated else generated

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema() -> dict[str, Any]:
    """The schema, in the dialect that most editors know."""
    generated = FleetConfig.model_json_schema(schema_generator=_ForEditors)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **generated, "title": "monitoring.yaml"}


def text() -> str:
    """The content of `monitoring.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False)


def main() -> None:
    """Print the schema."""
    print(text())


if __name__ == "__main__":
    main()
