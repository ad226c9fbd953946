"""Words that are none: texts of failed formulas, garbled ones, and ones whose characters are lost.

Belongs here: what the texts of one column have in common. Does not belong here: numbers and days
(`accidents.py`, `date_accidents.py`), and telling what one garbled text was (`landing/file`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.landing.file.misread import LOST, SUSPECT, misread
from pipelines.policy.quality import Quality
from pipelines.sources.contract import Table
from pipelines.staging.relation import staged
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.template import render


@dataclass(frozen=True)
class OddWords:
    """Texts of one kind in a column; `words` are what the sentence of `accident` names."""

    accident: str
    column: str
    rows: int
    condition: str
    words: dict[str, Any]


def odd_words(warehouse: Warehouse, table: Table, policy: Quality) -> Iterator[OddWords]:
    """All columns of a table that hold words, each with its odd ones."""
    fixed = {*table.key, *table.allowed, *(r.column for r in table.references)}
    failed = ", ".join(literal(word) for word in policy.error_texts) or "null"
    for column in table.of_type("text"):
        if column in fixed:
            continue
        found = warehouse.rows(
            render(
                "accidents/words.sql.j2",
                relation=staged(table),
                column=column,
                failed=f"lower(value) in ({failed})",
                suspect=SUSPECT,
                lost=LOST,
            )
        )
        by_kind = {kind: [row for row in found if row["kind"] == kind] for kind in _KINDS}
        for kind, rows in by_kind.items():
            if rows:
                yield from _KINDS[kind](column, rows, column in table.contact)


def _failed(column: str, rows: list[dict[str, Any]], _: bool) -> Iterator[OddWords]:
    yield _of("error_text", column, rows)


def _garbled(column: str, rows: list[dict[str, Any]], is_masked: bool) -> Iterator[OddWords]:
    """Those that can be read otherwise, by how they were misread; those whose characters are gone;
    the others are words."""
    ways: dict[tuple[str, str], list[dict[str, Any]]] = {}
    lost = []
    for row in rows:
        told = misread(row["value"])
        if told is not None and "\ufffd" not in told.meant:
            ways.setdefault((told.written, told.read), []).append({**row, "meant": told.meant})
        elif row["is_lost"]:
            lost.append(row)
    for (written, read), own in ways.items():
        shown = {"value": "…", "meant": "…"} if is_masked else own[0]
        words = {name: shown[name] for name in ("value", "meant")}
        yield _of("mojibake", column, own, written=written, read=read, **words)
    if lost:
        yield _of("mojibake.lost", column, lost, value="…" if is_masked else lost[0]["value"])


def _of(accident: str, column: str, rows: list[dict[str, Any]], **words: Any) -> OddWords:
    """Of more texts than were looked at, all rows are counted where most of those looked at are."""
    is_all = rows[0]["all_texts"] > len(rows) > _MOST
    count = rows[0]["all_rows"] if is_all else sum(row["row_count"] for row in rows)
    listed = ", ".join(literal(row["value"]) for row in rows)
    return OddWords(accident, column, count, f"{identifier(column)} in ({listed})", words)


_MOST = 900  # of the thousand that are looked at
_KINDS = {"failed": _failed, "garbled": _garbled}
