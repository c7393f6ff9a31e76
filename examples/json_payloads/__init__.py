"""Monitoring for an endpoint whose requests are nested JSON, a line for each row."""
