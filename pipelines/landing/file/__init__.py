"""A file before any table is looked for in it: its kind, its bytes as text, what it packs, limits.

Belongs here: what can be told of a file without knowing what an export is. Does not belong here:
headers and rows (`landing/`).
"""
