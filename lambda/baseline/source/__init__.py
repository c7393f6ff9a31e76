"""Where a baseline comes from, and what can be told of it without a job."""
