"""Deals that need somebody, and why.

Belongs here: reasons in words, the director's list, a representative's own pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.scope import Scope
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import HELD_ROWS, day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Listing,
    Message,
    Money,
    Points,
    Shown,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.paths import unit_place

_SHOWN = 12


def reasons(deal: Record) -> tuple[Message, ...]:
    """Why a deal is on the list, the gravest first."""
    found = []
    if deal.is_slipped or deal.pushes:
        found.append(message("deal.pushed", n=Count(value=deal.pushes)) if deal.pushes else None)
    if deal.is_past_due:
        found.append(message("deal.past_due"))
    if deal.is_beyond_authority:
        points = Points(value=Decimal(deal.discount_beyond_pct) / 100, decimals=1, signed=False)
        found.append(message("deal.beyond_authority", points=points))
    if deal.is_ageing:
        found.append(_ageing(deal))
    if deal.is_idle:
        found.append(message("deal.idle", days=Days(value=Decimal(deal.idle_days))))
    if deal.is_without_decision_maker:
        found.append(message("deal.no_decision_maker"))
    return tuple(reason for reason in found if reason is not None)


def _ageing(deal: Record) -> Message:
    """Long in its stage, by what such deals took or, while too few have left it, by the process."""
    if deal.stage_p75_days is None:
        name = "deal.never_moved_expected" if deal.is_never_moved else "deal.ageing_expected"
        return message(name, days=Days(value=Decimal(deal.expected_stage_days)))
    name = "deal.never_moved" if deal.is_never_moved else "deal.ageing"
    return message(name, p75=Days(value=deal.stage_p75_days))


def joined(parts: tuple[Message, ...]) -> Message | None:
    """Reasons in a row, apart by semicolons because they hold commas of their own."""
    if not parts:
        return None
    said = parts[0]
    for part in parts[1:]:
        said = message("deal.and", first=said, second=part)
    return said


def stage_age(context: Context, deal: Record) -> Message:
    """Stage and days in it."""
    days = Days(value=Decimal(deal.days_in_stage))
    return message("deal.in_stage", stage=context.stage(deal.stage_id), days=days)


def due_before(deal: Record) -> Day | None:
    """The due date the deal had before it moved: at the start of the quarter, else at first."""
    earlier = deal.was_due_date if deal.is_slipped else deal.first_due_date
    if earlier is None or earlier == deal.expected_close_date:
        return None
    return Day(date=earlier)


@shows(queries=("deals_by_scope", "deals_top"))
def deals_section(context: Context, scope: Scope | None = None) -> Section:
    """The largest deals of the company, or of a part of it, that need the reader."""
    topic = message("deals.topic")
    reason = context.lacks("opportunity")
    if reason is not None:
        return empty("deals", topic, message("deals.none"), reason)
    regions = _counts(context, scope)
    flagged = flagged_deals(context, scope)
    if not flagged:
        open_deals = Count(value=sum(row.deals for row in regions), unit="deals")
        return Section(
            id="deals",
            topic=topic,
            message=message("deals.all_well", open_deals=open_deals),
            what=_partial(context),
        )
    return Section(
        id="deals",
        topic=topic,
        message=_headline(regions),
        what=(
            _counted("deals.what", flagged, total(row.flagged_amount for row in regions)),
            message("deals.order"),
            *_partial(context),
        ),
        table=deal_table(context, largest_deals(context, scope), flagged),
        table_open=True,
    )


def flagged_deals(context: Context, scope: Scope | None) -> int:
    """How many open deals need somebody."""
    return int(sum(row.flagged for row in _counts(context, scope)))


def _counts(context: Context, scope: Scope | None) -> list[Record]:
    """The sums of all regions; of a part of the company its own."""
    kind = scope.kind if scope else "region"
    return [
        row
        for row in context.rows("deals_by_scope")
        if row.scope_kind == kind and (scope is None or row.scope_id == scope.id)
    ]


def largest_deals(context: Context, scope: Scope | None) -> list[Record]:
    """The largest that need somebody, as many as the page of all rows holds."""
    rows = context.rows("deals_top")
    if scope is None:
        return [row for row in rows if row.place_in_company <= HELD_ROWS]
    place, unit = f"place_in_{scope.kind}", f"{scope.kind}_id"
    return [
        row for row in rows if getattr(row, unit) == scope.id and getattr(row, place) <= HELD_ROWS
    ]


def _headline(regions: list[Record]) -> Message:
    slipped = sum(row.slipped for row in regions)
    if slipped:
        return _counted("deals.slipped", slipped, total(row.slipped_amount for row in regions))
    flagged = sum(row.flagged for row in regions)
    return _counted("deals.stalled", flagged, total(row.flagged_amount for row in regions))


def _counted(name: str, number: int, amount: Decimal | None) -> Message:
    """A number of deals with what they are worth, where the export says so."""
    deals = Count(value=number, unit="deals")
    if amount is None:
        return message(f"{name}_count", deals=deals)
    return message(name, deals=deals, amount=Money(amount=amount))


def _partial(context: Context) -> tuple[Message, ...]:
    """What cannot be seen because the exports that would show it are missing."""
    absent = [name for name in ("opportunity_event", "activity") if name in context.missing]
    if not absent:
        return ()
    names: tuple[Shown, ...] = tuple(message(f"export.{name}") for name in absent)
    return (message("deals.partial", exports=Listing(items=names)),)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; nothing where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def deal_name(deal: Record) -> Text:
    """A deal's name with its id: what it is looked up by in the CRM."""
    if not deal.name or deal.name == deal.opportunity_id:
        return verbatim(deal.opportunity_id)
    return message(
        "deal.named", name=verbatim(deal.name), id=verbatim(deal.opportunity_id)
    )  # fmt: skip


def record_urls(context: Context, deals: Iterable[Record]) -> list[str | None]:
    """Where the CRM shows each deal, as its source file says; none where that says nothing."""
    return [context.record_url(deal.load_id, deal.opportunity_id) for deal in deals]


def deal_table(context: Context, deals: list[Record], in_all: int) -> Table:
    """Deals with their owner, dates and reasons."""
    rows: list[tuple[Shown | None, ...]] = [
        (
            deal_name(deal),
            verbatim(deal.customer_name or "—"),
            context.person(deal.owner_id),
            money(deal.amount_base),
            due_before(deal),
            day(deal.expected_close_date),
            stage_age(context, deal),
            joined(reasons(deal)),
        )
        for deal in deals
    ]
    return table(
        "deal:text customer:text owner:text amount:money was_due:day now_due:day in_stage:text "
        "why:text",
        rows,
        first=_SHOWN,
        rows_in_all=in_all,
        to=[unit_place(context, "employee", deal.owner_id) for deal in deals],
        link="owner",
        records=record_urls(context, deals),
    )
