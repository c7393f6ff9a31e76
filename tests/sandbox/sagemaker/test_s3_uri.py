"""Places in S3, however they are written."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.errors import AwsError
from sandbox.sagemaker import s3_uri


@pytest.mark.parametrize(
    "location",
    [
        "s3://bucket/path/model.tar.gz",
        "https://bucket.s3.amazonaws.com/path/model.tar.gz",
        "https://bucket.s3-us-west-2.amazonaws.com/path/model.tar.gz",
        "https://bucket.s3.us-west-2.amazonaws.com/path/model.tar.gz",
        "https://bucket.s3.dualstack.us-west-2.amazonaws.com/path/model.tar.gz",
        "https://bucket.s3.cn-north-1.amazonaws.com.cn/path/model.tar.gz",
        "https://s3.amazonaws.com/bucket/path/model.tar.gz",
        "https://s3-us-west-2.amazonaws.com/bucket/path/model.tar.gz",
        "https://s3.us-west-2.amazonaws.com/bucket/path/model.tar.gz",
    ],
)
def test_a_place_in_s3_is_a_uri_or_a_url_of_either_style(location: str) -> None:
    assert s3_uri.split(location) == ("bucket", "path/model.tar.gz")


def test_the_path_of_a_url_is_decoded_and_a_bucket_may_have_dots() -> None:
    assert s3_uri.split("https://my.bucket.s3.eu-west-1.amazonaws.com/a%20b/c") == ("my.bucket", "a b/c")


@pytest.mark.parametrize(
    "location",
    [
        "bucket/key",
        "s3:///key",
        "http://bucket.s3.amazonaws.com/key",
        "https://example.com/bucket/key",
        "https://s3.amazonaws.com.example.com/bucket/key",
        "https://bucket.s3.us-east-1.amazonaws.com/key?versionId=1",
        "https://s3.us-east-1.amazonaws.com/",
    ],
)
def test_anything_else_is_refused_with_what_is_expected(location: str) -> None:
    with pytest.raises(AwsError, match=r"expected s3://bucket/prefix, or a URL such as https://bucket\.s3"):
        s3_uri.split(location)


def test_a_model_of_a_url_serves(world: Any) -> None:
    name = world.make_model()
    own = world.unique("model")
    url = f"https://{world.bucket}.s3-us-east-1.amazonaws.com/models/{name}/model.tar.gz"
    world.sagemaker.create_model(
        ModelName=own, ExecutionRoleArn=world.role, PrimaryContainer={"Image": "sklearn:1", "ModelDataUrl": url}
    )
    endpoint = world.make_endpoint(world.make_config(own))
    assert world.invoke(endpoint) == "6.0"
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_model_whose_url_is_none_of_s3_is_refused_at_once(world: Any) -> None:
    container = {"Image": "sklearn:1", "ModelDataUrl": "https://example.com/model.tar.gz"}
    with pytest.raises(ClientError, match=r"Invalid S3 URI 'https://example.com/model.tar.gz': expected s3://"):
        world.sagemaker.create_model(
            ModelName=world.unique("m"), ExecutionRoleArn=world.role, PrimaryContainer=container
        )
