"""Rows of the fact tables with everything a test does not say filled in."""
