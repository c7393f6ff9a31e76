"""The stacks of an endpoint fleet, made from one YAML file.

The way of a file: `document` reads it and remembers lines, `configuration` says what it may hold and builds the
values of the construct library, `loading` puts the two together, `fleet` makes the stacks; `words` writes what the
library says in the words of the file.
"""
