"""The sandbox as a process: server, clock, environment, administration and clients."""
