"""One table of the Glue catalog over JSON lines in S3, whose partitions Athena computes instead of looking them up."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import Stack
from constructs import Construct

from model_monitor.s3_location import S3Location

_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
# Unlike Hive's own, it takes keys in any case.
_SERDE = "org.openx.data.jsonserde.JsonSerDe"


def json_table(
    scope: Construct,
    id: str,
    *,
    database: str,
    name: str,
    description: str,
    place: S3Location,
    columns: Mapping[str, str],
    partitions: Mapping[str, Mapping[str, str]],
    layout: str,
) -> cdk.aws_glue.CfnTable:
    """Make a table.

    Args:
        scope: Parent.
        id: Construct id.
        database: Name of the database.
        name: Name of the table.
        description: What a row is.
        place: Where the files lie.
        columns: Type of each column, in the words of Athena.
        partitions: How Athena computes the values of each partition's column: its projection
            (https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html).
        layout: Path of a partition below the place, with `${column}` for its value.
    """
    projection = {
        f"projection.{column}.{key}": value
        for column, settings in partitions.items()
        for key, value in settings.items()
    }
    return cdk.aws_glue.CfnTable(
        scope,
        id,
        catalog_id=Stack.of(scope).account,
        database_name=database,
        table_input=cdk.aws_glue.CfnTable.TableInputProperty(
            name=name,
            description=description,
            table_type="EXTERNAL_TABLE",
            parameters={
                "classification": "json",
                "projection.enabled": "true",
                "storage.location.template": f"{place.uri}/{layout}",
                **projection,
            },
            partition_keys=[cdk.aws_glue.CfnTable.ColumnProperty(name=column, type="string") for column in partitions],
            storage_descriptor=cdk.aws_glue.CfnTable.StorageDescriptorProperty(
                columns=[
                    cdk.aws_glue.CfnTable.ColumnProperty(name=column, type=kind) for column, kind in columns.items()
                ],
                location=f"{place.uri}/",
                input_format=_INPUT,
                output_format=_OUTPUT,
                serde_info=cdk.aws_glue.CfnTable.SerdeInfoProperty(
                    serialization_library=_SERDE, parameters={"ignore.malformed.json": "true"}
                ),
            ),
        ),
    )
