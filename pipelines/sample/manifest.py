"""What is known to be wrong in a generated sample, so that a pipeline can be held against it.

Belongs here: lists and sums of the planted dirt, and the definitions behind the ledger.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.sample.export import CSV_HEADER_LINES, SHEET_HEADER_ROWS, WrittenFile
from pipelines.sample.layout import EXPORTS, Export
from pipelines.sample.model import LAST_DAY, SCALES, Size, sql

GENERATOR = "attain sample"

DEFINITIONS: dict[str, str] = {
    "line": "CSV: physical line, the header is line 1. XLSX: row of the sheet, counted from 1.",
    "duplicate_key": "The listed line is the second row of its key; the first one is the good one.",
    "amount": "Money of the row in its currency; null where the table has none.",
    "replaces_real_row": "true: a real row became unreadable; false: the row is an extra one.",
    "currency": "Foreign-currency documents are whole hundreds and carry no VAT; credit notes and "
    "write-offs exist in CNY only. So amounts times a four-decimal rate are exact to the cent.",
    "credit_note": "A credit note (红字发票) carries positive amounts.",
    "gl receivable": "Month end and last day, in CNY: gross of posted invoices minus gross of "
    "posted credit notes, at the rate of the invoice date; minus receipts from received_date until "
    "the day before bounced_date, cleared or not: the part allocated by that day "
    "(allocated_date) at the invoice date's rate, the rest at the rate of received_date; minus "
    "write-offs from written_off_date. Draft and cancelled invoices do not count. Documents that "
    "the exports show unreadable count.",
    "gl revenue": "Turnover of the calendar month of period_end (2026-11-15: since 2026-11-01): "
    "net of posted invoices minus net of posted credit notes, at the rate of the invoice date.",
    "gl_expected_difference": "General ledger minus sub-ledger once the unreadable rows are in "
    "quarantine: their gross (receivable; receipts count negative) or net (revenue).",
    "payroll": "What mart.commission_statement says is payable of the exports written before it, "
    "under the shipped plans; with five planted deviations.",
    "gl commission": "commission_expense: earned in the calendar month of period_end; "
    "commission_payable: earned up to the end of that month less payroll paid by period_end.",
    "reopened deal": "A deal that had been lost and came back shows a backward stage change after "
    "a pause of at least 25 working days; the loss itself is not in the export.",
}


def build_manifest(
    con: duckdb.DuckDBPyConnection, size: Size, seed: int, written: list[WrittenFile]
) -> dict[str, Any]:
    """The manifest as plain data; rows of dirt for the small size, counts and sums above."""
    scale = SCALES[size]
    manifest: dict[str, Any] = {
        "generator": GENERATOR,
        "size": size,
        "seed": seed,
        "last_day": LAST_DAY.isoformat(),
        "teams": scale.teams,
        "definitions": DEFINITIONS,
        "files": [
            {"path": file.path, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
            for file in written
        ],
        "rows": sum(file.rows for file in written),
        "dirt_summary": [entry for export in EXPORTS for entry in _summary(con, export)],
        "planted": _planted(con),
        "gl_expected_difference": _differences(con),
    }
    manifest["dirt_rows"] = sum(entry["rows"] for entry in manifest["dirt_summary"])
    if size == "small":
        manifest["dirt"] = [entry for export in EXPORTS for entry in _rows(con, export)]
        manifest["slipped_deals"] = [
            row[0] for row in con.execute(sql("manifest", "slipped")).fetchall()
        ]
    return manifest


def write_manifest(manifest: dict[str, Any], path: Path) -> None:
    """Write with one dirt row per line, so that a difference between two manifests reads well."""
    path.write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def _summary(con: duckdb.DuckDBPyConnection, export: Export) -> list[dict[str, Any]]:
    found = con.execute(
        f"select _kind, _rule, _column, _replaces, count(*), sum(_cents)::hugeint"
        f" from dirt_{export.table} group by all order by all"
    ).fetchall()
    return [
        {
            "table": export.table,
            "kind": kind,
            "rule": rule,
            "column": column,
            "replaces_real_row": replaces,
            "rows": rows,
            "amount": _yuan(cents),
        }
        for kind, rule, column, replaces, rows, cents in found
    ]


def _rows(con: duckdb.DuckDBPyConnection, export: Export) -> list[dict[str, Any]]:
    columns = [
        str(row[0])
        for row in con.execute(f"select distinct _column from dirt_{export.table}").fetchall()
    ]
    if not columns:
        return []
    value = " ".join(f"when '{column}' then \"{column}\"" for column in columns)
    head = CSV_HEADER_LINES if export.sheet is None else SHEET_HEADER_ROWS
    found = con.execute(
        f"with numbered as (select *, row_number() over (order by _order, _sub) + {head} as line"
        f" from shown_{export.table})"
        f" select line, _kind, _rule, _column, case _column {value} end, _cents,"
        f" _sub = 0 from numbered where _kind is not null order by line"
    ).fetchall()
    return [
        {
            "file": export.csv_path if export.sheet is None else export.workbook_path,
            "sheet": None if export.sheet is None else export.stem,
            "table": export.table,
            "line": line,
            "column": column,
            "value": text or "",
            "kind": kind,
            "rule": rule,
            "replaces_real_row": replaces,
            "amount": _yuan(cents),
        }
        for line, kind, rule, column, text, cents, replaces in found
    ]


def _planted(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "scope_id": scope_id,
            "period": period,
            "expected": _yuan(expected),
            "found": _yuan(found),
        }
        for kind, scope_id, period, expected, found in con.execute(
            sql("manifest", "planted")
        ).fetchall()
    ]


def _differences(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return [
        {"account": account, "period_end": day.isoformat(), "difference": _yuan(cents)}
        for account, day, cents in con.execute(sql("manifest", "gl_difference")).fetchall()
    ]


def _yuan(cents: int | None) -> str | None:
    return None if cents is None else str(Decimal(cents).scaleb(-2))
