"""What happens when a run of a monitor has ended: own metrics, and one readable message."""
