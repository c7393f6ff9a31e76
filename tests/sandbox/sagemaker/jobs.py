"""Requests of jobs, and jobs that have ended."""

from typing import Any

from tests.sandbox.sagemaker.account import Account

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}


class Jobs(Account):
    analyzer = ANALYZER
    clarify = CLARIFY

    def job(self, **changes: Any) -> dict[str, Any]:
        """A CreateProcessingJob request for a baseline of ``train.csv``, which it uploads."""
        source = self.put("training/train.csv", "age,income\n" + "\n".join(f"{i},{i * 1.5}" for i in range(50)))
        return {
            "ProcessingJobName": self.unique("Baseline"),
            "ProcessingInputs": [
                {
                    "InputName": "baseline_dataset_input",
                    "S3Input": {
                        "S3Uri": source,
                        "LocalPath": "/opt/ml/processing/input/baseline_dataset_input",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "monitoring_output",
                        "S3Output": {
                            "S3Uri": f"s3://{self.bucket}/baseline",
                            "LocalPath": "/opt/ml/processing/output",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
            "ProcessingResources": {"ClusterConfig": CLUSTER},
            "AppSpecification": {"ImageUri": ANALYZER},
            "Environment": {
                "dataset_format": '{"csv": {"header": true}}',
                "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
                "output_path": "/opt/ml/processing/output",
                "publish_cloudwatch_metrics": "Disabled",
            },
            "RoleArn": self.role,
            **changes,
        }

    def run_job(self, **changes: Any) -> dict[str, Any]:
        """Run a processing job to its end and describe it."""
        request = self.job(**changes)
        self.sagemaker.create_processing_job(**request)
        return self.finished(request["ProcessingJobName"])

    def finished(self, job: str) -> dict[str, Any]:
        """A processing job once it has ended."""

        def ended() -> dict[str, Any] | None:
            description = self.sagemaker.describe_processing_job(ProcessingJobName=job)
            return description if description["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

        return self.eventually(ended, 60)

    def describe_job(self, name: str) -> dict[str, Any]:
        return dict(self.sagemaker.describe_processing_job(ProcessingJobName=name))

    def job_of(self, execution: dict[str, Any]) -> dict[str, Any]:
        """The processing job of an execution."""
        return self.describe_job(execution["ProcessingJobArn"].rsplit("/", 1)[-1])

    def transform(self, model: str, source: str, output: str, **changes: Any) -> dict[str, Any]:
        """A CreateTransformJob request for CSV rows."""
        return {
            "TransformJobName": self.unique("Transform"),
            "ModelName": model,
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
                "ContentType": "text/csv",
                "SplitType": "Line",
            },
            "TransformOutput": {"S3OutputPath": output, "Accept": "text/csv", "AssembleWith": "Line"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **changes,
        }
