"""Sections and tiles that more than one report shows.

Belongs here: what two reports show. Does not belong here: a section of one report alone.
"""
