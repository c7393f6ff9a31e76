"""An embedded AWS: MiniStack with a SageMaker service, a clock that can be moved, and faithful CloudWatch alarms.

Start one with ``python -m sandbox up`` or, from Python, with `sandbox.process.client.SandboxProcess`.
"""
