"""Baselines of SageMaker Clarify: bias and attribution."""
