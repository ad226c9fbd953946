"""What must hold: contracts of tables, reconciliations, accidents of files and rows.

Belongs here: finding offenders with file and line. Does not belong here: what a failed check stops,
which the orchestrator decides.
"""
