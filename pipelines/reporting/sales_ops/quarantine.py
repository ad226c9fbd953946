"""Rows in quarantine by whom they wait for, and by what is wrong with them.

Belongs here: counts, money, problems in words, and where a row stands. Does not belong here: what
stands in a row: a value may be somebody's phone; `attain quarantine` lists values.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.books.quarantine import problem
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, day, money, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Listing,
    Message,
    Money,
    Shown,
    Text,
    message,
)
from pipelines.reporting.shared.exports import place_of
from pipelines.reporting.shared.quality import table_name

_OWNERS, _RULES, _NAMED = 12, 100, 3


def owner(context: Context, owner_id: str | None) -> Text:
    """Whose a row is; what names nobody says so."""
    return message("owners.nobody") if owner_id is None else context.person(owner_id)


def people_waiting(context: Context) -> list[Record]:
    """Those who have rows in quarantine, most rows first, without the rows that name nobody."""
    return [row for row in context.rows("quarantine_owners") if row.owner_id is not None]


def unowned(context: Context) -> int:
    """Rows in quarantine that name nobody."""
    return sum(r.row_count for r in context.rows("quarantine_owners") if r.owner_id is None)


def kept(context: Context) -> tuple[int, Decimal | None]:
    """Rows in quarantine, and the money of those that are documents of their own."""
    rows = context.rows("quarantine_owners")
    amounts = [row.amount for row in rows if row.amount is not None]
    return sum(row.row_count for row in rows), sum(amounts, Decimal(0)) if amounts else None


@shows(queries=("quarantine_owners",))
def owners_section(context: Context) -> Section:
    """Who has rows to set right."""
    rows, topic = context.rows("quarantine_owners"), message("owners.topic")
    if not rows:
        return Section(id="owners", topic=topic, message=message("quality.clean"))
    people = people_waiting(context)
    return Section(
        id="owners",
        topic=topic,
        message=_whose(context, people),
        what=(message("quality.what"),),
        table=table(
            "owner:text rows:count amount:money exports:count problem:text since:day",
            [
                (
                    owner(context, row.owner_id),
                    count(row.row_count),
                    money(row.amount),
                    count(row.tables),
                    in_words(row),
                    day(row.since),
                )
                for row in rows
            ],
            first=_OWNERS,
        ),
        table_open=True,
    )


def _whose(context: Context, people: list[Record]) -> Message:
    nobody = Count(value=unowned(context), unit="rows")
    if not people:
        return message("owners.nobodys", rows=nobody)
    first = people[0]
    said: dict[str, Shown] = {
        "people": Count(value=len(people), unit="people"),
        "rows": Count(value=sum(row.row_count for row in people), unit="rows"),
        "name": context.person(first.owner_id),
        "most": Count(value=first.row_count),
    }
    if not nobody.value:
        return message("owners.all_owned", **said)
    return message("owners.some_owned", nobody=nobody, **said)


@shows(queries=("quarantine_rules", "quarantine_owners"))
def rules_section(context: Context) -> Section:
    """What is wrong with the rows, and where the first of them stands."""
    rows, topic = context.rows("quarantine_rules"), message("rules.topic")
    if not rows:
        return Section(id="rules", topic=topic, message=message("quality.clean"))
    frequent = tuple(
        message(
            "rules.named",
            export=table_name(row.table_name),
            problem=in_words(row),
            rows=Count(value=row.row_count, unit="rows"),
        )
        for row in rows[:_NAMED]
    )
    everything, amount = kept(context)
    said = message("rules.headline", n=Count(value=len(rows)), rows=Count(value=everything))
    return Section(
        id="rules",
        topic=topic,
        message=said,
        what=(message("rules.what"),)
        + ((message("rules.money", amount=Money(amount=amount)),) if amount else ()),
        note=(message("rules.frequent", problems=Listing(items=frequent)),),
        table=table(
            "export:text problem:text rows:count amount:money owners:count place:text",
            [_rule(row) for row in rows],
            first=_RULES,
        ),
    )


def _rule(row: Record) -> tuple[Shown | None, ...]:
    return (
        table_name(row.table_name),
        in_words(row),
        count(row.row_count),
        money(row.amount),
        count(row.owners),
        place_of(row.file, None, row.line),
    )


def in_words(row: Record) -> Bilingual:
    """What a rule has against a row."""
    column = row.column_name or ""
    zh, en = (problem(row.rule_id, column, code).replace("`", "") for code in ("zh", "en"))
    return Bilingual(zh=zh, en=en)
