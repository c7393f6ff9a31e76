"""Baselines of model quality: how well the predictions of a data set fit its labels."""
