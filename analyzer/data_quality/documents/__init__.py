"""The JSON files that jobs exchange."""
