"""Mergeable profiles of columns and tables."""
