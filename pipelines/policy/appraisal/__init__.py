"""Appraisal schemes: what a scheme may say, and its tables.

Belongs here: the models of `policy/appraisal/*.yaml` and the rows they become. Does not belong
here: scoring by them (`sql/core/appraisal`, `sql/mart/appraisal`).
"""
