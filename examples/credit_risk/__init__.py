"""A credit-scoring endpoint under all four monitors: a complete app, and what `make demo` shows."""
