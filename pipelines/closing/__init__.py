"""Closing a commission period for good, and trying another plan without posting anything.

Belongs here: what stands above a whole run. Does not belong here: the ledger files themselves
(`ledger/`) or the computation (`sql/`).
"""
