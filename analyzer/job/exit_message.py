"""The text that a job leaves behind; the platform derives the status of the execution from it.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-outputs.html
"""

# DescribeProcessingJob cuts ExitMessage off here.
MAX_LENGTH = 1024


def completed(violations: int) -> str:
    """Return the message of a run that ended well."""
    if not violations:
        return "Completed: Job completed successfully with no violations."
    return f"CompletedWithViolations: Job completed successfully with {violations} violations."


def failed(error: Exception) -> str:
    """Return the message of a run that failed, on one line."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"Exception performing analysis: {reason}"[:MAX_LENGTH]
