"""The CDK app: one stack for every endpoint of monitoring.yaml (`-c config=other.yaml` chooses another file)."""

import sys

import aws_cdk as cdk

from stacks.fleet import synthesise
from stacks.problems import InvalidConfigurationError

app = cdk.App()
try:
    synthesise(app)
except InvalidConfigurationError as error:
    sys.exit(str(error))
