"""The inside of SageMaker's model containers, as far as their model servers go.

Imports nothing of the sandbox, and no package that a model may not need, because it starts with every endpoint.
"""
