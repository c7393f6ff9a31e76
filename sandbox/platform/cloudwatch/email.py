"""What CloudWatch writes to people: subscribers by e-mail get a text, all others the JSON document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

_LABEL_WIDTH = 28


def text_of(notification: Mapping[str, Any], region: str) -> str:
    """The text of an alarm's e-mail.

    Args:
        notification: The document that other subscribers get.
        region: The region's name, for the link to the console.
    """
    name, state = notification["AlarmName"], notification["NewStateValue"]
    moment = datetime.strptime(notification["StateChangeTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
    at = f"{moment:%A %d %B, %Y %H:%M:%S} UTC"
    details = {
        "Name": name,
        "Description": notification["AlarmDescription"] or "",
        "State Change": f"{notification['OldStateValue']} -> {state}",
        "Reason for State Change": notification["NewStateReason"],
        "Timestamp": at,
        "AWS Account": notification["AWSAccountId"],
        "Alarm Arn": notification["AlarmArn"],
    }
    return "\n".join(
        [
            f'You are receiving this email because your Amazon CloudWatch Alarm "{name}" in the '
            f"{notification['Region']} region has entered the {state} state, because "
            f'"{notification["NewStateReason"]}" at "{at}".',
            "",
            "View this alarm in the AWS Management Console:",
            f"https://{region}.console.aws.amazon.com/cloudwatch/deeplink.js?region={region}"
            f"#alarmsV2:alarm/{quote(name, safe='')}",
            "",
            "Alarm Details:",
            *(f"- {label + ':':<{_LABEL_WIDTH}}{value}" for label, value in details.items()),
        ]
    )
