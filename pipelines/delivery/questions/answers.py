"""What is said in answer to a question, as data for an assistant.

Belongs here: each question and the form of its answer. Does not belong here: the protocol
(`server.py`), and who may see what (`desk.py`).

Every figure stands in one form (`figure`): value, definition, day, scope, quality, receipt. Amounts
are texts with all their digits; `shown` is the figure as pages write it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from pipelines.delivery.access.cut import kept
from pipelines.delivery.access.readers import COMPANY
from pipelines.delivery.questions.desk import Opened
from pipelines.delivery.questions.proof import Proof, prove
from pipelines.delivery.questions.published import Value, definition_mark
from pipelines.delivery.questions.receipt import plain, read_receipt, write_receipt
from pipelines.delivery.questions.refusal import Refusal
from pipelines.explain.explain import explain
from pipelines.policy.catalogue import Kpi
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.model.context import KpiPolicy, missing_exports
from pipelines.reporting.model.kpis import judged, typed
from pipelines.reporting.model.values import Bilingual, Day, message
from pipelines.reporting.publish.entries import Entry
from pipelines.reporting.publish.render import Words, words
from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.workspace import Workspace

_MISSING = "missing_export:"
_MOST_ROWS, _MOST_CHANGES, _MOST_PAGES = 200, 50, 100


class Answers:
    """The answers of one publication to one reader, in one language."""

    def __init__(self, opened: Opened, language: LanguageCode, key: bytes) -> None:
        self._opened, self._language, self._key = opened, language, key
        edition = opened.values.edition
        self._currency = edition.currency
        self._speech: Words = words(language, edition.currency, opened.values.as_of.year)

    def say(self, refusal: Refusal) -> str:
        """Why there is no answer, in the language of the question."""
        return self._speech.text(refusal.said)

    # --- questions ---

    def kpis(self, about: str) -> dict[str, Any]:
        """The KPIs that the reader may see of anybody; all, or those with a word in their names."""
        word = about.strip().casefold()
        found = [
            {"kpi": name, "label": self._of(kpi.label), "unit": kpi.unit, "theme": kpi.theme}
            for name, kpi in self._opened.catalogue.kpis.items()
            if self._opened.may_ask(name)
            and (not word or any(word in text.casefold() for text in _words_of(name, kpi)))
        ]
        return {"kpis": found, "as_of": self._opened.values.as_of.isoformat()}

    def definition(self, asked: str) -> dict[str, Any]:
        """What a KPI means. That it exists is no secret; its values are."""
        name = self._opened.kpi(asked)
        kpi = self._opened.catalogue.kpis[name]
        return {
            "kpi": name,
            "label": self._of(kpi.label),
            **self._definition(kpi),
            "needs": list(self._opened.catalogue.needs(name)),
            "scopes": sorted({kind for kind, _ in self._opened.values.scopes(name)}),
            "owner": kpi.owner,
            "reports": list(kpi.reports),
        }

    def value(self, kpi: str, scope: str, period: str) -> dict[str, Any]:
        """The value of a KPI."""
        return self.figure(self._opened.asked(kpi, scope, period))

    def rows(
        self, workspace: Workspace, kpi: str, scope: str, period: str, limit: int
    ) -> dict[str, Any]:
        """A value with the rows it is made of, each with its file and line.

        Raises:
            Refusal: the rows that can be read are not those of the published value.
        """
        value = self._opened.asked(kpi, scope, period)
        limit = max(1, min(limit, _MOST_ROWS))
        kind, identity = value.scope
        with open_warehouse(
            workspace.warehouse, workspace.settings.memory_limit, read_only=True
        ) as warehouse:
            found = explain(
                warehouse, self._opened.catalogue, value.kpi_id, f"{kind}:{identity}", period, limit
            )
        if any(found.value[name] != value.row[name] for name in ("value", "n", "period_start")):
            raise Refusal("questions.rows_moved", kpi=self._opened.label(value.kpi_id))
        return {
            **self.figure(value),
            "rows": [{name: _told(row[name]) for name in found.columns} for row in found.rows],
            "row_count": found.row_count,
            "rows_add_up": found.adds_up,
        }

    def reports(self, report: str, earlier: bool) -> dict[str, Any]:
        """The pages that the reader has, the newest of each; `earlier` ones too, where asked."""
        stale = {notice.report for notice in self._opened.values.edition.stale}
        pages: list[dict[str, Any]] = []
        seen, in_all = set(), 0
        for entry in sorted(self._opened.published.entries, key=_newest_first):
            series = (entry.report, entry.reader.id)
            if not entry.listed or (report and report not in (entry.report, entry.family)):
                continue
            if series in seen and not earlier:
                continue
            told = self._page(entry, stale)
            if told is not None:
                seen.add(series)
                in_all += 1
                if len(pages) < _MOST_PAGES:
                    pages.append(told)
        return {"reports": pages, "in_all": in_all}

    def changes(self, scope: str, period: str, most: int) -> dict[str, Any]:
        """The KPIs of a scope that moved most against the period before, largest first.

        A running period is held against the same day of the one before. What has too few cases on
        its own scale, or had nothing before, is not ranked.
        """
        meant = self._opened.period(period)
        named = [name for name in self._opened.catalogue.kpis if self._opened.may_ask(name)]
        of = self._somewhere(named, scope, meant.start)
        found = []
        for row in self._opened.values.rows(meant, *of):
            before, now, kpi_id = row["previous_value"], row["value"], row["kpi_id"]
            enough = (row["n"] or 0) >= self._opened.catalogue.kpis[kpi_id].min_n
            if not before or now is None or now == before or not enough:
                continue
            if self._opened.sees(kpi_id, of, row["period_end"]):
                found.append((abs((now - before) / before), row))
        found.sort(key=lambda one: (-one[0], one[1]["kpi_id"]))
        shown = [self._opened.values.of(row) for _, row in found[: min(most, _MOST_CHANGES)]]
        return {"changed": [self._changed(value) for value in shown], "in_all": len(found)}

    def receipt(self, line: str) -> dict[str, Any]:
        """Whether a receipt is one and still so; of what the reader may not see nothing is said."""
        claim = read_receipt(line, self._key)
        proof: Proof | None = None
        if claim is not None and claim.kpi_id in self._opened.catalogue.kpis:
            proof = prove(claim, self._opened.values)
            until = proof.now.until if proof.now else claim.period_start
            if not self._opened.sees(claim.kpi_id, (claim.scope_kind, claim.scope_id), until):
                proof = None
        if proof is None:
            raise Refusal("questions.no_receipt")
        return {"is_true": proof.is_true, "says": proof.told(), "differences": proof.differences()}

    # --- parts of answers ---

    def figure(self, value: Value) -> dict[str, Any]:
        """A figure with everything it is told with."""
        row, kpi = value.row, value.kpi
        kind, identity = value.scope
        told: dict[str, Any] = {
            "kpi": value.kpi_id,
            "label": self._of(kpi.label),
            "value": plain(row["value"]),
            "shown": self._shown(kpi, row["value"]),
            "no_data": self._why_nothing(value),
            "numerator": plain(row["numerator"]),
            "denominator": plain(row["denominator"]),
            "n": row["n"],
            "target": plain(row["target"]),
            "previous": plain(row["previous_value"]),
            "prior_year": plain(row["prior_year_value"]),
            "currency": self._currency if kpi.unit == "money" else None,
            "scope": {"kind": kind, "id": identity, "name": self._name(value)},
            "period": {
                "kind": row["period_kind"],
                "from": row["period_start"].isoformat(),
                "to": row["period_end"].isoformat(),
            },
            "as_of": value.as_of.isoformat() if value.as_of else None,
            "definition": self._definition(kpi),
            "quality": self._quality(value),
            "receipt": write_receipt(value.claim, self._key),
        }
        return told

    def _name(self, value: Value) -> str:
        if value.scope[0] == "company":
            return self._speech.text(self._opened.values.edition.company)
        return self._opened.name(value.scope)

    def _definition(self, kpi: Kpi) -> dict[str, Any]:
        return {
            "description": self._of(kpi.description),
            "formula": self._of(kpi.formula),
            "unit": kpi.unit,
            "better": kpi.direction,
            "fewest_cases": kpi.min_n,
            "mark": definition_mark(kpi),
        }

    def _quality(self, value: Value) -> dict[str, Any]:
        """Checks of the tables it needs, whether it has enough cases, how new its data is."""
        checks = self._opened.values.checks(value.kpi_id)
        failed = [check for check in checks if check["status"] != "passed"]
        needed = {need.partition(".")[0] for need in self._opened.catalogue.needs(value.kpi_id)}
        told: dict[str, Any] = {
            "checks": len(checks),
            "not_passed": len(failed),
            "enough_cases": (value.row["n"] or 0) >= value.kpi.min_n,
            "late": [
                {"system": self._speech.text(one.system), "data_to": _told(one.data_to),
                 "tables": sorted(needed.intersection(one.late_tables))}
                for one in self._opened.values.edition.freshness
                if needed.intersection(one.late_tables)
            ],
            "notes": [],
        }  # fmt: skip
        if value.as_of is None or value.as_of < self._opened.values.as_of:
            day = Day(date=self._opened.values.as_of)
            told["notes"].append(self._speech.text(message("questions.not_renewed", day=day)))
        if not told["enough_cases"] and value.number is not None:
            told["notes"].append(self._speech.plain("questions.few_cases"))
        if self._sees_operations():  # sentences of checks name rows of anybody
            told["failed"] = [
                {"check": one["check_id"], "table": one["table_name"], "rows": one["offenders"],
                 "says": one[self._language]}
                for one in failed
            ]  # fmt: skip
        return told

    def _sees_operations(self) -> bool:
        return self._opened.reader.sees("operations", COMPANY, self._opened.values.as_of)

    def _why_nothing(self, value: Value) -> str | None:
        if value.number is not None:
            return None
        reason = value.row["no_data_reason"] or ""
        if reason.startswith(_MISSING):
            return self._speech.text(missing_exports(reason.removeprefix(_MISSING).split(",")))
        return self._speech.text(message("no_data.nothing"))

    def _shown(self, kpi: Kpi, value: Decimal | None) -> str | None:
        return None if value is None else self._speech.text(typed(_policy(kpi), value))

    def _changed(self, value: Value) -> dict[str, Any]:
        before, now = value.row["previous_value"], value.number
        assert now is not None  # only values that moved come here
        return {
            **self.figure(value),
            "previous_shown": self._shown(value.kpi, before),
            "change": plain(now - before),
            "welcome": judged(value.kpi.direction, now - before),
        }

    def _page(self, entry: Entry, stale: set[str]) -> dict[str, Any] | None:
        of = self._opened.published.outline(entry)
        keep = kept(self._opened.reader, of) if of is not None else None
        if keep is None or keep.is_nothing:
            return None
        if not keep.is_whole and not self._opened.published.can_be_cut(entry):
            return None
        return {
            "report": entry.report,
            "title": self._speech.text(message(f"report.{entry.report}")),
            "reader": {
                "kind": entry.reader.kind,
                "id": entry.reader.id,
                "name": self._speech.text(entry.reader.name),
            },
            "period": entry.period.key,
            "as_of": entry.as_of.isoformat(),
            "page": str(PurePosixPath(f"{entry.stem}.{self._language}.html")),
            "left_out": [
                self._speech.text(message(f"access.{subject}")) for subject in keep.left_out
            ],
            "is_renewed": not (entry.stale or entry.family in stale),
        }

    def _somewhere(self, kpis: Iterable[str], scope: str, start: dt.date) -> tuple[str, str]:
        """The scope somebody means, by the first KPI that the reader may see there."""
        refused: Refusal | None = None
        for name in kpis:
            try:
                return self._opened.scope(name, scope, max(start, self._opened.values.as_of))
            except Refusal as refusal:
                refused = refusal
        raise refused or Refusal("questions.nothing_to_ask")

    def _of(self, text: Any) -> str:
        said: str = getattr(text, self._language)
        return said


def _policy(kpi: Kpi) -> KpiPolicy:
    """A KPI as pages know it, for its unit and decimals."""

    def both(text: Any) -> Bilingual:
        return Bilingual(zh=text.zh, en=text.en)

    return KpiPolicy(
        id="", label=both(kpi.label), description=both(kpi.description), formula=both(kpi.formula),
        unit=kpi.unit, decimals=kpi.decimals, direction=kpi.direction, min_n=kpi.min_n, target=None,
    )  # fmt: skip


def _words_of(name: str, kpi: Kpi) -> tuple[str, ...]:
    texts = (kpi.label, kpi.description)
    return (name, kpi.theme, *(text.zh for text in texts), *(text.en for text in texts))


def _newest_first(entry: Entry) -> tuple[str, str, int]:
    return entry.family, entry.reader.id, -entry.period.end.toordinal()


def _told(cell: object) -> object:
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, dt.date | dt.datetime):
        return cell.isoformat()
    return cell if isinstance(cell, str | int | bool | None) else str(cell)
