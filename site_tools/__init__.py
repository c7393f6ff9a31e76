"""Makes the documentation: the list of all texts of the functions, and what the site needs beside its pages."""
