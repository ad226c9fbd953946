"""The engine seam: connections, SQL models as files, replacing a table, the published copy.

Belongs here: how SQL is run and remembered. Does not belong here: which models there are
(`models/`) or what they say (`sql/`).
"""
