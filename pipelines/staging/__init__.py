"""From landed text to typed, versioned canonical tables and the quarantine.

Belongs here: typing, row rules, references, versions by load. Does not belong here: facts (`sql/`).
"""
