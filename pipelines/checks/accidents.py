"""Accidents that happen to exports and that people believe for months: found, never repaired.

Belongs here: what the typed rows of one table give away. Does not belong here: accidents of files
(`file_accidents.py`), and what was refused (`refused_values.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.checks.findings import Finding, Severity
from pipelines.checks.spoiled_keys import ROUNDED, kind_of_key, visible
from pipelines.checks.text_accidents import odd_words
from pipelines.checks.words import say
from pipelines.policy.quality import Quality
from pipelines.sources.contract import Table, canonical_tables
from pipelines.staging.fields import DATES
from pipelines.staging.relation import held, orphan_condition, staged
from pipelines.staging.successions import circle_of
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.template import macro, render
from pipelines.workspace.yamlfile import read_yaml

Profile = dict[str, Any]

_ROWS = 20  # fewer dates say nothing of a pattern
# Dates on the first of the month, or in its first week, are no pattern. Where days above 12 end at
# some month, fewer days are enough than where there never was any.
_DAYS, _DAYS_EVER = 6, 10
_FEW = 50_000  # parents among which the nearest is looked for


@cache
def sentences() -> dict[str, dict[str, str]]:
    """What each accident is called, by name and language."""
    found: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("accidents.yaml")).data
    return found


@cache
def _remedies() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("remedies.yaml")).data
    return found


def accident_finding(
    policy: Quality,
    table: Table,
    accident: str,
    where: str,
    evidence: list[dict[str, Any]],
    severity: Severity | None = None,
    **words: Any,
) -> Finding:
    """A finding in both languages; its severity is the policy's unless one is given.

    Args:
        accident: its name, with a variant after a dot where it has several sentences.
        words: what the sentence names; `count` is how many rows it is about.
    """
    name = accident.partition(".")[0]
    if severity is None:
        severity = "block" if policy.verdict(name) == "block" else "warn"
    said = sentences()[accident]
    return Finding(
        check=f"{name}:{where}",
        table=f"staging.{table.name}",
        severity=severity,
        status="failed",
        zh=say(said["zh"], words),
        en=say(said["en"], words),
        offenders=int(words.get("count", 1)),
        evidence=evidence,
        is_counted=True,
    )


def wanted(policy: Quality, findings: Iterable[Finding]) -> list[Finding]:
    """The accidents that policy wants to be told of."""
    return [f for f in findings if policy.verdict(f.check.partition(":")[0]) != "off"]


@dataclass(frozen=True)
class TableAccidents:
    """Looks for accidents in one staged table.

    `latest` is when the newest of its exports was made; what happened cannot lie after it.
    `orders` are the orders of dates that its sources state: under no other than ISO's all dates
    that were read are written in it, and stating another would help nobody.
    """

    warehouse: Warehouse
    table: Table
    policy: Quality
    latest: dt.datetime
    orders: frozenset[str] = frozenset({"ymd"})

    def look(self) -> list[Finding]:
        """All accidents of the table that policy wants to be told of."""
        if not self.warehouse.row_count(f"staging.{self.table.name}"):
            return wanted(self.policy, [*self._references(), *self._circles()])
        profile = self.warehouse.rows(self._render("profile", **self._columns()))[0]
        return wanted(
            self.policy,
            [
                *self._dates(profile),
                *self._orders(profile),
                *self._amounts(profile),
                *self._texts(),
                *self._keys(),
                *self._references(),
                *self._circles(),
            ],
        )

    def _render(self, name: str, **values: Any) -> str:
        return render(f"accidents/{name}.sql.j2", relation=staged(self.table), **values)

    def _columns(self) -> dict[str, Any]:
        return {
            "dates": self.table.of_type(*DATES),
            "happened": self.table.happened,
            "limit": f"timestamp '{self.latest.date() + dt.timedelta(days=1)} 00:00:00'",
            "amounts": self.table.of_type("money"),
            "sentinels": self.policy.sentinels,
            "no_days": self._no_days(),
            "amount": self.table.amount,
            "currency": "currency" in self.table.columns,
            "usually": self.table.usually,
            "scaled": self._wholes(),
        }

    def _no_days(self, least: dt.date = dt.date.min, until: dt.date = dt.date.max) -> str:
        """The days that stand for none, between two days, as SQL."""
        days = [day for day in self.policy.sentinel_dates if least <= day <= until]
        return ", ".join(f"date '{day}'" for day in days) or "null"

    def _wholes(self) -> list[tuple[str, str, list[str]]]:
        """Amounts, each with what the others of its row make of it, and these others."""

        def number(column: str) -> str:
            return f"coalesce(cast({identifier(column)} as double), 0)"

        return [
            *(
                (whole, f"({number(a)} {sign} {number(b)})", [identifier(a), identifier(b)])
                for sign, wholes in (("+", self.table.sums), ("*", self.table.products))
                for a, b, whole in wholes
            ),
        ]

    def _evidence(self, columns: list[str], condition: str) -> list[dict[str, Any]]:
        shown = [column for column in columns if column not in self.table.contact]
        names = list(dict.fromkeys([*self.table.key, *shown]))
        return self.warehouse.rows(self._render("evidence", columns=names, condition=condition))

    def _found(
        self, accident: str, where: str, evidence: list[dict[str, Any]], **words: Any
    ) -> Finding:
        return accident_finding(self.policy, self.table, accident, where, evidence, **words)

    def _dates(self, profile: Profile) -> Iterator[Finding]:
        for column in self.table.of_type(*DATES):
            if profile[f"{column}__stand_in"]:
                yield from self._stand_in(column)
            yield from self._swapped(column, profile)
            yield from self._short_years(column, profile)
        day = self.latest.date()
        for column in self.table.happened:
            if count := profile[f"{column}__future"]:
                later = f"{identifier(column)} >= timestamp '{day + dt.timedelta(days=1)}'"
                evidence = self._evidence([column], later)
                yield self._found(
                    "future_date",
                    column,
                    evidence,
                    column=column,
                    count=count,
                    day=day,
                    **self._remedy(),
                )

    def _stand_in(self, column: str) -> Iterator[Finding]:
        """Days such as 1900-01-01; of an end, one that never comes says that there is none."""
        day = self.latest.date()
        least = day if column in _BEGINS else dt.date.min
        until = day if column in _ENDS else dt.date.max
        none = f"cast({identifier(column)} as date) in ({self._no_days(least, until)})"
        rows = self.warehouse.rows(
            f"select count(*) as row_count, min(cast({identifier(column)} as date)) as day "
            f"from {staged(self.table)} where {none}"
        )
        if count := rows[0]["row_count"]:
            yield self._found(
                "sentinel_date",
                column,
                self._evidence([column], none),
                column=column,
                count=count,
                day=rows[0]["day"],
            )

    def _swapped(self, column: str, profile: Profile) -> Iterator[Finding]:
        """No day above 12 after some month: day and month were exchanged wherever they could be."""
        high, last = profile[f"{column}__high"], profile[f"{column}__max"]
        if profile[f"{column}__n"] < _ROWS or last is None:
            return
        after = _month_end(high) if high is not None else None
        if after is not None and last <= after:
            return
        found = self.warehouse.rows(self._render("after", column=column, after=after))[0]
        if (
            found["row_count"] < _ROWS
            or (found["days"] or 0).bit_count() < (_DAYS if after else _DAYS_EVER)
            or (found["months"] or 0).bit_count() < 2
        ):
            return
        condition = f"{identifier(column)} is not null" + (
            f" and cast({identifier(column)} as date) > date '{after}'" if after else ""
        )
        yield self._found(
            "day_month_swapped" if after else "day_month_swapped.all",
            column,
            self._evidence([column], condition),
            column=column,
            count=found["row_count"],
            after=after,
            **self._remedy(),
        )

    def _remedy(self) -> dict[str, str]:
        """What to do about dates that were read as others than they are."""
        said = _remedies()["iso" if self.orders <= {"ymd"} else "order"]
        return {f"remedy_{language}": text for language, text in said.items()}

    def _short_years(self, column: str, profile: Profile) -> Iterator[Finding]:
        """Years 2001–2031 beside two or three days: 31-05-26 was read as 26 May 2031."""
        first, last = profile[f"{column}__first_year"], profile[f"{column}__last_year"]
        if (
            profile[f"{column}__n"] >= _ROWS
            and profile[f"{column}__years"].bit_count() >= 10
            and profile[f"{column}__days"].bit_count() <= 3
            and first >= 2001
            and last <= 2031
        ):
            evidence = self._evidence([column], f"{identifier(column)} is not null")
            yield self._found(
                "two_digit_year",
                column,
                evidence,
                column=column,
                first=first,
                last=last,
                count=profile[f"{column}__n"],
            )

    def _orders(self, profile: Profile) -> Iterator[Finding]:
        """Many rows in which what usually comes later comes earlier."""
        for earlier, later in self.table.usually:
            name = f"{earlier}__{later}"
            wrong, right = profile[f"{name}__reversed"], profile[f"{name}__in_order"]
            if wrong < 5 or wrong * 20 < wrong + right:
                continue
            condition = f"cast({identifier(later)} as date) < cast({identifier(earlier)} as date)"
            yield self._found(
                "order_impossible",
                f"{earlier}<{later}",
                self._evidence([earlier, later], condition),
                earlier=earlier,
                later=later,
                count=wrong,
                total=wrong + right,
                by_swap=profile[f"{name}__by_swap"],
                **self._remedy(),
            )

    def _amounts(self, profile: Profile) -> Iterator[Finding]:
        yield from self._sentinels(profile)
        others = {whole: other for whole, other, _ in self._wholes()}
        for sign, wholes in (("+", self.table.sums), ("×", self.table.products)):
            for *parts, whole in wholes:
                yield from self._inconsistent(profile, parts, whole, sign)
                count = profile[f"{whole}__scaled"]
                if count < 3:
                    continue
                scaled = macro("accidents/macros.sql.j2", "scaled")(
                    identifier(whole), others[whole]
                )
                evidence = self._evidence([*parts, whole], scaled)
                names = f" {sign} ".join(parts)
                yield self._found(
                    "decimals_destroyed", whole, evidence, column=whole, count=count, parts=names
                )
        if self.table.amount:
            totals = self.warehouse.rows(self._render("last_rows", amount=self.table.amount))
            if totals:
                yield self._found(
                    "total_row_taken",
                    self.table.amount,
                    totals[:10],
                    file=totals[0]["file"],
                    line=totals[0]["line"],
                )
        if "currency" in self.table.columns:
            empty, others = profile["row_count"] - profile["currency__n"], profile["currency__n"]
            if empty and others:
                evidence = self._evidence([], "currency is null")
                # an allocation is in the currency of its receipt
                of_receipt = ".of_receipt" if self.table.name == "receipt_allocation" else ""
                yield self._found(
                    f"currency_missing{of_receipt}",
                    "currency",
                    evidence,
                    count=empty,
                    others=others,
                )

    def _inconsistent(
        self, profile: Profile, parts: list[str], whole: str, sign: str
    ) -> Iterator[Finding]:
        """Most rows whose parts make another amount. Sums block; a price may be one before
        discount, so that products are only remarked on."""
        wrong, compared = profile[f"{whole}__inconsistent"], profile[f"{whole}__compared"]
        if compared < _ROWS or wrong * 2 <= compared:
            return
        [(other, names)] = [
            (other, names) for name, other, names in self._wholes() if name == whole
        ]
        differs = macro("accidents/macros.sql.j2", "inconsistent")(identifier(whole), other, names)
        yield accident_finding(
            self.policy,
            self.table,
            "decimals_destroyed.inconsistent",
            f"{whole}:inconsistent",
            self._evidence([*parts, whole], differs),
            None if sign == "+" else "warn",
            column=whole,
            parts=f" {sign} ".join(parts),
            count=wrong,
            total=compared,
        )

    def _sentinels(self, profile: Profile) -> Iterator[Finding]:
        """Amounts such as -1 or 9,999,999, and zero where a tenth of all amounts is zero."""
        values = ", ".join(str(value) for value in self.policy.sentinels)
        for column in self.table.of_type("money"):
            if (count := profile[f"{column}__sentinel"]) >= 3:
                evidence = self._evidence([column], f"{identifier(column)} in ({values})")
                yield self._found("sentinel_amount", column, evidence, column=column, count=count)
        amount = self.table.amount
        if amount and profile["amount__n"] >= _ROWS:
            count = profile["amount__zero"]
            if count * 10 >= profile["amount__n"]:
                evidence = self._evidence([amount], f"{identifier(amount)} = 0")
                yield self._found(
                    "sentinel_amount", f"{amount}:zero", evidence, column=amount, count=count
                )

    def _texts(self) -> Iterator[Finding]:
        """Texts of failed formulas, and garbled ones, in columns that hold words."""
        for odd in odd_words(self.warehouse, self.table, self.policy):
            where = ":".join((odd.column, *odd.words.get("written", "").split()))
            yield self._found(
                odd.accident,
                where,
                self._evidence([odd.column], odd.condition),
                column=odd.column,
                count=odd.rows,
                **odd.words,
            )

    def _keys(self) -> Iterator[Finding]:
        key = self.table.key[0]
        if len(self.table.key) == 1 and self.table.columns[key].type == "text":
            lost = self.warehouse.rows(self._render("lost_zeros", key=key))
            if lost:
                yield self._lost_zeros(key, lost, lost[0]["without"], lost[0]["with_zeros"])
        for column in self.table.key:
            if self.table.columns[column].type == "text":
                yield from self._rounded(column)

    def _rounded(self, column: str) -> Iterator[Finding]:
        """Keys such as 2.02611E+14: several became one, and none can be found again."""
        name = identifier(column)
        is_rounded = f"contains({name}, 'E+') and regexp_matches({name}, {literal(ROUNDED)})"
        rows = self._evidence([column], is_rounded)
        if rows:
            yield self._found(
                "keys_no_longer_match.own",
                f"{column}:own",
                rows,
                column=column,
                count=self.warehouse.scalar(
                    f"select count(*) from {staged(self.table)} where {is_rounded}"
                ),
                value=rows[0][column],
            )

    def _references(self) -> Iterator[Finding]:
        """Keys of parents that nobody knows, where one is near."""
        for reference in self.table.references:
            parent = canonical_tables()[reference.table]
            parents = self.warehouse.row_count(f"staging.{parent.name}")
            if not parents or parent is self.table:
                continue
            unknown = self.warehouse.rows(
                self._render(
                    "unknown_keys",
                    held=held(self.table),
                    column=reference.column,
                    orphan=orphan_condition(reference.column, reference.table),
                    parent=staged(parent),
                    key=parent.key[0],
                    few=parents <= _FEW,
                )
            )
            yield from self._unknown(reference.column, parent, unknown)

    def _unknown(
        self, column: str, parent: Table, unknown: list[dict[str, Any]]
    ) -> Iterator[Finding]:
        """Keys that nobody knows, by what became of them."""
        kinds: dict[str, list[dict[str, Any]]] = {}
        for row in unknown:
            kinds.setdefault(kind_of_key(row), []).append(row)
        for kind, rows in kinds.items():
            first = rows[0]
            if kind == "zeros":
                pair = sorted((first["value"], first["suggestion"]), key=len)
                yield self._lost_zeros(column, rows, *pair)
                continue
            yield self._found(
                ".".join(("keys_no_longer_match", *filter(None, [kind]))),
                ":".join((column, *filter(None, [kind]))),
                rows[:10],
                column=column,
                parent=parent.name,
                count=sum(row["row_count"] for row in rows),
                value=visible(first["value"]),
                suggestion=visible(first["suggestion"] or ""),
                parts=first["known_parts"],
                candidates=first["candidates"],
            )

    def _circles(self) -> Iterator[Finding]:
        """Ids that became others and, by way of them, themselves again."""
        said = self.table.succession
        if said is None:
            return
        old, new = identifier(said.old), identifier(said.new)
        rows = self.warehouse.rows(
            f"select load.file, held._line as line, held.{old}, held.{new} "
            f"from {held(self.table)} as held inner join mart.load as load "
            "on held._load = load.load_id where held._column = ? order by load.file, held._line",
            [said.old],
        )
        if rows:
            yield self._found(
                "merge_circle",
                said.old,
                rows[:10],
                count=len(rows),
                circle=circle_of({row[said.old]: row[said.new] for row in rows}),
                file=rows[0]["file"],
                line=rows[0]["line"],
            )

    def _lost_zeros(
        self, column: str, rows: list[dict[str, Any]], short: str, whole: str
    ) -> Finding:
        return self._found(
            "leading_zeros_lost",
            column,
            rows[:10],
            column=column,
            count=len(rows),
            short=short,
            whole=whole,
        )


# Where these lie in a year that never comes, something has no end.
_ENDS = frozenset({"end_date", "ended_on", "leave_date", "period_end", "valid_to"})
# And where they lie long ago, something has always been so.
_BEGINS = frozenset({"period_start", "rate_date", "valid_from"})


def _month_end(day: dt.date) -> dt.date:
    if (day.year, day.month) == (dt.MAXYEAR, 12):
        return dt.date.max
    first = day.replace(day=28) + dt.timedelta(days=4)
    return first.replace(day=1) - dt.timedelta(days=1)
