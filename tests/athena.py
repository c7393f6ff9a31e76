"""Runs Athena's SQL with DuckDB, over the files that tables of the Glue catalog describe.

Columns, types, places and partitions come from the catalog alone, and keys are taken in any case, as the tables' SerDe
does: what a table says wrongly gives wrong answers.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp


class Catalog:
    """A database of the catalog in the embedded AWS."""

    def __init__(self, box: Any, database: str) -> None:
        self._box = box
        tables = box.client("glue").get_tables(DatabaseName=database)["TableList"]
        self._tables = {table["Name"]: table for table in tables}

    def saved_queries(self, workgroup: str) -> dict[str, str]:
        """SQL by name."""
        athena = self._box.client("athena")
        ids = athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"]
        queries = athena.batch_get_named_query(NamedQueryIds=ids)["NamedQueries"]
        return {query["Name"]: query["QueryString"] for query in queries}

    def run(self, sql: str) -> list[dict[str, Any]]:
        """The rows of an answer."""
        tree = sqlglot.parse_one(sql, dialect="athena")
        with duckdb.connect() as database, tempfile.TemporaryDirectory() as folder:
            for name in {table.name for table in tree.find_all(exp.Table)}:
                self._load(database, name, self._tables[name], Path(folder))
            answer = database.execute(tree.sql(dialect="duckdb"))
            columns = [column[0] for column in answer.description]
            return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]

    def _load(self, database: duckdb.DuckDBPyConnection, name: str, table: dict[str, Any], folder: Path) -> None:
        assert "JsonSerDe" in table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
        columns = {column["Name"]: _type(column["Type"]) for column in table["StorageDescriptor"]["Columns"]}
        keys = {column["Name"]: _type(column["Type"]) for column in table["PartitionKeys"]}
        file = folder / f"{name}.json"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in self._rows(table)), encoding="utf-8")
        described = ", ".join(f"'{column}': '{kind}'" for column, kind in {**columns, **keys}.items())
        database.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_json('{file}', format='newline_delimited', "
            f"columns={{{described}}}, timestampformat='%Y-%m-%d %H:%M:%S.%g')"
        )

    def _rows(self, table: dict[str, Any]) -> list[dict[str, Any]]:
        """Lines of all objects whose keys are those of partitions, with the partitions' values."""
        template = table["Parameters"]["storage.location.template"]
        bucket, _, path = template.removeprefix("s3://").partition("/")
        parts = re.split(r"\$\{(\w+)\}", path)
        pattern = "".join(
            _partition(table["Parameters"], part) if index % 2 else re.escape(part) for index, part in enumerate(parts)
        )
        s3, rows = self._box.client("s3"), []
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=parts[0]):
            for item in page.get("Contents", []):
                found = re.fullmatch(f"{pattern}/[^/]+", item["Key"])
                if found:
                    body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().decode()
                    rows += [{**_lowered(json.loads(line)), **found.groupdict()} for line in body.splitlines()]
        return rows


def _partition(parameters: dict[str, str], column: str) -> str:
    """A pattern of the values that a projection gives."""
    if parameters[f"projection.{column}.type"] == "enum":
        values = parameters[f"projection.{column}.values"].split(",")
        return f"(?P<{column}>{'|'.join(map(re.escape, values))})"
    return f"(?P<{column}>{re.sub('[yMdH]', '[0-9]', parameters[f'projection.{column}.format'])})"


def _type(hive: str) -> str:
    """A type in DuckDB's words."""
    kind = exp.DataType.build(hive, dialect="hive")
    return kind.sql(dialect="duckdb")


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value
