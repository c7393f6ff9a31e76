"""The stacks of an endpoint fleet, made from one YAML file.

The way of a file: `document` reads it and remembers lines, `configuration` says what it may hold, `loading` puts the
two together, `translation` turns settings into what the construct library takes, `fleet` makes the stacks.
"""
