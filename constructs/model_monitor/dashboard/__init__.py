"""CloudWatch dashboards: of one model, and of all of an account and region."""
