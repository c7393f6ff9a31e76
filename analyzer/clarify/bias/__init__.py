"""Bias: how differently labels and predictions treat the rows of a sensitive group and all others."""
