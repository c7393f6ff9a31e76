"""AWS CDK constructs for Amazon SageMaker Model Monitor."""
