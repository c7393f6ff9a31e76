"""The monitors that SageMaker Clarify runs: bias and feature attribution."""
