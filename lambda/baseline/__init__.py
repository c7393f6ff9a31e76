"""The custom resource that computes a baseline while a stack is deployed (`Custom::ModelMonitorBaseline`)."""
