"""Reads a generated sample the way a careful person would: by hand, without the pipeline."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from pipelines.sample.layout import EXPORTS, Export

Row = dict[str, str]


@dataclass(frozen=True)
class Sample:
    """A generated small sample on disk."""

    root: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.root / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def dirty_lines(self) -> dict[str, set[int]]:
        """Line numbers of dirt by table."""
        lines: dict[str, set[int]] = {}
        for entry in self.manifest["dirt"]:
            lines.setdefault(entry["table"], set()).add(entry["line"])
        return lines

    @cached_property
    def _tables(self) -> dict[str, dict[int, Row]]:
        return {}

    def lines(self, table: str) -> dict[int, Row]:
        """All rows of a table by physical line, values as text."""
        if table not in self._tables:
            export = next(export for export in EXPORTS if export.table == table)
            read = _read_csv if export.sheet is None else _read_sheet
            self._tables[table] = read(self.root, export)
        return self._tables[table]

    def clean(self, table: str) -> list[Row]:
        """The rows of a table that are not listed as dirt."""
        dirty = self.dirty_lines.get(table, set())
        return [row for line, row in self.lines(table).items() if line not in dirty]


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def day(text: str) -> date:
    """`2026/1/5`, `2026-01-05` and either with a time behind it."""
    year, month, rest = text.split(" ", maxsplit=1)[0].replace("/", "-").split("-")
    return date(int(year), int(month), int(rest))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read_csv(root: Path, export: Export) -> dict[int, Row]:
    with (root / export.csv_path).open(encoding=export.encoding, newline="") as handle:
        # no value holds a line break, so rows are lines; the header is line 1
        return dict(enumerate(csv.DictReader(handle), start=2))


def _read_sheet(root: Path, export: Export) -> dict[int, Row]:
    """Data rows between the two header rows and the total, by row of the sheet."""
    book = CalamineWorkbook.from_path(root / export.workbook_path)
    rows = book.get_sheet_by_name(export.stem).to_python(skip_empty_area=False)
    header = [str(lower or upper) for upper, lower in zip(rows[1], rows[2], strict=True)]
    return {
        number: dict(zip(header, map(_text, row), strict=True))
        for number, row in enumerate(rows[3:], start=4)
        if row[0] != "合计"
    }


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return str(Decimal(str(value)).quantize(Decimal("0.0001")).normalize().__format__("f"))
    return str(value)
