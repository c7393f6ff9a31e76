"""What is monitored, and where its records and labels are."""
