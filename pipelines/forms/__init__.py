"""Workbooks for people to fill and drop back: scores, calibration, disputes, approvals.

Belongs here: what stands in a form and which of its cells are open. Does not belong here: reading a
filled one (`sources/forms/*.yaml` map it like any other export).
"""
