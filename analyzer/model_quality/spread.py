"""How certain a metric is: its standard deviation over samples of the rows.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html: five random samples of
80 % of at least 200 rows.
"""

import numpy as np

from analyzer.model_quality.outcomes import Metric, Outcomes, Quality

_SAMPLES = 5
_SHARE = 0.8
_MIN_ROWS = 200
# The same rows give the same numbers. Neither the service's seed is known, nor whether it divides by 5 or by 4.
_SEED = 0
_DEGREES_OF_FREEDOM_LOST = 0


def measure(outcomes: Outcomes) -> Quality:
    """Return all metrics with their standard deviations."""
    values = outcomes.metrics()
    deviations = _standard_deviations(outcomes)
    metrics = {name: Metric(value, deviations.get(name)) for name, value in values.items()}
    return Quality(len(outcomes), metrics, outcomes.tables())


def _standard_deviations(outcomes: Outcomes) -> dict[str, float]:
    if len(outcomes) < _MIN_ROWS:
        return {}
    random = np.random.default_rng(_SEED)
    samples = [outcomes.sample(random.random(len(outcomes)) < _SHARE).metrics() for _ in range(_SAMPLES)]
    with np.errstate(over="ignore", invalid="ignore"):  # values without end have no deviation
        return {
            name: float(np.std([sample[name] for sample in samples], ddof=_DEGREES_OF_FREEDOM_LOST))
            for name in samples[0]
        }
