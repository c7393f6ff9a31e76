"""The contract of a job with its platform: parameters, scripts, metrics, issues and exit message."""
