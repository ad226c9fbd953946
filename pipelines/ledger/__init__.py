"""Closed commission periods: written once, chained by checksums, verified, compared."""
