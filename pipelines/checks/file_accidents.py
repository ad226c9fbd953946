"""Accidents of whole files: cut off, exported twice, smaller than before, read with a headache.

Belongs here: what the landed files of one table, beside those before them, give away. Does not
belong here: the rows in them (`accidents.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.checks.accidents import accident_finding, wanted
from pipelines.checks.findings import Finding, Severity
from pipelines.landing.land import Export, LandedExport, kept_landed
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN, Landed
from pipelines.policy.quality import Quality
from pipelines.sources.contract import Table
from pipelines.sources.headers import clean_header
from pipelines.staging.mapping import NO_TEXT, landed_relation, names_of, text_expression
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.yamlfile import did_you_mean

_FIRST_ROWS = 5_000
_FEWEST_GROUPED = 5
_IN_THOUSANDS = r"^[-+]?[1-9]\d{0,2}(\.\d{3})+$"
_SURELY = r"^[-+]?\d{1,3}(\.\d{3}){2,}$|^[-+]?[1-9]\d{0,2}$"
# what no column whose point stands between thousands would hold
_NOT_IN_THOUSANDS = r"\.\d{1,2}$|\.\d{4}|\d{4}|^[-+]?0\.|,"
_SCALE = 10  # so many times what an average row was worth before


@dataclass(frozen=True)
class FileAccidents:
    """Looks over the landed files of one table.

    `confirmed` are sources whose smaller export a person took for true.
    """

    warehouse: Warehouse
    table: Table
    policy: Quality
    exports: Sequence[LandedExport]
    landed: Path
    confirmed: frozenset[str] = frozenset()

    def look(self) -> list[Finding]:
        """All accidents of the files that policy wants to be told of."""
        found = [*self._twice(), *self._against_the_last(), *self._beside_siblings()]
        return [*wanted(self.policy, found), *self.look_at_each()]

    def look_at_each(self) -> list[Finding]:
        """What each file gives away alone, whatever came before it and lies beside it."""
        found: list[Finding] = []
        for export in self.exports:
            if export.landed is not None:
                found.extend(self._one(export.export.name, export.landed))
                found.extend(self._thousands(export.export, export.landed))
        return wanted(self.policy, found)

    def _found(
        self,
        accident: str,
        where: str,
        evidence: list[dict[str, Any]],
        severity: Severity | None = None,
        **words: Any,
    ) -> Finding:
        return accident_finding(
            self.policy, self.table, accident, where, evidence, severity, **words
        )

    def _one(self, file: str, landed: Landed) -> Iterator[Finding]:
        """What the reader noted of a file, and whether it was cut off."""
        notes = landed.notes
        for key in ("mixed_encoding", "undecodable", "nul_bytes"):
            if key in notes:
                facts = notes[key] if isinstance(notes[key], dict) else {"count": notes[key]}
                lines = int(facts.get("lines", facts.get("count", 1)))
                yield self._found(
                    "mixed_encoding", f"{file}:{key}", [facts], file=file, count=lines
                )
        if told := notes.get("recognised_encoding"):
            where = f"{file}:recognised"
            yield self._found("mixed_encoding.recognised", where, [told], file=file, **told)
        totals = notes.get("totals_left_out", [])
        if totals:
            yield self._found(
                "total_row_left_out",
                file,
                totals[:10],
                file=file,
                count=notes.get("totals_left_out_count", len(totals)),
                line=totals[0]["line"],
                text=totals[0]["text"][:60],
            )
        footers = notes.get("footers_left_out", [])
        if footers:
            yield self._found(
                "total_row_left_out.footer",
                f"{file}:footer",
                footers[:10],
                file=file,
                count=notes.get("footers_left_out_count", len(footers)),
                line=footers[0]["line"],
                text=footers[0]["text"][:60],
            )
        yield from self._sheets_left_out(file, notes.get("sheets_left_out", []))
        if without := notes.get("joined_without"):
            yield self._found("joined_without", file, [without], file=file, **without)
        if hidden := notes.get("hidden_rows"):
            yield self._found("hidden_rows", file, [hidden], file=file, **hidden)
        if merged := notes.get("merged_numbers"):
            yield self._found("merged_cells", file, [merged], file=file, **merged)
        if wrong := notes.get("wrongly_stated", []):
            first = wrong[0]
            yield self._found(
                "records_missing",
                file,
                wrong[:10],
                file=file,
                count=abs(first["stated"] - first["read"]),
                text=first["text"][:60],
                stated=first["stated"],
                read=first["read"],
            )
        if landed.rows in self.policy.export_limits:
            evidence = [{"file": file, "rows": landed.rows}]
            yield self._found("export_limit", file, evidence, file=file, rows=landed.rows)
        if landed.first_line is None:
            yield from self._cut_off(file, landed)

    def _sheets_left_out(self, file: str, sheets: Sequence[dict[str, Any]]) -> Iterator[Finding]:
        for left in sheets:
            variant = ".hidden" if left["hidden"] else ".alike" if left.get("lacks") else ""
            header = left["header"] or "…"
            words = {"file": file, "sheet": left["sheet"], "header": header}
            if variant == ".alike":
                words |= {"lacks": ", ".join(left["lacks"]), "count": left["rows"]}
            yield self._found(
                f"sheet_left_out{variant}", f"{file}:{left['sheet']}", [words], **words
            )

    def _thousands(self, export: Export, landed: Landed) -> Iterator[Finding]:
        """Amounts whose point stands between thousands: 1.234 and 12.500, never 1.50 nor 1234.

        The first rows tell whether it may be so; only then all are read.
        """
        source = export.source
        for name, mapped in source.columns.items():
            is_amount = self.table.columns[name].type == "money" and mapped.expression is None
            if landed.kind != "text" or not is_amount or not source.number_style(name).is_plain:
                continue
            text = text_expression(source, name, names_of(landed, export))
            if text == NO_TEXT:
                continue
            for limit in (f"limit {_FIRST_ROWS}", ""):
                counts = self.warehouse.rows(
                    f"select count(*) filter (regexp_matches(x, {literal(_IN_THOUSANDS)})) as "
                    f"grouped, count(*) filter (regexp_matches(x, {literal(_NOT_IN_THOUSANDS)})) "
                    f"as plain, count(*) filter (regexp_matches(x, {literal(_SURELY)})) as sure, "
                    f"min(x) filter (regexp_matches(x, {literal(_IN_THOUSANDS)})) as x "
                    f"from (select {text} as x from {landed_relation(landed)} {limit})"
                )[0]
                if counts["plain"] or counts["grouped"] < _FEWEST_GROUPED:
                    break
            else:
                yield self._found(
                    "decimals_destroyed.thousands",
                    f"{name}:{export.name}",
                    [{"file": export.name, "value": counts["x"], "rows": counts["grouped"]}],
                    None if counts["sure"] else "warn",  # a dinar has a thousand parts
                    column=name,
                    file=export.name,
                    count=counts["grouped"],
                    value=counts["x"],
                )

    def _cut_off(self, file: str, landed: Landed) -> Iterator[Finding]:
        last = self.warehouse.rows(
            f"select {LINE_COLUMN} as line, {RAGGED_COLUMN} as text "
            f"from read_parquet({literal(str(landed.parquet))}) "
            f"order by {LINE_COLUMN} desc limit 1"
        )
        if last and last[0]["text"] is not None:
            evidence = [{"file": file, **last[0]}]
            yield self._found("truncated_file", file, evidence, file=file, line=last[0]["line"])

    def _twice(self) -> Iterator[Finding]:
        names: dict[tuple[str, str], str] = {}
        for export in self.exports:
            file = export.export.name
            first = names.setdefault((export.sha256, export.export.source.source), file)
            if first != file:
                evidence = [{"file": file, "same_as": first}]
                yield self._found("duplicated_file", file, evidence, file=file, same_as=first)

    def _beside_siblings(self) -> Iterator[Finding]:
        """Files and sheets in force of one source, of which some have a column and others not."""
        loads = self.warehouse.rows(
            "select source, file, coalesce(sheet, '') as sheet, rows_accepted as row_count "
            "from mart.load where table_name = ? and is_current and rows_accepted > 0",
            [self.table.name],
        )
        rows = {(load["source"], load["file"], load["sheet"]): load["row_count"] for load in loads}
        siblings: dict[str, list[tuple[LandedExport, int]]] = {}
        for one in self.exports:
            source = one.export.source.source
            place = (source, one.export.name, one.export.sheet or "")
            if one.landed is not None and place in rows:
                siblings.setdefault(source, []).append((one, rows[place]))
        for several in siblings.values():
            yield from self._lacking(several)

    def _lacking(self, several: Sequence[tuple[LandedExport, int]]) -> Iterator[Finding]:
        has = [_headers_of(one) for one, _ in several]
        all_of = {column: header for found in has for column, header in found.items()}
        for (one, count), own in zip(several, has, strict=True):
            gone = [all_of[column] for column in all_of if column not in own]
            if not gone or one.landed is None:
                continue
            others = {n for o, _ in several if o is not one and o.landed for n in o.landed.names}
            added = [name for name in one.landed.names if name not in others]
            file, sheet = one.export.name, one.export.sheet
            yield self._found(
                "column_gone_or_renamed.sibling",
                ":".join(filter(None, (file, sheet, "siblings"))),
                [{"file": file, "sheet": sheet, "gone": gone, "new": added}],
                file=" · ".join(filter(None, (file, sheet))),
                count=count,
                gone=", ".join(gone),
                added=", ".join(added) or "—",
                near=did_you_mean(gone[0], added),
            )

    def _against_the_last(self) -> Iterator[Finding]:
        """The newest files of a full source beside those that stood there before."""
        for source in sorted({e.export.source.source for e in self.exports}):
            exports = [e for e in self.exports if e.export.source.source == source and e.landed]
            if not exports or exports[0].export.source.export != "full":
                continue
            now = self._newest(source, "is_current")
            before = self._newest(source, "not coalesce(is_current, false) and rows_landed > 0")
            if now and before:
                yield from self._smaller(source, now, before)
                yield from self._scaled(source, now, before)
                yield from self._headers(exports[-1], before)

    def _newest(self, source: str, condition: str) -> dict[str, Any] | None:
        """Rows and money of the newest loads of a source that were loaded together."""
        found = self.warehouse.rows(
            "select coalesce(export_date, loaded_at) as moment, "
            "sum(rows_landed)::bigint as row_count, sum(amount_accepted) as amount, "
            "sum(rows_accepted)::bigint as accepted, "
            "any_value(landed_name) as landed_name, any_value(file) as file from mart.load "
            f"where table_name = ? and source = ? and forgotten_at is null and {condition} "
            "group by moment order by moment desc limit 1",
            [self.table.name, source],
        )
        return found[0] if found else None

    def _smaller(
        self, source: str, now: dict[str, Any], before: dict[str, Any]
    ) -> Iterator[Finding]:
        drop = Decimal(100) * (before["row_count"] - now["row_count"]) / before["row_count"]
        if drop < self.policy.drop.warn:
            return
        blocks = drop >= self.policy.drop.block and source not in self.confirmed
        words = {"file": now["file"], "rows": now["row_count"], "before": before["row_count"]}
        yield self._found(
            "sharp_drop.block" if blocks else "sharp_drop",
            source,
            [words],
            "block" if blocks else "warn",
            count=before["row_count"] - now["row_count"],
            drop=drop,
            accepted=self.table.name,
            **words,
        )

    def _scaled(
        self, source: str, now: dict[str, Any], before: dict[str, Any]
    ) -> Iterator[Finding]:
        if not (now["accepted"] and before["accepted"] and now["amount"] and before["amount"]):
            return
        mean, was = now["amount"] / now["accepted"], before["amount"] / before["accepted"]
        if mean / was >= _SCALE or mean / was <= Decimal(1) / _SCALE:
            words = {"file": now["file"], "mean": mean, "before": was}
            yield self._found("amounts_scaled", source, [words], count=now["accepted"], **words)

    def _headers(self, export: LandedExport, before: dict[str, Any]) -> Iterator[Finding]:
        """A column that the source reads was there last time and is not any more."""
        assert export.landed is not None
        kept = kept_landed(self.landed / (before["landed_name"] or "-"))
        if kept is None:
            return
        old = {clean_header(name).lower(): name for name in kept.names}
        new = {clean_header(name).lower(): name for name in export.landed.names}
        read = {clean_header(name).lower() for name in export.export.source.headers}
        gone = [old[name] for name in old if name not in new and name in read]
        added = [new[name] for name in new if name not in old]
        if gone:
            file = export.export.name
            yield self._found(
                "column_gone_or_renamed",
                file,
                [{"file": file, "gone": gone, "new": added}],
                file=file,
                count=len(gone),
                gone=", ".join(gone),
                added=", ".join(added) or "—",
                near=did_you_mean(gone[0], added),
            )


def _headers_of(one: LandedExport) -> dict[str, str]:
    """The columns of its table that an export can fill, each with the header it is read from; a
    column with a default is never missed."""
    if one.landed is None:
        return {}
    names = {clean_header(name).lower(): name for name in one.landed.names}
    found = {}
    for column, mapped in one.export.source.columns.items():
        present = [names[h] for x in mapped.headers if (h := clean_header(x).lower()) in names]
        if present or mapped.default is not None:
            found[column] = present[0] if present else column
    return found
