"""A workspace and its files: settings, places, YAML with line numbers, what ships, dates.

Belongs here: what every other room may stand on. Does not belong here: anything of the domain.
"""
