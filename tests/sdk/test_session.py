"""A session as notebooks begin with it: without an argument."""

import pytest
import sagemaker


@pytest.mark.calls("Session.default_bucket")
def test_the_default_bucket_is_made_without_asking_aws_for_its_name(account):
    session = sagemaker.Session()
    bucket = session.default_bucket()
    assert bucket == "sagemaker-us-east-1-000000000000"
    session.upload_string_as_file_body("hello", bucket, "notebook/test.txt")
    assert session.list_s3_files(bucket, "notebook") == ["notebook/test.txt"]
