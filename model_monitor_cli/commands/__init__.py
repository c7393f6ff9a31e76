"""One module for each command, with a function `register` that adds it to the app.

They import at the top what costs nothing. boto3, and what needs it, they import when they run: `--help` is quick.
"""
