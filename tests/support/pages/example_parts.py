"""What the example pages are put together from: amounts, tables, tiles and their comparisons."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal as D

from pipelines.reporting.model.page import Column, Comparison, Row, SparkPoint, Table, Tile
from pipelines.reporting.model.values import Bilingual, Money, Ratio, Text, message

CHINA = timezone(timedelta(hours=8))
SUNDAY = date(2026, 11, 15)
HOSTILE = "</script><script>alert(1)</script> <b>&\"'{{7*7}} Co"
QUARTER = Bilingual(zh="四季度", en="Q4")
EAST = Bilingual(zh="华东", en="East China")


def at_night(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 16, hour, minute, tzinfo=CHINA)


def money(wan: str, signed: bool = False) -> Money:
    return Money(amount=D(wan) * 10_000, signed=signed)


def percent(value: str, decimals: int = 0, signed: bool = False) -> Ratio:
    return Ratio(value=D(value) / 100, decimals=decimals, signed=signed)


def column(name: str, kind: str) -> Column:
    return Column(id=name, label=message(f"column.{name}"), type=kind)


def table(columns: str, rows: list[tuple], total: bool = False) -> Table:
    """Columns as "name:type name:type"; the last row is a total if asked."""
    specs = [column(*part.split(":")) for part in columns.split()]
    last = len(rows) - 1
    return Table(
        columns=tuple(specs),
        rows=tuple(
            Row(cells=row, role="total" if total and i == last else "row")
            for i, row in enumerate(rows)
        ),
    )


def spark(values: str) -> tuple[SparkPoint, ...]:
    numbers = values.split()
    first = SUNDAY - timedelta(weeks=len(numbers) - 1)
    return tuple(
        SparkPoint(end=first + timedelta(weeks=i), value=None if n == "-" else D(n))
        for i, n in enumerate(numbers)
    )


def versus(label: str, shown, judgement="neutral", word=None, same_day=False) -> Comparison:
    return Comparison(
        label=message(f"tile.{label}"),
        shown=shown,
        judgement=judgement,
        word=message(f"word.{word}") if word else None,
        same_day=same_day,
    )


def tile(kpi_id: str, label: Bilingual, scope: Text, **more) -> Tile:
    return Tile(kpi_id=kpi_id, label=label, scope=scope, **more)
