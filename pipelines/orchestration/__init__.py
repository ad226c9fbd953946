"""When and in which order things run: definitions, jobs, schedules, the sensor, the event log.

Belongs here: what Dagster is told, and executing a run in this process. Does not belong here: what
a step does (`run/`) or the assets themselves (`assets/`).
"""
