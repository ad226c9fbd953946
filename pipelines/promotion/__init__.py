"""Before a workspace changes its engine: a slice of it on both, compared row by row.

Belongs here: the slice, the comparison, what is told of it. Does not belong here: the engines
(`warehouse/`) or a run of the workspace (`run/`).
"""
