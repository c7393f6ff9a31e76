"""Parts that every room uses and that no user of the library names."""
