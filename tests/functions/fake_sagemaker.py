"""Endpoints and schedules in memory."""

import copy

ACCOUNT = "111122223333"


class FakeError(Exception):
    def __init__(self, code, message="", status=400):
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


class Endpoints:
    """Models, endpoints and their configurations. An update takes one Describe; `fail_updates` takes it back."""

    def __init__(self):
        super().__init__()
        self.models, self.endpoints, self.endpoint_configs = {}, {}, {}
        self.fail_updates = False

    def DescribeModel(self, ModelName):  # noqa: N802, N803
        return {"ModelName": ModelName, **self.models[ModelName]}

    def DescribeEndpointConfig(self, EndpointConfigName):  # noqa: N802, N803
        if EndpointConfigName not in self.endpoint_configs:
            raise FakeError("ValidationException", 'Could not find endpoint configuration "arn..."')
        config = self.endpoint_configs[EndpointConfigName]
        return {**copy.deepcopy(config), "EndpointConfigArn": config_arn(EndpointConfigName)}

    def CreateEndpointConfig(self, EndpointConfigName, Tags=(), **config):  # noqa: N802, N803
        if EndpointConfigName in self.endpoint_configs:
            raise FakeError("ValidationException", 'Cannot create already existing endpoint configuration "arn..."')
        self.endpoint_configs[EndpointConfigName] = {"EndpointConfigName": EndpointConfigName, **config}
        self.tags[config_arn(EndpointConfigName)] = {tag["Key"]: tag["Value"] for tag in Tags}
        return {"EndpointConfigArn": config_arn(EndpointConfigName)}

    def DeleteEndpointConfig(self, EndpointConfigName):  # noqa: N802, N803
        del self.endpoint_configs[EndpointConfigName]

    def ListEndpointConfigs(self, NameContains):  # noqa: N802, N803
        names = [name for name in self.endpoint_configs if NameContains in name]
        items = [{"EndpointConfigName": name, "EndpointConfigArn": "a", "CreationTime": self.now} for name in names]
        return {"EndpointConfigs": items}

    def DescribeEndpoint(self, EndpointName):  # noqa: N802, N803
        if EndpointName not in self.endpoints:
            raise FakeError("ValidationException", 'Could not find endpoint "arn..."')
        endpoint = self.endpoints[EndpointName]
        seen = copy.deepcopy(endpoint)
        target = endpoint.pop("target", None)
        if target:
            endpoint["EndpointStatus"] = "InService"
            if self.fail_updates:
                endpoint["FailureReason"] = "the container did not pass the ping health check"
            else:
                endpoint["EndpointConfigName"] = target
        return {"EndpointName": EndpointName, **{key: seen[key] for key in seen if key != "target"}}

    def UpdateEndpoint(self, EndpointName, EndpointConfigName, **options):  # noqa: N802, N803
        endpoint = self.endpoints[EndpointName]
        if endpoint["EndpointStatus"] != "InService":
            raise FakeError("ValidationException", "Cannot update in-progress endpoint")
        assert EndpointConfigName in self.endpoint_configs
        endpoint.update(EndpointStatus="Updating", target=EndpointConfigName, options=options)
        return {"EndpointArn": "arn"}


class Schedules:
    """Monitoring schedules. A change takes one Describe; a job that was asked to stop, one listing."""

    def __init__(self):
        self.schedules, self.tags, self.executions = {}, {}, []

    def _schedule(self, name):
        if name not in self.schedules:
            raise FakeError("ResourceNotFound", f"Monitoring Schedule {name} not found")
        return self.schedules[name]

    def CreateMonitoringSchedule(self, MonitoringScheduleName, MonitoringScheduleConfig):  # noqa: N802, N803
        self.schedules[MonitoringScheduleName] = {"status": "Scheduled", "config": MonitoringScheduleConfig}
        return {"MonitoringScheduleArn": "arn"}

    def DescribeMonitoringSchedule(self, MonitoringScheduleName):  # noqa: N802, N803
        schedule = self._schedule(MonitoringScheduleName)
        status = schedule["status"]
        if "next" in schedule:
            schedule["status"] = schedule.pop("next")
        return {
            "MonitoringScheduleName": MonitoringScheduleName,
            "MonitoringScheduleStatus": status,
            "MonitoringScheduleArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:monitoring-schedule/x",
            "MonitoringScheduleConfig": schedule.get("config", {}),
        }

    def StopMonitoringSchedule(self, MonitoringScheduleName):  # noqa: N802, N803
        self._schedule(MonitoringScheduleName).update(status="Pending", next="Stopped")

    def StartMonitoringSchedule(self, MonitoringScheduleName):  # noqa: N802, N803
        self._schedule(MonitoringScheduleName).update(status="Pending", next="Scheduled")

    def DeleteMonitoringSchedule(self, MonitoringScheduleName):  # noqa: N802, N803
        if any(item["MonitoringExecutionStatus"] == "InProgress" for item in self._executions(MonitoringScheduleName)):
            raise FakeError("ValidationException", "an execution is in progress")
        del self.schedules[MonitoringScheduleName]

    def ListMonitoringSchedules(self, NameContains):  # noqa: N802, N803
        names = [name for name in self.schedules if NameContains in name]
        return {"MonitoringScheduleSummaries": [{"MonitoringScheduleName": name} for name in names]}

    def _executions(self, name):
        return [item for item in self.executions if item["MonitoringScheduleName"] == name]

    def AddTags(self, ResourceArn, Tags):  # noqa: N802, N803
        self.tags.setdefault(ResourceArn, {}).update({tag["Key"]: tag["Value"] for tag in Tags})

    def ListTags(self, ResourceArn):  # noqa: N802, N803
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags.get(ResourceArn, {}).items()]}


def config_arn(name):
    return f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint-config/{name}"


def job_arn(name):
    return f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:processing-job/{name}"
