"""Policy files as typed values and as tables: process, KPIs, quotas, plans, schemes, terms.

Belongs here: what a company decides. Does not belong here: computing with it (`sql/`).
"""
