"""How fast the analyzer is, beside tools that people know: ``python -m analyzer.bench``."""
