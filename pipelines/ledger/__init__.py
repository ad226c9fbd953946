"""Closed commission periods as files: written once, chained by checksums, verified, compared.

Belongs here: the store and its columns. Does not belong here: deciding that a period may be closed
(`closing/`).
"""
