"""The SQL models of a workspace: plain files and those generated from the KPI catalogue.

Belongs here: the catalogue of models, their order, the generator, an empty warehouse in real shape.
Does not belong here: what a model is (`warehouse/model.py`) or what it says (`sql/`).
"""
