"""The one function behind all custom resources of the project."""
