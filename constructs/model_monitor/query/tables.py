"""The database of runs, violations, statistics and metrics of all monitors, and of the calls that were captured."""

from __future__ import annotations

import re
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import Names, Stack, aws_kms as kms
from constructs import Construct

from model_monitor.errors import ConfigurationError, Setting
from model_monitor.internal.checking import checked
from model_monitor.query import queries
from model_monitor.query.table import json_table
from model_monitor.s3_location import S3Location

_NAME_LENGTH = 100
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
_VARIANT = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
RUN_COLUMNS = {
    "run_id": "string",
    "schedule": "string",
    "monitor_type": "string",
    "endpoint": "string",
    "model": "string",
    "scheduled_time": "timestamp",
}
"""What all rows that a run leaves have in common; lambda/results/tables.py writes them."""
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "runs": (
        "One row for each run of a monitor",
        {
            "status": "string",
            "one_time": "boolean",
            "window_start": "timestamp",
            "window_end": "timestamp",
            "violations": "int",
            "report_uri": "string",
            "failure_reason": "string",
        },
    ),
    "violations": (
        "One row for each violation that a run found",
        {
            "feature": "string",
            "check_type": "string",
            "value": "double",
            "limit_value": "double",
            "description": "string",
        },
    ),
    "statistics": (
        "One row for each feature that a run of a data-quality monitor analysed",
        {
            "feature": "string",
            "inferred_type": "string",
            "num_present": "bigint",
            "num_missing": "bigint",
            "mean": "double",
            "std_dev": "double",
            "min": "double",
            "max": "double",
            "sum": "double",
            "distinct_count": "double",
        },
    ),
    "metrics": (
        "One row for each metric of model quality and bias, and each feature's contribution, that a run measured",
        {
            "name": "string",
            "facet": "string",
            "facet_value": "string",
            "value": "double",
            "standard_deviation": "double",
        },
    ),
}
"""Description and columns of each table."""

_DAYS = {
    "type": "date",
    "format": "yyyy-MM-dd",
    "range": "2026-01-01,NOW+1DAY",
    "interval": "1",
    "interval.unit": "DAYS",
}
_HOURS = {
    "type": "date",
    "format": "yyyy/MM/dd/HH",
    "range": "NOW-1YEARS,NOW+1HOUR",
    "interval": "1",
    "interval.unit": "HOURS",
}
_SIDE = "struct<data:string,encoding:string,mode:string,observedcontenttype:string>"
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
CAPTURED = {
    "capturedata": f"struct<endpointinput:{_SIDE},endpointoutput:{_SIDE}>",
    "eventmetadata": "struct<eventid:string,inferenceid:string,inferencetime:string,customattributes:array<string>>",
    "eventversion": "string",
}
"""Columns of the table of captured calls."""


@checked
class QueryTables(Construct):
    """A database over what monitors find, with saved queries and a workgroup whose results are encrypted.

    AWS's own reports are documents of many lines, several kinds to a folder, which Athena cannot read. The results
    function writes the same as rows, from the deployment of the tables on.

    Attributes:
        database_name: Name of the Glue database.
        workgroup_name: Name of the Athena workgroup.
        place: Where the rows lie.
    """

    def __init__(self, scope: Construct, id: str, *, output: S3Location, encryption_key: kms.IKey) -> None:
        """Make database, tables, saved queries and workgroup.

        Args:
            scope: Parent.
            id: Construct id.
            output: Where baselines and reports are kept.
            encryption_key: Key of the results of queries.
        """
        super().__init__(scope, id)
        unique = Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator="-").lower()
        self.database_name = f"model_monitoring_{unique.replace('-', '_')}"
        self.workgroup_name = f"model-monitoring-{unique}"
        self.place = output.join("tables", unique)
        self._database = cdk.aws_glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Stack.of(self).account,
            database_input=cdk.aws_glue.CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="Runs, violations and measurements of model monitors"
            ),
        )
        for name, (description, columns) in TABLES.items():
            table = json_table(
                self,
                name.capitalize(),
                database=self.database_name,
                name=name,
                description=description,
                place=self.place.join(name),
                columns={**RUN_COLUMNS, **columns},
                partitions={"day": _DAYS},
                layout="day=${day}",
            )
            table.add_dependency(self._database)
        self._workgroup = cdk.aws_athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=self.workgroup_name,
            description="Queries about model monitors",
            # Otherwise it could not be deleted once somebody has asked something.
            recursive_delete_option=True,
            work_group_configuration=cdk.aws_athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=False,
                result_configuration=cdk.aws_athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"{self.place.join('results').uri}/",
                    encryption_configuration=cdk.aws_athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=encryption_key.key_arn
                    ),
                ),
            ),
        )
        for query in queries.OF_ALL_MODELS:
            self.save_query(self, query)

    def save_query(self, scope: Construct, query: queries.SavedQuery) -> cdk.aws_athena.CfnNamedQuery:
        """Save a query in the workgroup.

        Args:
            scope: Parent.
            query: The query.
        """
        saved = cdk.aws_athena.CfnNamedQuery(
            scope,
            query.id,
            database=self.database_name,
            name=query.name,
            description=query.description,
            query_string=query.sql,
            work_group=self.workgroup_name,
        )
        saved.node.add_dependency(self._database, self._workgroup)
        return saved

    def add_captured(
        self, scope: Construct, id: str, *, endpoint_name: str, records: S3Location, variants: Sequence[str]
    ) -> cdk.aws_glue.CfnTable:
        """Add the table of an endpoint's captured calls.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint_name: The endpoint.
            records: Where its captured records lie.
            variants: Names of its production variants.

        Raises:
            ConfigurationError: No variant, or one whose name SageMaker would refuse.
        """
        if not variants or not all(map(_VARIANT.fullmatch, variants)):
            raise ConfigurationError(
                option="variants",
                got=(Setting("variants", list(variants)), " for a table of captured calls"),
                expected="the names of the endpoint's production variants: letters, digits and hyphens",
                fix="leave the option out for AllTraffic",
            )
        unique = Names.unique_resource_name(scope, max_length=_NAME_LENGTH, separator="_").lower()
        name = f"captured_{unique}"
        table = json_table(
            scope,
            id,
            database=self.database_name,
            name=name,
            description=f"One row for each captured call of endpoint {endpoint_name}",
            place=records,
            columns=CAPTURED,
            partitions={"variant": {"type": "enum", "values": ",".join(variants)}, "hour": _HOURS},
            layout="${variant}/${hour}",
        )
        table.node.add_dependency(self._database)
        self.save_query(scope, queries.captured_calls(name, endpoint_name)).node.add_dependency(table)
        return table
