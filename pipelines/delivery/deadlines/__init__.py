"""Days by which somebody has to act: closing a month, deciding a dispute, appealing, answering.

Belongs here: which days there are, whom each concerns, and the entries of a calendar made of them.
Does not belong here: what follows when a day has passed (`sql/mart`), and sending (`mail/`).
"""
