"""Who may see what of the published pages: one decision, asked by whatever hands pages out.

Belongs here: the readers of an organisation, what each sees, and a page cut down to it. Does not
belong here: handing it out (`folders/`, `mail/`).
"""
