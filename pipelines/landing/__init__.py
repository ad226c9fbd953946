"""From files as they come to lossless Parquet: text cells, with the file and line of each row.

Belongs here: formats, encodings, header rows. Does not belong here: what a cell means (`staging/`).
"""
