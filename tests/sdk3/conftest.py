from uuid import uuid4

import pytest
from account import Account
from sagemaker.core import image_uris
from sagemaker.core.clarify import ModelConfig
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import (
    CaptureContentTypeHeader,
    CaptureOption,
    ContainerDefinition,
    DataCaptureConfig,
    ProductionVariant,
)


class Predictor:
    """Ask the endpoint for one person's prediction."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.endpoint_name = endpoint.endpoint_name

    def predict(self, rows, inference_id=None):
        body = "\n".join(",".join(map(str, row)) for row in rows)
        answer = self.endpoint.invoke(
            body=body, content_type="text/csv", accept="text/csv", inference_id=inference_id or str(uuid4())
        )
        return answer.body.read().decode()


@pytest.fixture(scope="session")
def account():
    return Account(Session)


@pytest.fixture(scope="session")
def model(account):
    container = ContainerDefinition(
        image=image_uris.retrieve("sklearn", account.session.boto_region_name, "1.2-1"),
        model_data_url=account.put_model(),
        environment={"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
    )
    return Model.create(
        model_name="buyers",
        primary_container=container,
        execution_role_arn=account.role,
        enable_network_isolation=True,
    )


@pytest.fixture(scope="session")
def predictor(account, model):
    """An endpoint with data capture."""
    EndpointConfig.create(
        endpoint_config_name="buyers",
        production_variants=[
            ProductionVariant(
                variant_name="AllTraffic",
                model_name=model.model_name,
                initial_instance_count=1,
                instance_type="ml.m5.large",
            )
        ],
        data_capture_config=DataCaptureConfig(
            enable_capture=True,
            initial_sampling_percentage=100,
            destination_s3_uri=account.uri("capture"),
            capture_options=[CaptureOption(capture_mode="Input"), CaptureOption(capture_mode="Output")],
            capture_content_type_header=CaptureContentTypeHeader(csv_content_types=["text/csv"]),
        ),
    )
    endpoint = Endpoint.create(endpoint_name="buyers", endpoint_config_name="buyers")
    endpoint.wait_for_status("InService", poll=1)
    return Predictor(endpoint)


@pytest.fixture(scope="session")
def model_config(model):
    return ModelConfig(
        model_name=model.model_name,
        instance_type="ml.m5.xlarge",
        instance_count=1,
        content_type="text/csv",
        accept_type="text/csv",
    )
