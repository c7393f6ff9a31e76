"""Models as AWS's notebooks bring them: old XGBoost, Linear Learner, a pipeline, a URL, and AWS-managed policies."""

import io
import json
import tarfile
from pathlib import Path

import boto3
import pytest
import sagemaker
from account import BUCKET
from botocore.exceptions import ClientError
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.model import Model
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.pipeline import PipelineModel
from sagemaker.predictor import Predictor
from sagemaker.s3 import S3Downloader
from sagemaker.serializers import CSVSerializer

_DATA = Path(__file__).parents[1] / "sandbox" / "sagemaker" / "data"
_POLICIES = ("AmazonSageMakerFullAccess", "AmazonS3FullAccess", "CloudWatchFullAccess")
_HALVES = b"""
def model_fn(model_dir):
    return 0.5

def transform_fn(factor, body, content_type, accept):
    rows = [[float(cell) * factor for cell in line.split(",")] for line in body.strip().splitlines()]
    return "\\n".join(",".join(map(str, row)) for row in rows), "text/csv"
"""


@pytest.fixture(scope="module")
def role():
    """An execution role as notebooks make it."""
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="notebook", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    for policy in _POLICIES:
        iam.attach_role_policy(RoleName="notebook", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    return arn


@pytest.fixture(scope="module")
def make_model(account, role):
    """A model of an archive with one file, named by a URL of the older style."""

    def make(name, framework, version, path, content, **options):
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        account.put(f"hosting/{name}/model.tar.gz", archive.getvalue())
        region = account.session.boto_region_name
        return Model(
            name=name,
            image_uri=sagemaker.image_uris.retrieve(framework, region, version),
            model_data=f"https://{BUCKET}.s3-{region}.amazonaws.com/hosting/{name}/model.tar.gz",
            role=role,
            predictor_cls=Predictor,
            sagemaker_session=account.session,
            **options,
        )

    return make


@pytest.fixture(scope="module")
def linear(make_model):
    content = (_DATA / "linear-learner" / "regressor.model_algo-1").read_bytes()
    return make_model("linear", "linear-learner", "1", "model_algo-1", content)


def test_a_model_of_xgboost_090_is_converted_and_answers_as_there(make_model):
    content = (_DATA / "xgboost-0.90" / "xgboost-model").read_bytes()
    predictor = make_model("old", "xgboost", "0.90-1", "xgboost-model", content).deploy(
        initial_instance_count=1,
        instance_type="ml.m5.large",
        endpoint_name="old",
        serializer=CSVSerializer(),
        deserializer=CSVDeserializer(),
    )
    assert predictor.predict([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]]) == [["0.14527316391468048", "0.8524594306945801"]]
    predictor.delete_endpoint()


@pytest.mark.calls("PipelineModel.deploy")
def test_a_pipeline_ends_in_linear_learner_and_is_captured_at_both_ends(make_model, linear, account, role):
    script = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    halves = make_model("halves", "sklearn", "1.2-1", "code/inference.py", _HALVES, env=script)
    pipeline = PipelineModel(
        models=[halves, linear],
        role=role,
        name="pipeline",
        predictor_cls=Predictor,
        sagemaker_session=account.session,
    )
    predictor = pipeline.deploy(
        initial_instance_count=1,
        instance_type="ml.m5.large",
        endpoint_name="pipeline",
        data_capture_config=DataCaptureConfig(
            True, 100, account.uri("hosting-capture"), csv_content_types=["text/csv"]
        ),
    )
    predictor.serializer, predictor.deserializer = CSVSerializer(), JSONDeserializer()
    known = json.loads((_DATA / "linear-learner" / "answers.json").read_text())
    answer = predictor.predict([[2 * value for value in row] for row in known["rows"]])
    scores = [prediction["score"] for prediction in answer["predictions"]]
    assert scores == pytest.approx([score for (score,) in known["regressor"]])
    account.wait_until_idle()
    (captured,) = S3Downloader.list(account.uri("hosting-capture/pipeline"), sagemaker_session=account.session)
    record = json.loads(S3Downloader.read_file(captured, sagemaker_session=account.session))["captureData"]
    assert record["endpointInput"]["data"].startswith("1.0,-2.0,4.0")
    assert "predictions" in record["endpointOutput"]["data"]
    predictor.delete_endpoint()


def test_what_is_not_part_of_the_sandbox_says_so(account):
    with pytest.raises(ClientError, match=r"it keeps no experiments. Instead: leave out what logs the run"):
        account.session.sagemaker_client.create_experiment(ExperimentName="e")
