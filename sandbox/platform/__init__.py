"""AWS around SageMaker, where MiniStack alone would be kinder than AWS."""
