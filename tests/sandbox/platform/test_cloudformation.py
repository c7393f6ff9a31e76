import json
import time
from collections.abc import Callable
from typing import Any

import pytest

RESPOND = """
import json, urllib.request
def answer(event, status, physical_id, **extra):
    body = {"Status": status, "PhysicalResourceId": physical_id, "Reason": "because", **extra}
    body |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(request)
"""


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def alarm(name: str, **properties: Any) -> dict[str, Any]:
    base = {"AlarmName": name, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1}
    if "Metrics" not in properties:
        base |= {"Namespace": name, "MetricName": "M", "Period": 60, "Statistic": "Sum"}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": base | properties}


def custom(arn: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": arn, **properties}}


def reasons(stack: dict[str, Any]) -> str:
    return " ".join(event.get("ResourceStatusReason", "") for event in stack["Events"])


class TestBucket:
    def test_encryption_tags_and_lifecycle_are_kept(
        self, client: Callable[..., Any], stack: Callable[..., Any], unique: str
    ) -> None:
        key = client("kms").create_key()["KeyMetadata"]["Arn"]
        default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        stack(
            {
                "B": bucket(
                    BucketName=unique,
                    BucketEncryption={"ServerSideEncryptionConfiguration": [default]},
                    Tags=[{"Key": "team", "Value": "ml"}],
                    LifecycleConfiguration={
                        "Rules": [{"Status": "Enabled", "Prefix": "capture/", "ExpirationInDays": 30}]
                    },
                )
            }
        )
        s3 = client("s3")
        rules = s3.get_bucket_encryption(Bucket=unique)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key
        assert {"Key": "team", "Value": "ml"} in s3.get_bucket_tagging(Bucket=unique)["TagSet"]
        rule = s3.get_bucket_lifecycle_configuration(Bucket=unique)["Rules"][0]
        assert (rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) == ("capture/", 30)

    def test_an_update_takes_away_what_the_template_no_longer_has(
        self, client: Callable[..., Any], stack: Callable[..., Any], unique: str
    ) -> None:
        lifecycle = {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]}
        stack({"B": bucket(BucketName=unique, LifecycleConfiguration=lifecycle)})
        assert stack({"B": bucket(BucketName=unique)})["StackStatus"] == "UPDATE_COMPLETE"
        with pytest.raises(client("s3").exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
            client("s3").get_bucket_lifecycle_configuration(Bucket=unique)

    def test_one_with_objects_is_not_deleted(
        self, client: Callable[..., Any], stack: Callable[..., Any], unique: str, until: Callable[..., Any]
    ) -> None:
        stack({"B": bucket(BucketName=unique)})
        client("s3").put_object(Bucket=unique, Key="a", Body=b"x")
        formation = client("cloudformation")
        formation.delete_stack(StackName=unique)
        until(lambda: formation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"] == "DELETE_FAILED")
        assert client("s3").get_object(Bucket=unique, Key="a")["Body"].read() == b"x"

    def test_auto_delete_objects_empties_it_first(
        self,
        client: Callable[..., Any],
        stack: Callable[..., Any],
        function: Callable[..., str],
        unique: str,
        until: Callable[..., Any],
    ) -> None:
        provider = function("raise ImportError('no AWS SDK here')")
        properties = {"ServiceToken": provider, "BucketName": {"Ref": "B"}}
        deployed = stack(
            {
                "B": bucket(
                    BucketName=unique,
                    VersioningConfiguration={"Status": "Enabled"},
                    Tags=[{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
                ),
                "Empty": {"Type": "Custom::S3AutoDeleteObjects", "Properties": properties},
            }
        )
        assert deployed["StackStatus"] == "CREATE_COMPLETE"
        for body in (b"1", b"2"):
            client("s3").put_object(Bucket=unique, Key="a", Body=body)
        client("s3").delete_object(Bucket=unique, Key="a")
        client("cloudformation").delete_stack(StackName=unique)
        until(lambda: unique not in [found["Name"] for found in client("s3").list_buckets()["Buckets"]])


class TestTopic:
    def test_its_key_is_kept_changed_and_taken_away(
        self, client: Callable[..., Any], stack: Callable[..., Any], unique: str
    ) -> None:
        arn = f"arn:aws:sns:us-east-1:000000000000:{unique}"
        for key in ("alias/one", "alias/two", None):
            properties = {"TopicName": unique} | ({"KmsMasterKeyId": key} if key else {})
            stack({"T": {"Type": "AWS::SNS::Topic", "Properties": properties}})
            assert client("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId") == key


class TestAlarms:
    def metrics(self, unique: str) -> list[dict[str, Any]]:
        """As CloudFormation may pass them: numbers and booleans as text."""
        metric = {"Namespace": unique, "MetricName": "M"}
        stat = {"Metric": metric, "Period": "60", "Stat": "Sum"}
        return [{"Id": "e", "Expression": "m * 10"}, {"Id": "m", "MetricStat": stat, "ReturnData": "false"}]

    def composite(self, unique: str, **properties: Any) -> dict[str, Any]:
        rule = {"Fn::Sub": f'ALARM("${{A.Arn}}") AND NOT ALARM({unique}-quiet)'}
        base = {"AlarmName": f"{unique}-all", "AlarmRule": rule}
        return {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": base | properties, "DependsOn": "Quiet"}

    def test_metric_math_and_composites_deploy_and_work(
        self, client: Callable[..., Any], stack: Callable[..., Any], unique: str
    ) -> None:
        resources = {
            "A": alarm(unique, Metrics=self.metrics(unique), Threshold="15"),
            "Quiet": alarm(f"{unique}-quiet"),
            "C": self.composite(
                unique,
                ActionsSuppressor=f"{unique}-quiet",
                ActionsSuppressorWaitPeriod=60,
                ActionsSuppressorExtensionPeriod=120,
            ),
        }
        assert stack(resources)["StackStatus"] == "CREATE_COMPLETE"
        client("cloudwatch").put_metric_data(Namespace=unique, MetricData=[{"MetricName": "M", "Value": 2}])
        found = client("cloudwatch").describe_alarms(AlarmNames=[f"{unique}-all"], AlarmTypes=["CompositeAlarm"])
        described = found["CompositeAlarms"][0]
        assert described["StateValue"] == "ALARM"
        assert described["ActionsSuppressorWaitPeriod"] == 60
        resources["A"]["Properties"]["Threshold"] = 25
        assert stack(resources)["StackStatus"] == "UPDATE_COMPLETE"
        client("cloudwatch").put_metric_data(Namespace=unique, MetricData=[{"MetricName": "M", "Value": 0}])
        found = client("cloudwatch").describe_alarms(AlarmNames=[unique])["MetricAlarms"][0]
        assert (found["StateValue"], found["Threshold"]) == ("OK", 25)

    def test_an_expression_that_cannot_work_fails_the_deploy(self, stack: Callable[..., Any], unique: str) -> None:
        metrics = self.metrics(unique)
        metrics[0]["Expression"] = "m / nothing"
        deployed = stack({"A": alarm(unique, Metrics=metrics)})
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "'nothing' is not defined" in reasons(deployed)

    def test_a_rule_with_an_unknown_alarm_fails_the_deploy(self, stack: Callable[..., Any], unique: str) -> None:
        deployed = stack(
            {
                "C": {
                    "Type": "AWS::CloudWatch::CompositeAlarm",
                    "Properties": {"AlarmName": unique, "AlarmRule": "ALARM(nowhere)"},
                }
            }
        )
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "in the alarm rule do not exist" in reasons(deployed)


def test_an_update_reports_the_resources_that_it_changes(stack: Callable[..., Any], unique: str) -> None:
    resources = {"A": alarm(f"{unique}-a"), "B": alarm(f"{unique}-b")}
    before = len(stack(resources)["Events"])
    resources["B"]["Properties"]["Threshold"] = 2
    updated = stack(resources)["Events"][before:]
    assert [(event["LogicalResourceId"], event["ResourceStatus"]) for event in updated] == [
        (unique, "UPDATE_IN_PROGRESS"),
        ("B", "UPDATE_IN_PROGRESS"),
        ("B", "UPDATE_COMPLETE"),
        (unique, "UPDATE_COMPLETE"),
    ]


@pytest.mark.parametrize("body", ["{not json", "[]"])
def test_a_dashboard_that_is_no_json_object_is_refused(
    client: Callable[..., Any], stack: Callable[..., Any], unique: str, body: str
) -> None:
    properties = {"DashboardName": unique, "DashboardBody": body}
    deployed = stack({"D": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}})
    assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "must be a valid JSON object" in reasons(deployed)
    with pytest.raises(client("cloudwatch").exceptions.ClientError, match="must be a valid JSON object"):
        client("cloudwatch").put_dashboard(**properties)


class TestCustomResource:
    def test_a_function_that_dies_unanswered_fails_at_once(
        self, stack: Callable[..., Any], function: Callable[..., str]
    ) -> None:
        deployed = stack({"R": custom(function("raise ImportError('no such module')"))})
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "the function failed without answering CloudFormation" in reasons(deployed)

    def requests(self, client: Callable[..., Any], arn: str) -> list[tuple[str, str | None]]:
        group = f"/aws/lambda/{arn.rsplit(':', 1)[-1]}"
        lines = [event["message"] for event in client("logs").filter_log_events(logGroupName=group)["events"]]
        return [tuple(json.loads(line)) for line in lines if line.startswith("[")]

    def test_a_failed_create_is_deleted_by_the_physical_id_it_named(
        self, client: Callable[..., Any], stack: Callable[..., Any], function: Callable[..., str]
    ) -> None:
        arn = function(
            RESPOND
            + "def handler(event, context):\n"
            + "    print(json.dumps([event['RequestType'], event.get('PhysicalResourceId')]))\n"
            + "    answer(event, 'FAILED' if event['RequestType'] == 'Create' else 'SUCCESS', 'thing-1')\n"
        )
        deployed = stack({"R": custom(arn)})
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "because" in reasons(deployed)
        assert self.requests(client, arn) == [("Create", None), ("Delete", "thing-1")]
        statuses = [event["ResourceStatus"] for event in deployed["Events"] if event["LogicalResourceId"] == "R"]
        assert statuses == ["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]

    def test_a_physical_id_that_a_rollback_supersedes_is_deleted(
        self, client: Callable[..., Any], stack: Callable[..., Any], function: Callable[..., str]
    ) -> None:
        arn = function(
            RESPOND
            + "def handler(event, context):\n"
            + "    version = event['ResourceProperties']['Version']\n"
            + "    print(json.dumps([event['RequestType'], event.get('PhysicalResourceId')]))\n"
            + "    status = 'FAILED' if (event['RequestType'], version) == ('Update', '3') else 'SUCCESS'\n"
            + "    same = event['RequestType'] == 'Delete'\n"
            + "    answer(event, status, event['PhysicalResourceId'] if same else 'v' + version)\n"
        )
        stack({"R": custom(arn, Version=1)})
        updated = stack({"R": custom(arn, Version=2)})
        assert updated["StackStatus"] == "UPDATE_COMPLETE"
        failed = stack({"R": custom(arn, Version=3)})
        assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert ("Delete", "v1") in self.requests(client, arn)
        assert ("Delete", "v2") not in self.requests(client, arn)

    def test_one_that_does_not_answer_in_its_time_is_given_up_and_deleted(
        self, client: Callable[..., Any], stack: Callable[..., Any], function: Callable[..., str], unique: str
    ) -> None:
        arn = function(
            RESPOND
            + "import time\n"
            + "def handler(event, context):\n"
            + "    print(json.dumps([event['RequestType'], event.get('PhysicalResourceId')]))\n"
            + "    if event['RequestType'] == 'Create':\n"
            + "        time.sleep(10)\n"
            + "    answer(event, 'SUCCESS', event.get('PhysicalResourceId', 'late'))\n"
        )
        started = time.monotonic()
        deployed = stack({"R": custom(arn, ServiceTimeout=3)})
        assert time.monotonic() - started < 9
        assert deployed["StackStatus"] == "ROLLBACK_COMPLETE"
        unanswered = "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
        assert f"{unanswered}requestId [" in reasons(deployed)
        ((_, physical_id),) = [found for found in self.requests(client, arn) if found[0] == "Delete"]
        assert str(physical_id).startswith(f"{unique}-R")

    def test_it_stays_with_its_function(self, stack: Callable[..., Any], function: Callable[..., str]) -> None:
        source = RESPOND + "def handler(event, context): answer(event, 'SUCCESS', 'thing', Data={'Value': 'kept'})\n"
        first, second = function(source, suffix="first"), function(source, suffix="second")

        def resources(arn: str, **properties: Any) -> dict[str, Any]:
            value = {"Type": "String", "Value": {"Fn::GetAtt": ["R", "Value"]}}
            return {"R": custom(arn, **properties), "P": {"Type": "AWS::SSM::Parameter", "Properties": value}}

        stack(resources(first))
        changed = stack(resources(second))
        assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert "Modifying service token is not allowed." in reasons(changed)
        assert stack(resources(first, More="1"))["StackStatus"] == "UPDATE_COMPLETE"


class TestLimits:
    @pytest.mark.parametrize(
        ("kind", "member", "most", "more"),
        [
            ("AWS::CloudWatch::Alarm", "AlarmName", 255, alarm("x")["Properties"]),
            ("AWS::CloudWatch::CompositeAlarm", "AlarmName", 255, {"AlarmRule": "FALSE"}),
            ("AWS::Events::Rule", "Name", 64, {"EventPattern": {"source": ["x"]}}),
            ("AWS::SNS::Topic", "TopicName", 256, {}),
        ],
    )
    def test_names_have_a_greatest_length(
        self, stack: Callable[..., Any], kind: str, member: str, most: int, more: dict[str, Any]
    ) -> None:
        fitting = {"R": {"Type": kind, "Properties": {**more, member: "n" * most}}}
        too_long = {"R": {"Type": kind, "Properties": {**more, member: "n" * (most + 1)}}}
        assert stack(fitting)["StackStatus"] == "CREATE_COMPLETE"
        refused = stack(too_long)
        assert refused["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        said = "Invalid parameter: Topic Name" if kind == "AWS::SNS::Topic" else f"less than or equal to {most}"
        assert said in reasons(refused)

    @pytest.mark.parametrize(
        ("kind", "member", "name", "more"),
        [
            ("AWS::CloudWatch::Alarm", "AlarmName", "two\nlines", alarm("x")["Properties"]),
            ("AWS::Events::Rule", "Name", "a rule", {"EventPattern": {"source": ["x"]}}),
            ("AWS::SNS::Topic", "TopicName", "a.topic", {}),
        ],
    )
    def test_names_have_their_characters(
        self, stack: Callable[..., Any], kind: str, member: str, name: str, more: dict[str, Any]
    ) -> None:
        refused = stack({"R": {"Type": kind, "Properties": {**more, member: name}}})
        assert refused["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "HandlerErrorCode: InvalidRequest" in reasons(refused)

    def test_the_variables_of_a_function_fit_four_kilobytes(
        self, client: Callable[..., Any], stack: Callable[..., Any], function: Callable[..., str], unique: str
    ) -> None:
        arn = function("def handler(event, context): return 1")
        role = client("lambda").get_function_configuration(FunctionName=arn)["Role"]

        def with_variable(length: int) -> dict[str, Any]:
            variables = {"Variables": {"V": "x" * (length - len('{"V":""}'))}}
            code = {"ZipFile": "def handler(event, context): return 1"}
            properties = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role, "Code": code}
            return {"F": {"Type": "AWS::Lambda::Function", "Properties": properties | {"Environment": variables}}}

        assert stack(with_variable(4096))["StackStatus"] == "CREATE_COMPLETE"
        refused = stack(with_variable(4097))
        assert refused["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert "exceeded the 4KB limit. String measured: " in reasons(refused)
        with pytest.raises(client("lambda").exceptions.InvalidParameterValueException, match="exceeded the 4KB limit"):
            client("lambda").update_function_configuration(
                FunctionName=arn, Environment=with_variable(4097)["F"]["Properties"]["Environment"]
            )


def test_what_another_stack_imports_is_neither_removed_nor_changed(
    client: Callable[..., Any], unique: str, until: Callable[..., Any]
) -> None:
    formation = client("cloudformation")

    def deploy(call: Callable[..., Any], name: str, template: dict[str, Any]) -> str:
        call(StackName=name, TemplateBody=json.dumps(template))

        def ended() -> str | None:
            status = formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            return None if status.endswith("_IN_PROGRESS") else str(status)

        return str(until(ended, 30))

    def said() -> str:
        return reasons({"Events": formation.describe_stack_events(StackName=unique)["StackEvents"]})

    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}

    def exporting(value: object) -> dict[str, Any]:
        return {"Resources": topic, "Outputs": {"Out": {"Value": value, "Export": {"Name": f"{unique}:Out"}}}}

    named = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": f"{unique}:Out"}}}
    importing = {"Resources": {"Named": named}}
    assert deploy(formation.create_stack, unique, exporting("a")) == "CREATE_COMPLETE"
    assert deploy(formation.create_stack, f"{unique}-user", importing) == "CREATE_COMPLETE"

    assert deploy(formation.update_stack, unique, exporting("b")) == "UPDATE_ROLLBACK_COMPLETE"
    assert f"Export {unique}:Out cannot be updated as it is in use by {unique}-user" in said()
    assert deploy(formation.update_stack, unique, {"Resources": topic}) == "UPDATE_ROLLBACK_COMPLETE"
    assert f"Export {unique}:Out cannot be deleted as it is in use by {unique}-user" in said()

    assert deploy(formation.update_stack, f"{unique}-user", {"Resources": topic}) == "UPDATE_COMPLETE"
    assert deploy(formation.update_stack, unique, {"Resources": topic}) == "UPDATE_COMPLETE"
    assert [export for export in formation.list_exports()["Exports"] if export["Name"] == f"{unique}:Out"] == []
