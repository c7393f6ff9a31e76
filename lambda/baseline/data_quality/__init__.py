"""Baselines of data quality: features, their types and their distributions."""
