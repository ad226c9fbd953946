"""Rows read one by one to landed Parquet, and what was left out of them.

Belongs here: writing rows with their lines, leaving out rows that are none. Does not belong here:
finding the rows of a format.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import MAX_FIELD
from pipelines.landing.norecord import no_record, stated_records
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import alternatives
from pipelines.warehouse.quoting import identifier, literal

NOTHING_KEPT: Mapping[str, Collection[str]] = MappingProxyType({})
NOTED_ROWS = 20
_NOTED_TEXT = 200
_MOST_TRAILING = 50
# Over a whole cell, in Python and in the database.
FORCED = '="([^"]*)"|\'([-+0-9].*)'
_FORCED = re.compile(FORCED, re.DOTALL)
_AROUND = "* \t\ufeff"
# What stands for an absent value between the two writers; no export holds it.
_ABSENT = "\x1f\x1eabsent"


@dataclass
class LeftOut:
    """Counts the rows that are no data, and names the first of them.

    `headers` are the header's own rows, by their cleaned cells: pages of a printed export and
    files put together repeat them. `labels` are columns in which a ledger says what a row is,
    `kept` columns with the texts that make a row a record, since a source asks for them.
    `titles` are the rows above the header, which pages repeat too.
    `is_printed`: the rows come from a sheet or a text file, where reports have footers.
    """

    headers: tuple[tuple[str, ...], ...] = ()
    titles: tuple[tuple[str, ...], ...] = ()
    is_printed: bool = False
    labels: frozenset[int] = frozenset()
    kept: tuple[tuple[int, frozenset[str]], ...] = ()
    blank: int = 0
    totals: int = 0
    footers: int = 0
    repeated: int = 0
    _totals: list[dict[str, Any]] = field(default_factory=list)
    _footers: list[dict[str, Any]] = field(default_factory=list)
    _repeated: list[int] = field(default_factory=list)
    _wrongly_stated: list[dict[str, Any]] = field(default_factory=list)
    _counted: int = 0
    _rows_ended: bool = False

    def __post_init__(self) -> None:
        self._starts = {name for header in self.headers for name in header}
        self._longest = max((len(title) for title in self.titles), default=0)

    def leaves_out(self, line: int, row: Sequence[str], written: int = 0) -> bool:
        """Whether a row is blank, a sum, a footer, or the header again; it is counted then.

        Args:
            written: how many records stand above it, to hold a number that it states against.
        """
        if not any(cell.strip() for cell in row):
            self.blank += 1
            self._rows_ended = True
            return True
        found = None if self._is_asked_for(row) else no_record(row, self.labels)
        if found is not None and found.kind == "total":
            self.totals += 1
            _name(self._totals, line, row)
            if found.stated is not None and not found.is_of_part:
                self._hold_against(line, row, found.stated, written)
            self._rows_ended = True
            return True
        if self._is_header(line, row):
            self.repeated += 1
            if len(self._repeated) < NOTED_ROWS:
                self._repeated.append(line)
            return True
        if found is not None and self.is_printed:
            self.note_footer(line, row)
            self._rows_ended = True
            return True
        return False

    def _is_asked_for(self, row: Sequence[str]) -> bool:
        return any(place < len(row) and row[place].strip() in texts for place, texts in self.kept)

    def may_trail(self, row: Sequence[str]) -> bool:
        """A text alone in a row, below a blank one or a sum: a footer if no record follows."""
        alone = sum(1 for cell in row if cell.strip()) == 1
        trails = self.is_printed and self._rows_ended and alone
        self._rows_ended = trails
        return trails

    def note_footer(self, line: int, row: Sequence[str]) -> None:
        """Count a row as one of those below the records."""
        self.footers += 1
        _name(self._footers, line, row)

    def _hold_against(self, line: int, row: Sequence[str], stated: int, written: int) -> None:
        """A number of records, of the whole export or of what stands since the number before."""
        if stated not in (written, written - self._counted):
            read = written if self._counted == 0 else written - self._counted
            _name(self._wrongly_stated, line, row, stated=stated, read=read)
        self._counted = written

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
        if self.footers:
            found["footers_left_out"] = self._footers
            found["footers_left_out_count"] = self.footers
        if self._wrongly_stated:
            found["wrongly_stated"] = self._wrongly_stated
        if self.repeated:
            found["repeated_header_rows"] = self._repeated
            found["repeated_header_rows_count"] = self.repeated
        return found


def _name(among: list[dict[str, Any]], line: int, row: Sequence[str], **facts: int) -> None:
    if len(among) < NOTED_ROWS:
        among.append({"line": line, "text": ",".join(row).strip()[:_NOTED_TEXT], **facts})


def kept_columns(
    names: Sequence[str], kept: Mapping[str, Collection[str]]
) -> tuple[tuple[int, frozenset[str]], ...]:
    """The places of the headers of `only` in a source file, each with its texts that may be read
    as sums: a general ledger's closing balance is a record where a source asks for it."""
    places = {clean_header(name).lower(): place for place, name in enumerate(names)}
    found = []
    for written, texts in kept.items():
        labels = frozenset(text for text in texts if text and no_record([text, "1", ""]))
        for header in alternatives(written):
            place = places.get(clean_header(header).lower())
            if place is not None and labels:
                found.append((place, labels))
    return tuple(found)


def titled(titles: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A note of the texts above the header."""
    return {"titles": [" ".join(title)[:_NOTED_TEXT] for title in titles]} if titles else {}


def not_forced(text: str) -> str:
    """A cell without what forces a spreadsheet to take it for text: `="00123"`, `'00123`."""
    found = _FORCED.fullmatch(text)
    return text if found is None else found[1] or found[2] or ""


def wrongly_stated(titles: Iterable[Sequence[str]], rows: int) -> dict[str, Any]:
    """A note of a number of records above the header that is not the number of records read."""
    for title in titles:
        stated = stated_records(title)
        if stated is not None and stated != rows:
            facts = {"line": 1, "text": " ".join(title)[:_NOTED_TEXT], "stated": stated}
            return {"wrongly_stated": [{**facts, "read": rows}]}
    return {}


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
    waiting: list[tuple[int, list[str]]] = []
    with RowWriter(spool) as out:

        def write(line: int, row: list[str]) -> None:
            extra = [cell for cell in row[width:] if cell.strip()]
            ragged = len(row) < width or bool(extra)
            cells = [*row[:width], *[""] * (width - len(row))]
            out.write(line, cells, ",".join(row) if ragged else "")

        for line, row in rows:
            if left_out.leaves_out(line, row, out.count):
                continue
            if width > 2 and len(waiting) < _MOST_TRAILING and left_out.may_trail(row):
                waiting.append((line, row))
                continue
            for earlier in waiting:
                write(*earlier)
            waiting.clear()
            write(line, row)
        for line, row in waiting:
            left_out.note_footer(line, row)
        return out.finish(con, names, target, padded=False)
