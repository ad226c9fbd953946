"""The small sample in the CSV form of the larger sizes, so that every peer can read it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import python_calamine

from benchmarks.typed_load import sources
from pipelines.landing.detect import HEADER_SEARCH_ROWS, find_header
from pipelines.landing.norecord import is_total_row
from pipelines.landing.workbook import cell_text


def convert(raw: Path, target: Path) -> None:
    """Copy CSV exports as they are and write each sheet under its source's CSV name."""
    for source in sources():
        name = next(pattern for pattern in source.files if pattern.endswith(".csv"))
        out = target / name
        out.parent.mkdir(parents=True, exist_ok=True)
        if (raw / name).exists():
            shutil.copyfile(raw / name, out)
            continue
        book = next((pattern for pattern in source.files if pattern.endswith(".xlsx")), None)
        if book is None and not source.required:
            continue  # the sample has no such export
        assert book is not None
        workbook = python_calamine.load_workbook(str(raw / book))
        sheet = workbook.get_sheet_by_name(source.sheet or workbook.sheet_names[0])
        rows = list(sheet.iter_rows())
        header = find_header(rows[:HEADER_SEARCH_ROWS], source.headers)
        assert header is not None
        with out.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(header.names)
            for row in rows[header.index + 1 :]:
                if any(cell_text(cell) for cell in row) and not is_total_row(row):
                    writer.writerow([cell_text(cell) for cell in row[: len(header.names)]])
