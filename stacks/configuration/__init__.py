"""What a configuration file may hold.

Docstrings of attributes are the documentation in the JSON schema, so they speak to whoever writes YAML. Every
part builds the value of the construct library that it stands for.
"""

from stacks.configuration.fleet import FleetConfig

__all__ = ["FleetConfig"]
