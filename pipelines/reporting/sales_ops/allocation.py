"""Whether quotas are what their parts add up to, from the company down to people.

Belongs here: the section on decomposition and the facts its sentences use. Does not belong here:
attainment (`section_quota.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, table
from pipelines.reporting.model.values import (
    Count,
    Message,
    Money,
    Number,
    Period,
    Shown,
    Span,
    Text,
    message,
    verbatim,
)

_LEVELS = ("company", "region", "team")
_MOST = 40


def gaps(context: Context) -> list[Record]:
    """Quotas whose parts are more or less than the whole, the largest difference first."""
    off = [row for row in context.rows("quota_allocation") if row.over_allocated]
    return sorted(off, key=lambda r: (-abs(r.over_allocated), r.measure, r.period_start, r.unit_id))


@shows(queries=("quota_allocation",))
def allocation_section(context: Context) -> Section:
    """Parts against the whole; where they differ, each difference."""
    topic = message("allocation.topic")
    rows = context.rows("quota_allocation")
    reason = context.lacks("quota")
    if reason is not None or not rows:
        return empty(
            "allocation", topic, message("allocation.none"), reason,
            detail=message("allocation.no_unit_quotas"),
        )  # fmt: skip
    off = gaps(context)
    whole = sum(1 for row in rows if not row.parts)
    return Section(
        id="allocation",
        topic=topic,
        message=_headline(context, rows, off),
        what=(message("allocation.what"), message("allocation.how")),
        note=(message("allocation.not_broken_down", n=Count(value=whole)),) if whole else (),
        table=_gap_table(context, off) if off else _summary(context, rows),
        table_open=bool(off),
    )


@shows(queries=("quota_allocation",))
def summary_section(context: Context) -> Section | None:
    """Every measure and level beside the list of differences; without one the list is this."""
    rows = context.rows("quota_allocation")
    if not gaps(context):
        return None
    return Section(
        id="allocation_sums",
        topic=message("allocation.sums_topic"),
        message=message("allocation.sums", n=Count(value=len({row.measure for row in rows}))),
        what=(message("allocation.what"),),
        table=_summary(context, rows),
    )


def measure(context: Context, name: str) -> Text:
    """A measure in words: its KPI's name, or its own."""
    if name == "collections_net":
        return message("allocation.collections_net")
    kpi = context.kpis.get(name)
    return kpi.label if kpi is not None else verbatim(name)


def is_money(context: Context, name: str) -> bool:
    """Whether a measure is money, and no number of things."""
    kpi = context.kpis.get(name)
    return kpi is None or kpi.unit == "money"


def amount(context: Context, name: str, value: Decimal, signed: bool = False) -> Money | Number:
    """An amount of a measure: money, or a number where the measure counts things."""
    if not is_money(context, name):
        return Number(value=value, decimals=0, signed=signed)
    return Money(amount=value, signed=signed)


def _headline(context: Context, rows: list[Record], off: list[Record]) -> Message:
    if not off:
        return message("allocation.adds_up", n=Count(value=sum(1 for r in rows if r.parts)))
    return said_of(context, off, "allocation.over", "allocation.under")


def said_of(context: Context, off: list[Record], over: str, under: str) -> Message:
    """The largest difference in a sentence, and how many there are."""
    worst = off[0]
    return message(
        over if worst.over_allocated > 0 else under,
        n=Count(value=len(off)),
        unit=context.unit(worst.unit_id),
        period=quota_period(worst),
        measure=measure(context, worst.measure),
        amount=amount(context, worst.measure, abs(worst.over_allocated)),
    )


def quota_period(row: Record) -> Period | Span:
    """The quota's period by its name where it is a whole month."""
    start, end = row.period_start, row.period_end
    after = end.fromordinal(end.toordinal() + 1)
    if start.day == 1 and after.day == 1 and (start.year, start.month) == (end.year, end.month):
        return Period(period="month", start=start, end=end)
    return Span(start=start, end=end)


def _gap_table(context: Context, off: list[Record]) -> Table:
    return table(
        "unit:text measure:text quota_period:text whole:number parts:count parts_sum:number "
        "allocated_beyond:number",
        [
            (
                context.unit(row.unit_id),
                measure(context, row.measure),
                message("value.plain", value=quota_period(row)),
                _number(row.quota),
                count(row.parts),
                _number(row.parts_amount),
                _number(row.over_allocated, signed=True),
            )
            for row in off
        ],
        judgements=["bad"] * len(off),
        first=_MOST,
    )


def _summary(context: Context, rows: list[Record]) -> Table:
    """By measure and level; over and under stand apart, so that they do not hide each other."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        groups.setdefault((row.measure, row.unit_kind), []).append(row)
    cells: list[tuple[Shown | None, ...]] = []
    for name, level in sorted(groups, key=lambda g: (g[0], _LEVELS.index(g[1]))):
        own = [row for row in groups[name, level] if row.parts]
        over = sum((r.over_allocated for r in own if r.over_allocated > 0), Decimal(0))
        under = sum((r.over_allocated for r in own if r.over_allocated < 0), Decimal(0))
        cells.append(
            (
                measure(context, name),
                message(f"allocation.{level}"),
                count(len(own)),
                _number(sum((r.quota for r in own), Decimal(0))),
                _number(sum((r.parts_amount for r in own), Decimal(0))),
                _number(over),
                _number(under),
                count(len(groups[name, level]) - len(own)),
            )
        )
    return table(
        "measure:text broken_down:text quotas:count whole:number parts_sum:number over:number "
        "under:number undivided:count",
        cells,
    )


def _number(value: Decimal, signed: bool = False) -> Number:
    """To the cent where there are cents: parts add up exactly or not at all."""
    cents = value != value.to_integral_value()
    return Number(value=value, decimals=2 if cents else 0, signed=signed)
