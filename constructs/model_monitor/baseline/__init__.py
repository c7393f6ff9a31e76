"""Baselines: where they come from, and the custom resource that makes them."""
