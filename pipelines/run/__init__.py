"""One run of a workspace: what its steps share, what each does, and how the result is published.

Belongs here: the session, the steps, publication. Does not belong here: order (`orchestration/`).
"""
