"""Rows read one by one to landed Parquet, and what was left out of them.

Belongs here: writing rows with their lines, leaving out rows that are none. Does not belong here:
finding the rows of a format.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import MAX_FIELD, is_total_row
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN
from pipelines.sources.headers import clean_header
from pipelines.warehouse.quoting import identifier, literal

NOTED_ROWS = 20
_NOTED_TEXT = 200
_AROUND = "* \t\ufeff"
# What stands for an absent value between the two writers; no export holds it.
_ABSENT = "\x1f\x1eabsent"


@dataclass
class LeftOut:
    """Counts the rows that are no data, and names the first of them.

    `headers` are the header's own rows, by their cleaned cells: pages of a printed export and
    files put together repeat them. `titles` are the rows above the header, which pages repeat too.
    """

    headers: tuple[tuple[str, ...], ...] = ()
    titles: tuple[tuple[str, ...], ...] = ()
    blank: int = 0
    totals: int = 0
    repeated: int = 0
    _totals: list[dict[str, Any]] = field(default_factory=list)
    _repeated: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._starts = {name for header in self.headers for name in header}
        self._longest = max((len(title) for title in self.titles), default=0)

    def leaves_out(self, line: int, row: Sequence[str]) -> bool:
        """Whether a row is blank, a sum, or the header again; it is counted then."""
        if not any(cell.strip() for cell in row):
            self.blank += 1
            return True
        if is_total_row(row):
            self.totals += 1
            if len(self._totals) < NOTED_ROWS:
                text = ",".join(row).strip()
                self._totals.append({"line": line, "text": text[:_NOTED_TEXT]})
            return True
        if self._is_header(line, row):
            self.repeated += 1
            if len(self._repeated) < NOTED_ROWS:
                self._repeated.append(line)
            return True
        return False

    def _is_header(self, line: int, row: Sequence[str]) -> bool:
        if not self.headers:
            return False
        first = row[0].strip(_AROUND)
        if first in self._starts or "\n" in first:
            return any(_is_repeated(line, row, header) for header in self.headers)
        return self._is_title(row)

    def _is_title(self, row: Sequence[str]) -> bool:
        """Titles fill few cells, so most rows need not be compared."""
        if not self.titles or len(row) - row.count("") > self._longest:
            return False
        return filled(row) in self.titles

    def notes(self) -> dict[str, Any]:
        """What was left out, as the card of a landed file keeps it."""
        found: dict[str, Any] = {}
        if self.blank:
            found["blank_rows"] = self.blank
        if self.totals:
            found["totals_left_out"] = self._totals
            found["totals_left_out_count"] = self.totals
        if self.repeated:
            found["repeated_header_rows"] = self._repeated
            found["repeated_header_rows_count"] = self.repeated
        return found


def _is_repeated(line: int, row: Sequence[str], header: tuple[str, ...]) -> bool:
    cells = trimmed(row)
    if cells != header and len(cells) > 1 and sorted(cells) == sorted(header):
        raise UserError(
            f"line {line}: the header comes again with its columns in another order; "
            "make two files of it",
            1,
        )
    return cells == header


def trimmed(row: Sequence[object]) -> tuple[str, ...]:
    """The cleaned cells of a row without the empty ones at its end."""
    cells = [clean_header(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def filled(row: Sequence[object]) -> tuple[str, ...]:
    """The cleaned cells of a row that hold anything."""
    return tuple(text for cell in row if (text := clean_header(cell)))


class RowWriter:
    """Spools rows to a text file that the database then writes as Parquet.

    A row with more or fewer fields than the header keeps its text whole in `_ragged`, so that
    staging can quarantine it.
    """

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        # a lone surrogate has no bytes; it is shown as its escape
        self._handle = spool.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._out = csv.writer(self._handle, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self.count = 0

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self._handle.close()
        self._spool.unlink(missing_ok=True)

    def write(self, line: int, cells: Sequence[str | None], ragged: str = "") -> None:
        """Write one row; `None` is an absent value."""
        self._out.writerow([line, ragged, *(_ABSENT if c is None else c for c in cells)])
        self.count += 1

    def finish(
        self, con: duckdb.DuckDBPyConnection, names: Sequence[str], target: Path, padded: bool
    ) -> int:
        """Write the Parquet file and say how many rows it has.

        Args:
            padded: rows may be shorter than the names; what lacks is absent.
        """
        self._handle.close()
        columns = ", ".join(
            [f"'{LINE_COLUMN}': 'bigint'", f"'{RAGGED_COLUMN}': 'varchar'"]
            + [f"{literal(name)}: 'varchar'" for name in names]
        )
        con.execute(
            f"copy (select {LINE_COLUMN}, nullif({RAGGED_COLUMN}, '') as {RAGGED_COLUMN}, "
            f"{', '.join(identifier(name) for name in names)} "
            f"from read_csv({literal(str(self._spool))}, header = false, delim = ',', "
            f"""quote = '"', escape = '"', auto_detect = false, columns = {{{columns}}}, """
            f"parallel = false, new_line = '\\n', nullstr = {literal(_ABSENT)}, "
            f"max_line_size = {2 * MAX_FIELD}, null_padding = {str(padded).lower()})) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        )
        return self.count


def write_numbered(
    con: duckdb.DuckDBPyConnection,
    rows: Iterable[tuple[int, list[str]]],
    names: tuple[str, ...],
    spool: Path,
    target: Path,
    left_out: LeftOut,
) -> int:
    """Write rows with their lines to Parquet, without those that are none.

    Returns:
        The number of rows written.
    """
    width = len(names)
    with RowWriter(spool) as out:
        for line, row in rows:
            if left_out.leaves_out(line, row):
                continue
            extra = [cell for cell in row[width:] if cell.strip()]
            ragged = len(row) < width or bool(extra)
            cells = [*row[:width], *[""] * (width - len(row))]
            out.write(line, cells, ",".join(row) if ragged else "")
        return out.finish(con, names, target, padded=False)
