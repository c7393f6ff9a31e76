"""What a configuration file may hold.

Docstrings of attributes are the documentation in the JSON schema, so they speak to whoever writes YAML. Nothing here
needs the CDK: editors and checks of files are fast.
"""

from stacks.configuration.fleet import FleetConfig

__all__ = ["FleetConfig"]
