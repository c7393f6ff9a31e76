"""Record preprocessing scripts for common cases: copy one, change its settings, try it with preprocessors.run."""
