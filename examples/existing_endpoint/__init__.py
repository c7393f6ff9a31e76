"""Monitoring for an endpoint that somebody else deployed: data capture is turned on, nothing else about it changes."""
