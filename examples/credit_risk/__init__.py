"""A credit-scoring endpoint with data-quality monitoring: the smallest complete app, and what `make demo` shows."""
