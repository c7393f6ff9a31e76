"""The model-quality monitor: predictions compared with the labels that arrive later."""
