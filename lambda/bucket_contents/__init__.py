"""What lies in the bucket of a stack whose first deployment failed."""
