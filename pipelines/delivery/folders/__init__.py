"""A folder for each reader with what they may see: complete in itself, to be copied anywhere.

Belongs here: choosing files, cutting pages, the landing page, the switch from one set of folders to
the next. Does not belong here: who sees what (`access/`).
"""
