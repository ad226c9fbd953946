"""What a workspace says of itself: quarantined rows, the state of the last run, files taken back.

Belongs here: reading those books for commands and pages. Does not belong here: filling them, which
staging and the run do.
"""
