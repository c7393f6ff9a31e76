"""Job definitions, schedules, and the executions that schedules bring about."""
