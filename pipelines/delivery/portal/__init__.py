"""A web application that shows each reader their own folder, read only.

Belongs here: signing in, sessions, serving files of one folder, the record of who opened what. Does
not belong here: what is in a folder (`folders/`), or TLS, which is the proxy's.
"""
