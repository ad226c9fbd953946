"""Where a value comes from: its definition, its sums, its rows with file and line.

Belongs here: from a KPI, scope and period back to rows. Does not belong here: showing them, which
the command and the pages behind the figures do.
"""
