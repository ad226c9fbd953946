"""Dates that a spreadsheet or a locale damaged, or that are written in another order than stated.

Belongs here: what the texts of a date column give away, file by file, whether its rows were
accepted or refused. Does not belong here: what the typed dates give away (`accidents.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.checks.accidents import accident_finding, wanted
from pipelines.checks.findings import Finding
from pipelines.landing.land import LandedExport
from pipelines.landing.parquet import Landed
from pipelines.policy.quality import Quality
from pipelines.sources.contract import Table
from pipelines.sources.sourcefile import SourceFile
from pipelines.staging.mapping import (
    NO_TEXT,
    column_texts,
    landed_relation,
    line_expression,
    names_of,
)
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.template import render

_LEAST = 3  # of each kind, where none says anything else


@dataclass(frozen=True)
class DateAccidents:
    """Looks over the texts of the date columns in the landed files of one table."""

    warehouse: Warehouse
    table: Table
    policy: Quality
    exports: Sequence[LandedExport]

    def look(self) -> list[Finding]:
        """All accidents of dates that policy wants to be told of."""
        refused = self._refused()
        found: list[Finding] = []
        for export in self.exports:
            if export.landed is not None:
                found.extend(self._of_file(export, export.landed, refused))
        return wanted(self.policy, found)

    def _refused(self) -> dict[tuple[str, str], int]:
        """How many rows of a file are in quarantine for a column whose text is no date."""
        rows = self.warehouse.rows(
            "select load.file, quarantine.column_name, count(*) as row_count "
            "from mart.quarantine as quarantine join mart.load as load using (load_id) "
            "where quarantine.table_name = ? and quarantine.resolved_at is null "
            "and quarantine.rule_id like '%.not_a_date' group by all",
            [self.table.name],
        )
        return {(row["file"], row["column_name"]): row["row_count"] for row in rows}

    def _of_file(
        self, export: LandedExport, landed: Landed, refused: dict[tuple[str, str], int]
    ) -> Iterator[Finding]:
        """Only what may hold texts is looked at: cells of a workbook, another order than ISO's, or
        what could not be read; the dates of a large plain export are read once, when staged."""
        source, file = export.export.source, export.export.name
        names = names_of(landed, export.export)
        texts = column_texts(self.table, source, names)
        for column in self.table.exported.values():
            if column.type not in ("date", "timestamp") or texts[column.name] == NO_TEXT:
                continue
            bad = refused.get((file, column.name), 0)
            if landed.kind == "workbook" or source.date_order != "ymd" or bad:
                style = self._style(landed, texts[column.name])
                yield from self._judge(file, source, column.name, style, bad)

    def _style(self, landed: Landed, text: str) -> dict[str, Any]:
        return self.warehouse.rows(
            render(
                "accidents/date_styles.sql.j2",
                relation=landed_relation(landed),
                line=line_expression(landed),
                text=text,
            )
        )[0]

    def _judge(
        self, file: str, source: SourceFile, column: str, style: dict[str, Any], refused: int
    ) -> Iterator[Finding]:
        iso, texts = style["iso"], style["texts"]
        first, second = style["first_high"], style["second_high"]
        words = {"file": file, "column": column, "iso": iso, "texts": texts, "refused": refused,
                 "text": style["text"], "key": source.date_order}  # fmt: skip
        evidence = [{"file": file, "line": style["line"], column: style["text"]}]

        def found(accident: str, count: int, **more: Any) -> Finding:
            where = f"{file}:{column}"
            return accident_finding(
                self.policy, self.table, accident, where, evidence, count=count, **words, **more
            )

        one_order = (first > 0) != (second > 0)
        is_mixed = one_order and texts == max(first, second) and style["iso_high"] == 0
        if is_mixed and min(texts, iso) >= _LEAST:
            yield found("mixed_dates", iso)
            return
        if not refused or not texts:
            return
        if first and second:
            yield found("dates_not_read.both", refused)
        elif one_order:
            order = "dmy" if first else "mdy"
            if order != source.date_order:
                yield found("dates_not_read", refused, order=order)
        elif source.date_order == "ymd":
            yield found("dates_not_read.either", refused)
