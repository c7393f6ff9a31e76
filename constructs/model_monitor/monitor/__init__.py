"""What every monitor has in common."""
