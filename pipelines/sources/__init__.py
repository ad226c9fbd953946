"""Source files and the canonical tables they fill: which column of which export means what.

Belongs here: the contract of the inputs, mapping expressions, header names. Does not belong here:
reading a file (`landing/`) or typing its rows (`staging/`).
"""
