"""KPI values as a page shows them: typed, compared, judged.

Belongs here: from a row of `mart.kpi_value` to a value, a comparison, a tile. Does not belong
here: which KPIs a page shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.reporting.model.context import Context, KpiPolicy
from pipelines.reporting.model.intervals import wilson
from pipelines.reporting.model.page import Comparison, SparkPoint, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.values import (
    Count,
    Days,
    Interval,
    Judgement,
    Money,
    Multiple,
    Number,
    Points,
    Ratio,
    Shown,
    Text,
    Value,
    message,
    quotient,
)

# From here on a percentage is harder to read than a factor.
_TENFOLD = Decimal(10)
_TENTH = Decimal("0.1")
_WITH_RANGES = ("company", "region", "team")
# A range is said when it is wider than what a reader would call the same figure: a thousandth of a
# sum, a tenth of a percentage point, a tenth of a factor.
_SEEN = {"money": Decimal("0.001"), "ratio": Decimal("0.001"), "multiple": _TENTH}


def typed(kpi: KpiPolicy, value: Decimal) -> Value:
    """A KPI's value with its unit."""
    if kpi.unit == "money":
        return Money(amount=value)
    if kpi.unit == "ratio":
        return Ratio(value=value, decimals=min(kpi.decimals, 1))
    if kpi.unit == "count":
        return Count(value=int(value))
    if kpi.unit == "days":
        return Days(value=value, decimals=min(kpi.decimals, 1))
    if kpi.unit == "multiple":
        return Multiple(value=value, decimals=kpi.decimals)
    return Number(value=value, decimals=kpi.decimals)


def judged(direction: str, change: Decimal | int) -> Judgement:
    """Whether a change is welcome, by the KPI's direction."""
    if change == 0 or direction == "none":
        return "neutral"
    return "good" if (change > 0) == (direction == "up") else "bad"


@dataclass(frozen=True)
class KpiBook:
    """KPI values of all scopes of one kind, by scope, KPI and period."""

    context: Context
    scope_kind: str
    values: dict[tuple[str, str, str], dict[date, Record]]

    @classmethod
    def read(
        cls,
        context: Context,
        scope_kind: str,
        wanted: tuple[str, ...] | None = None,
        histories: tuple[str, ...] = (),
    ) -> KpiBook:
        """One query for all scopes; all that the report's builders declare if nothing is named.

        Args:
            wanted: `kpi:period_kind` of the current values, such as `collections:week`.
            histories: the same for thirteen weeks of values, for tiles that show a line.
        """
        if wanted is None:
            wanted, histories = context.declared.values, context.declared.histories
        key = (scope_kind, wanted, histories)
        if key not in context.books:
            context.books[key] = cls(context, scope_kind, cls._values(context, *key))
        book: KpiBook = context.books[key]
        return book

    @classmethod
    def everything(cls, context: Context, scope_kind: str) -> KpiBook:
        """All KPIs of the current periods; of the company thirteen weeks too, of people only what
        has cases. One query for all kinds of scope."""
        rows = context.grouped("kpi_now", "scope_kind").get(scope_kind, [])
        if scope_kind not in context.books:
            context.books[scope_kind] = cls(context, scope_kind, cls._by_kpi(rows))
        book: KpiBook = context.books[scope_kind]
        return book

    @classmethod
    def _values(
        cls, context: Context, scope_kind: str, wanted: tuple[str, ...], histories: tuple[str, ...]
    ) -> dict[tuple[str, str, str], dict[date, Record]]:
        return cls._by_kpi(
            context.rows(
                "kpi_values",
                scope_kind=scope_kind,
                kpi_ids=sorted({name.split(":")[0] for name in wanted}),
                wanted=list(wanted),
                histories=list(histories),
            )
        )

    @staticmethod
    def _by_kpi(rows: list[Record]) -> dict[tuple[str, str, str], dict[date, Record]]:
        values: dict[tuple[str, str, str], dict[date, Record]] = {}
        for row in rows:
            key = (row.scope_id, row.kpi_id, row.period_kind)
            values.setdefault(key, {})[row.period_start] = row
        return values

    def now(self, scope_id: str, kpi_id: str, period_kind: str) -> Record | None:
        """The value of the period the day of the report lies in."""
        found = self.values.get((scope_id, kpi_id, period_kind), {})
        current = self.context.start_of(period_kind)
        return found.get(current) if current is not None else None

    def value(self, scope_id: str, kpi_id: str, period_kind: str) -> Decimal | None:
        row = self.now(scope_id, kpi_id, period_kind)
        return row.value if row is not None else None

    def history(self, scope_id: str, kpi_id: str, period_kind: str) -> list[Record]:
        """All periods read, oldest first."""
        found = self.values.get((scope_id, kpi_id, period_kind), {})
        return [found[start] for start in sorted(found)]

    def spark(self, scope_id: str, kpi_id: str, period_kind: str) -> tuple[SparkPoint, ...]:
        """The tile's line; empty where no history was read."""
        rows = self.history(scope_id, kpi_id, period_kind)
        if len(rows) < 2:
            return ()
        return tuple(SparkPoint(end=row.period_end, value=row.value) for row in rows)

    def in_question(self, scope_id: str, kpi_id: str, period_kind: str) -> Text | None:
        """Between which values a figure lies until rows in quarantine are set right."""
        if self.scope_kind not in _WITH_RANGES:
            return None
        ranges = self.context.grouped("kpi_ranges", "scope_id", scope_kind=self.scope_kind)
        row = next(
            (
                row
                for row in ranges.get(scope_id, [])
                if (row.kpi_id, row.period_kind) == (kpi_id, period_kind)
            ),
            None,
        )
        if row is None:
            return None
        kpi = self.context.kpis[kpi_id]
        rows = Count(value=int(row.row_count), unit="rows")
        if row.lowest is None:
            return message("tile.anything", rows=rows)
        if row.highest is None:
            return message("tile.at_least_in_question", low=typed(kpi, row.lowest), rows=rows)
        width = row.highest - row.lowest
        of = max(abs(row.lowest), abs(row.highest)) if kpi.unit == "money" else Decimal(1)
        if width < _SEEN[kpi.unit] * of:
            return None
        return message(
            "tile.in_question",
            low=typed(kpi, row.lowest),
            high=typed(kpi, row.highest),
            rows=rows,
        )

    def tile(
        self,
        scope_id: str,
        kpi_id: str,
        period_kind: str,
        scope: Text,
        comparisons: tuple[Comparison | None, ...] = (),
        footer: Shown | None = None,
        section: str | None = None,
    ) -> Tile:
        """A KPI as a tile; without a value it says why."""
        kpi = self.context.kpis[kpi_id]
        row = self.now(scope_id, kpi_id, period_kind)
        known = row is not None and row.value is not None
        asked = self.context.asked(self.scope_kind, scope_id, kpi_id, period_kind)
        return Tile(
            kpi_id=kpi_id,
            label=kpi.label,
            scope=scope,
            value=typed(kpi, row.value) if row is not None and known else None,
            spark=self.spark(scope_id, kpi_id, period_kind) if known else (),
            comparisons=tuple(c for c in comparisons if c is not None) if known else (),
            footer=footer if known else None,
            in_question=self.in_question(scope_id, kpi_id, period_kind) if known else None,
            no_data_reason=None if known else self.context.why_no_value(kpi_id),
            section=section,
            definition=kpi.definition.model_copy(
                update={"command": asked.command if asked is not None else None}
            ),
            asked=asked if known else None,
        )


# --- comparisons: each is left out where there is nothing to compare with ---------------------


def against_plan(
    actual: Decimal, plan: Decimal | None, label: str = "tile.plan"
) -> Comparison | None:
    """A sum against the plan of the days gone by."""
    if plan is None or plan <= 0:
        return None
    change = quotient(actual, plan) - 1
    judgement = judged("up", change)
    word = {"good": "word.above", "bad": "word.below", "neutral": "word.on_plan"}[judgement]
    return Comparison(
        label=message(label), shown=relative(change), judgement=judgement, word=message(word)
    )


def against_pace(attainment: Decimal, pace: Decimal) -> Comparison:
    """Attainment against where working days say it should stand, in points."""
    ahead = attainment - pace
    judgement = judged("up", ahead)
    word = {"good": "word.ahead", "bad": "word.behind", "neutral": "word.on_plan"}[judgement]
    return Comparison(
        label=message("tile.versus_pace"),
        shown=Points(value=ahead),
        judgement=judgement,
        word=message(word),
    )


def changed(
    kpi: KpiPolicy, value: Decimal, before: Decimal | None, label: str, same_day: bool = False
) -> Comparison | None:
    """A sum against another period's, as a relative change."""
    if before is None:
        return None
    if before == 0:
        return Comparison(label=message(label), shown=message("word.was_zero"), same_day=same_day)
    if before < 0:
        return Comparison(label=message(label), shown=typed(kpi, before), same_day=same_day)
    change = quotient(value, before) - 1
    return Comparison(
        label=message(label),
        shown=relative(change),
        judgement=judged(kpi.direction, change),
        same_day=same_day,
    )


def relative(change: Decimal, signed: bool = True) -> Value:
    """+9 %, or 14× where a percentage would only look odd."""
    if change >= _TENFOLD:
        return Multiple(value=change + 1, decimals=0)
    return Ratio(value=change, signed=signed)


def moved(
    kpi: KpiPolicy, value: Decimal, before: Decimal | None, label: str, same_day: bool = False
) -> Comparison | None:
    """A level against an earlier level, as the difference; an amount as a relative change."""
    if before is None:
        return None
    if kpi.unit == "money":
        return changed(kpi, value, before, label, same_day)
    return Comparison(
        label=message(label),
        shown=difference(kpi, value - before),
        judgement=judged(kpi.direction, value - before),
        same_day=same_day,
    )


def difference(kpi: KpiPolicy, change: Decimal) -> Value:
    """How far a level moved, in its own unit and with its sign."""
    if kpi.unit == "ratio":
        return Points(value=change, decimals=0 if abs(change) >= _TENTH else 1)
    if kpi.unit == "days":
        return Days(value=change, decimals=1, signed=True)
    if kpi.unit == "count":
        return Count(value=int(change), signed=True)
    return Number(value=change, decimals=kpi.decimals, signed=True)


def against_target(kpi: KpiPolicy, value: Decimal, target: Decimal | None) -> Comparison | None:
    """A level against the limit policy sets: at least, or at most."""
    if target is None:
        return None
    limit = "tile.at_most" if kpi.direction == "down" else "tile.at_least"
    missed = value > target if kpi.direction == "down" else value < target
    return Comparison(
        label=message("tile.target"),
        shown=message(limit, value=_limit(kpi, target)),
        judgement="bad" if missed else "good",
        word=message("word.missed" if missed else "word.met"),
    )


def _limit(kpi: KpiPolicy, target: Decimal) -> Value:
    """A target with no more decimals than it has."""
    if kpi.unit == "ratio" and target * 100 == (target * 100).to_integral_value():
        return Ratio(value=target)
    if kpi.unit == "multiple" and target == target.to_integral_value():
        return Multiple(value=target, decimals=0)
    return typed(kpi, target)


def interval(row: Record | None) -> Comparison | None:
    """The 95 % interval of a rate of counts."""
    if row is None or not row.denominator:
        return None
    low, high = wilson(int(row.numerator), int(row.denominator))
    return Comparison(label=message("tile.interval"), shown=Interval(low=low, high=high))
