"""Monitoring for a model that a Python service of your own serves: on Kubernetes, ECS, or in another cloud."""
