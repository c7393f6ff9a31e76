"""The tables that Athena reads: made only where they are asked for, once for all models that share services."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from aws_cdk.assertions import Template
from sqlglot import exp

if TYPE_CHECKING:
    from tests.constructs.conftest import Kit

TABLE, QUERY = "AWS::Glue::Table", "AWS::Athena::NamedQuery"


@pytest.fixture(scope="module")
def template(kit: Kit) -> Template:
    stack = kit.stack()
    monitoring = kit.monitoring(stack)
    monitoring.add_data_quality(baseline=kit.baseline())
    other = kit.monitoring(stack, "Churn", endpoint=kit.endpoint("churn"), services=monitoring.services)
    for one in (monitoring, monitoring, other):
        one.add_query_tables(variants=["Blue", "Green"])
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def tables(kit: Kit, template: Template) -> dict[str, dict[str, Any]]:
    inputs = [item["Properties"]["TableInput"] for item in kit.resources(template, TABLE).values()]
    return {table["Name"]: table for table in inputs}


def test_models_share_tables_and_have_their_captured_calls_apart(tables: dict[str, dict[str, Any]]) -> None:
    captured = sorted(name for name in tables if name.startswith("captured_"))
    assert len(captured) == 2
    assert sorted(tables.keys() - set(captured)) == ["metrics", "runs", "statistics", "violations"]


def test_captured_calls_lie_where_capture_writes(kit: Kit, tables: dict[str, dict[str, Any]]) -> None:
    places = {table["Parameters"]["storage.location.template"] for name, table in tables.items() if "captured" in name}
    capture = "s3://captured-traffic/capture"
    assert places == {f"{capture}/{endpoint}/${{variant}}/${{hour}}" for endpoint in ("fraud-prod", "churn")}
    assert {
        table["Parameters"].get("projection.variant.values") for name, table in tables.items() if "captured" in name
    } == {"Blue,Green"}


def test_the_function_writes_where_the_tables_read(
    kit: Kit, template: Template, tables: dict[str, dict[str, Any]]
) -> None:
    function = kit.function(template, "results.handler.handler")
    place = kit.flat(function["Environment"]["Variables"]["TABLES_URI"])
    for name in ("metrics", "runs", "statistics", "violations"):
        location = kit.flat(tables[name]["Parameters"]["storage.location.template"])
        assert location == f"{place}/{name}/day=${{day}}"
    key = place.removeprefix("s3://").partition("/")[2]
    assert any(key in resource for resource in kit.allowed(template, "Results", "s3:PutObject"))


def test_saved_queries_name_columns_that_their_tables_have(
    kit: Kit, template: Template, tables: dict[str, dict[str, Any]]
) -> None:
    saved = [item["Properties"]["QueryString"] for item in kit.resources(template, QUERY).values()]
    assert len(saved) == 5 + 2
    for sql in saved:
        tree = sqlglot.parse_one(sql, dialect="athena")
        read = {table.name for table in tree.find_all(exp.Table)}
        known = {alias.alias for alias in tree.find_all(exp.Alias)}
        for name in read:
            storage = tables[name]["StorageDescriptor"]["Columns"]
            known |= {column["Name"] for column in [*storage, *tables[name]["PartitionKeys"]]}
        named = {
            column.parts[-1].name if column.table in read | {"v", "s", ""} else column.parts[0].name
            for column in tree.find_all(exp.Column)
        }
        assert named <= known, named - known


def test_results_of_queries_are_encrypted_with_the_own_key(kit: Kit, template: Template) -> None:
    workgroup = kit.properties(template, "AWS::Athena::WorkGroup")["WorkGroupConfiguration"]
    assert workgroup["EnforceWorkGroupConfiguration"] is True
    encryption = workgroup["ResultConfiguration"]["EncryptionConfiguration"]
    assert encryption["EncryptionOption"] == "SSE_KMS"
    assert "Key" in kit.flat(encryption["KmsKey"])


def test_nothing_of_it_is_there_by_default(kit: Kit, default_template: Template) -> None:
    assert kit.resources(default_template, TABLE) == {}
    variables = kit.function(default_template, "results.handler.handler")["Environment"]["Variables"]
    assert "TABLES_URI" not in variables


@pytest.mark.parametrize("variants", [[], [""], ["a,b"]])
def test_a_table_of_captured_calls_needs_variants(
    variants: list[str], kit: Kit, refused: Callable[..., AbstractContextManager[None]]
) -> None:
    with refused(f"variants={variants}", "for a table of captured calls"):
        kit.monitoring().add_query_tables(variants=variants)
