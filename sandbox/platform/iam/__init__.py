"""IAM as callers meet it: whole ARNs, AWS's words, condition keys, and changes that take their time."""
