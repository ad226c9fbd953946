"""Pages as mail: lead, tiles, three things to do, freshness; made once, handed over once.

Belongs here: the message and the server. Does not belong here: the record of what was sent
(`outbox/`), and who is sent which page.
"""
