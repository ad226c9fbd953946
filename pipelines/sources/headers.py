"""Header cells as names of columns."""

from __future__ import annotations


def clean_header(cell: object) -> str:
    """A header as it is compared: no surrounding blanks, line breaks or required mark `*`."""
    text = str(cell if cell is not None else "")
    return " ".join(text.split()).strip("* \ufeff").strip()
