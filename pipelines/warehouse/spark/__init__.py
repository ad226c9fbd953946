"""The engine seam, Spark side: models computed on a cluster, their rows in Parquet files.

Belongs here: models in Spark's words, the connection, the folder both sides see, what goes wrong
there in one sentence. Does not belong here: what a model says (`sql/`) or who reads its rows.
"""
