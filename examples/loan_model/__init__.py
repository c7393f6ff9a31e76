"""A model that somebody else made, with boto3 and without the CDK: what two of the examples monitor."""
