import pytest
import sagemaker
from sagemaker.clarify import ModelConfig
from sagemaker.deserializers import CSVDeserializer
from sagemaker.model import Model
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer

pytest.register_assert_rewrite("schedule_checks")

from account import Account  # noqa: E402 - what it imports may assert


@pytest.fixture(scope="session")
def account():
    return Account(sagemaker.Session)


@pytest.fixture(scope="session")
def model(account):
    return Model(
        name="buyers",
        image_uri=sagemaker.image_uris.retrieve("sklearn", account.session.boto_region_name, "1.2-1"),
        model_data=account.put_model(),
        # `SKLearnModel` would add these, but not here: it repacks the archive with the script of the caller.
        env={"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
        role=account.role,
        predictor_cls=Predictor,
        sagemaker_session=account.session,
    )


@pytest.fixture(scope="session")
def predictor(account, model):
    """An endpoint with data capture."""
    return model.deploy(
        initial_instance_count=1,
        instance_type="ml.m5.large",
        endpoint_name="buyers",
        serializer=CSVSerializer(),
        deserializer=CSVDeserializer(),
        data_capture_config=DataCaptureConfig(
            enable_capture=True,
            sampling_percentage=100,
            destination_s3_uri=account.uri("capture"),
            csv_content_types=["text/csv"],
        ),
    )


@pytest.fixture(scope="session")
def model_config(predictor):
    """The model, for Clarify's shadow endpoints; deploying it has made it."""
    return ModelConfig(
        model_name="buyers",
        instance_type="ml.m5.xlarge",
        instance_count=1,
        content_type="text/csv",
        accept_type="text/csv",
    )
