"""Monitoring for a model that scores files once a day with SageMaker batch transform."""
