"""What is to be sent and what was: one record per message, whichever way it goes.

Belongs here: the outbox, what policy says of sending, and which pages whom is sent. Does not belong
here: how a message is made or handed over (`mail/`, `robots/`).
"""
