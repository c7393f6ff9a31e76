"""What CloudFormation and the CDK Provider framework do around the handler of custom resources."""

import copy
import json

from deployment.handler import handler


class Framework:
    """Send requests for one resource, and poll.

    Attributes:
        age: How long ago requests have come, in seconds.
        event: The last request with what the handler answered to it.
        first: What the first poll of it gave.
    """

    def __init__(self, resource_type, physical_id=None):
        self.resource_type = resource_type
        self.physical_id = physical_id
        self.properties = None
        self.requests = 0
        self.age = 0
        self.event = None
        self.first = None

    def request(self, request_type, properties):
        self.requests += 1
        event = {
            "ResourceType": self.resource_type,
            "RequestType": request_type,
            "RequestId": f"request-{self.requests}",
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/Credit/1",
            "LogicalResourceId": "Resource",
            "ResourceProperties": properties,
        }
        if self.physical_id:
            event["PhysicalResourceId"] = self.physical_id
        if request_type == "Update":
            event["OldResourceProperties"] = self.properties or properties
        return event

    def accept(self, event):
        """Send a request without a poll."""
        result = json.loads(json.dumps(handler(copy.deepcopy(event), None)))
        if event["RequestType"] == "Delete":
            assert result["PhysicalResourceId"] == event["PhysicalResourceId"]
        self.event = {**event, **result}
        self.event["Started"] -= self.age
        self.event["Deadline"] -= self.age
        self.physical_id = result["PhysicalResourceId"]
        self.properties = event["ResourceProperties"]
        return self.event

    def begin(self, request_type, properties):
        """Send a request, and poll for the first time; keep the merged event for the next polls."""
        self.accept(self.request(request_type, properties))
        self.first = self.poll()
        return self.event

    def poll(self):
        result = json.loads(json.dumps(handler(copy.deepcopy(self.event), None)))
        assert result["IsComplete"] or not result.get("Data"), "the framework refuses Data before the end"
        return result

    def finish(self):
        result = self.first
        for _ in range(20):
            if result["IsComplete"]:
                return result.get("Data", {})
            result = self.poll()
        raise AssertionError("still not complete after 20 polls")

    def run(self, request_type, properties):
        self.begin(request_type, properties)
        return self.finish()

    def create(self, properties):
        return self.run("Create", properties)

    def update(self, properties):
        return self.run("Update", properties)

    def delete(self):
        return self.run("Delete", self.properties)
