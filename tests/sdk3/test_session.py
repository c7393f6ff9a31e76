"""A session of version 3 as notebooks begin with it: without an argument."""

import pytest
from sagemaker.core.helper.session_helper import Session


@pytest.mark.calls("Session.default_bucket")
def test_the_default_bucket_is_made_without_asking_aws_for_its_name(account):
    assert Session().default_bucket() == "sagemaker-us-east-1-000000000000"
