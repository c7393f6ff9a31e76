"""Tables for Athena, and through it for QuickSight, Tableau and others."""
