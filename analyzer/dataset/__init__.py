"""Reading of the data set that a run analyses: files in, batches of text columns out."""
