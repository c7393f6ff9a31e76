"""An endpoint: predictions, and data capture that is turned on and off. The tests build on each other."""

import pytest
from sagemaker.drift_check_baselines import DriftCheckBaselines
from sagemaker.model_metrics import MetricsSource
from sagemaker.model_monitor import DataCaptureConfig


def capture_of(predictor):
    client = predictor.sagemaker_session.sagemaker_client
    endpoint = client.describe_endpoint(EndpointName=predictor.endpoint_name)
    assert endpoint.get("FailureReason") is None, "the update was rolled back"
    return endpoint["DataCaptureConfig"]


@pytest.mark.calls("Model.deploy", "Predictor.predict")
def test_it_predicts(predictor):
    (young, old) = predictor.predict([[1, 0], [30, 1]])
    assert (young[0], old[0]) == ("0", "1")
    assert float(young[1]) < 0.5 < float(old[1])


@pytest.mark.calls("Predictor.disable_data_capture")
def test_its_capture_is_turned_off(predictor):
    predictor.disable_data_capture()
    assert capture_of(predictor)["EnableCapture"] is False


@pytest.mark.calls("Predictor.enable_data_capture")
def test_its_capture_is_turned_on_into_the_bucket_of_the_session(predictor):
    predictor.enable_data_capture()
    capture = capture_of(predictor)
    assert (capture["CaptureStatus"], capture["CurrentSamplingPercentage"]) == ("Started", 20)
    assert str(capture["DestinationS3Uri"]).startswith("s3://sdk-check/")


@pytest.mark.calls("Predictor.update_data_capture_config")
def test_its_capture_is_changed(predictor, account):
    config = DataCaptureConfig(True, sampling_percentage=50, destination_s3_uri=account.uri("other-capture"))
    predictor.update_data_capture_config(config)
    capture = capture_of(predictor)
    assert (capture["CurrentSamplingPercentage"], capture["DestinationS3Uri"]) == (50, account.uri("other-capture"))


@pytest.mark.calls("Model.register")
def test_its_model_is_registered_with_the_baselines_of_its_monitors(model, account):
    constraints = MetricsSource(s3_uri=account.uri("constraints.json"), content_type="application/json")
    package = model.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        model_package_group_name="buyers",
        drift_check_baselines=DriftCheckBaselines(model_constraints=constraints),
    )
    client = account.session.sagemaker_client
    described = client.describe_model_package(ModelPackageName=package.model_package_arn)["DriftCheckBaselines"]
    assert described["ModelQuality"]["Constraints"]["S3Uri"] == account.uri("constraints.json")


@pytest.mark.calls("Predictor.delete_endpoint")
def test_it_is_deleted(predictor, account):
    predictor.delete_endpoint()
    account.wait_until_idle()
    assert account.session.sagemaker_client.list_endpoints(NameContains="buyers")["Endpoints"] == []
