"""How fast a synthesis is: ``python -m bench.synthesis``."""
