"""Starts, stops and runs monitoring schedules on demand."""
