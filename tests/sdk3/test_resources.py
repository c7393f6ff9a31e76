"""Resources, as version 3 has them in place of a predictor."""

import pytest
from sagemaker.core.resources import Endpoint


@pytest.mark.calls("Model.create", "EndpointConfig.create", "Endpoint.create", "Endpoint.invoke")
def test_an_endpoint_predicts(predictor):
    young, old = predictor.predict([[1, 0], [30, 1]]).splitlines()
    assert (young[0], old[0]) == ("0", "1")


@pytest.mark.calls("Endpoint.get")
def test_it_is_read_with_its_capture(predictor, account):
    capture = Endpoint.get(endpoint_name=predictor.endpoint_name).data_capture_config
    assert (capture.capture_status, capture.destination_s3_uri) == ("Started", account.uri("capture"))
