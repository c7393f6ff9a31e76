"""The data-quality monitor: drift, missing values, types and allowed values."""
