"""Where to start: the monitorings of an endpoint, of batch transform, and of a model that is served elsewhere."""

from __future__ import annotations

from typing import Unpack

from constructs import Construct

from model_monitor.inputs.batch_transform import BatchTransform
from model_monitor.inputs.endpoint import MonitoredEndpoint
from model_monitor.inputs.served_elsewhere import ServedElsewhere
from model_monitor.model_monitoring import ModelMonitoring
from model_monitor.monitoring_base import MonitoringOptions


class EndpointMonitoring(ModelMonitoring):
    """Watches one endpoint: add monitors, and say who is told.

    Attributes:
        endpoint: What is monitored.

    Example:
        ```python
        monitoring = EndpointMonitoring(self, "Credit", endpoint=endpoint)
        monitoring.add_data_quality(baseline=Baseline.from_asset("train.csv", DatasetFormat.csv()))
        monitoring.notify(subscriptions.EmailSubscription("ml-oncall@example.com"))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, endpoint: MonitoredEndpoint, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Makes key, bucket, topic and the function that reads reports.

        Args:
            scope: Parent.
            id: Construct id.
            endpoint: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=endpoint, **options)
        self.endpoint = endpoint


class BatchMonitoring(ModelMonitoring):
    """Watches the batch transform jobs of one model, as `EndpointMonitoring` watches an endpoint.

    Attributes:
        transform: What is monitored.

    Example:
        ```python
        transform = BatchTransform.of(captured=captured, files=[inputs, predictions])
        monitoring = BatchMonitoring(self, "Churn", transform=transform)
        monitoring.add_data_quality(baseline=baseline, schedule=MonitorSchedule.daily(hour=6))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, transform: BatchTransform, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Makes key, bucket, topic and the function that reads reports.

        Args:
            scope: Parent.
            id: Construct id.
            transform: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=transform, **options)
        self.transform = transform


class CapturedModelMonitoring(ModelMonitoring):
    """Watches a model that SageMaker does not serve, as `EndpointMonitoring` watches an endpoint.

    Data quality looks at inputs, model quality at predictions and labels. Bias needs a writer with `join_inputs`, and
    explainability the same model in SageMaker, since its runs ask that one.

    Attributes:
        model: What is monitored.

    Example:
        ```python
        model = ServedElsewhere.of(name="credit", captured=S3Location.of(bucket, "capture"))
        monitoring = CapturedModelMonitoring(self, "Credit", model=model)
        monitoring.add_data_quality(baseline=Baseline.from_asset("features.csv", DatasetFormat.csv()))
        ```
    """

    def __init__(
        self, scope: Construct, id: str, *, model: ServedElsewhere, **options: Unpack[MonitoringOptions]
    ) -> None:
        """Makes key, bucket, topic and the function that reads reports.

        Args:
            scope: Parent.
            id: Construct id.
            model: What is monitored.
            **options: See `MonitoringOptions`.
        """
        super().__init__(scope, id, input=model, **options)
        self.model = model
