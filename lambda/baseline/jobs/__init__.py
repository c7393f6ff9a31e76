"""The processing jobs that compute a baseline."""
