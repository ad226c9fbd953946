"""The landed form: one Parquet file per export and sheet, all text, with the line of each row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LINE_COLUMN = "_line"
RAGGED_COLUMN = "_ragged"


@dataclass(frozen=True)
class Landed:
    """A landed file.

    `first_line` is the line of the first row when lines follow positions; `None` when the file
    carries a `_line` column.
    """

    parquet: Path
    names: tuple[str, ...]
    rows: int
    first_line: int | None


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
