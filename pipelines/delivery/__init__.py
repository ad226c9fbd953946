"""From published pages to the people who read them: who sees what, folders, mail, group robots.

Belongs here: readers, what each may see, and bringing it to them. Does not belong here: what a page
says (`reporting/`) or when a run publishes (`run/`).
"""
