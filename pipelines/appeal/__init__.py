"""What an appraisal would be if a disputed fact were another: recomputed, compared, never kept.

Belongs here: reading what is disputed, changing it in a rehearsal, what follows from it, and the
folder that is handed to whoever decides. Does not belong here: appeals as records
(`sql/mart/appraisal/appraisal_appeal.sql`) or how the page looks (`reporting/appraisal`).
"""
