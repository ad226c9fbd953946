"""Faults of the file system at any call of a real process: a full disk, no rights, a kill."""
