"""The first hour with a workspace: recognise a file, draft its source, copy a preset, scaffold.

Belongs here: guesses a person reads and corrects. Does not belong here: reading exports for a run.
"""
