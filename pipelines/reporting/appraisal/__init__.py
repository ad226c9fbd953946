"""The appraisal report: one page for HR, one form for each employee."""
