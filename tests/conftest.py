# They need the SageMaker Python SDK, whose packages clash with those of the project: `make sdk-check` runs them.
collect_ignore = ["sdk"]
