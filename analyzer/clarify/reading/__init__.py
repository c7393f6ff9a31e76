"""Reading of data sets, captured records and transform outputs for Clarify's analyses."""
