"""What leads become, by source, and what they cost, by channel: this year to date.

Belongs here: the two sections and the facts sentences use. Does not belong here: how fast leads are
answered (`section_contact.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import RankedBars, RankedRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, share, table
from pipelines.reporting.model.values import (
    Count,
    Judgement,
    Listing,
    Message,
    Money,
    Ratio,
    Shown,
    Span,
    Text,
    message,
    quotient,
    verbatim,
)

_SOURCES = {"cold_call", "event", "partner", "referral", "website"}
# A rate of fewer leads, and a cost per fewer conversions, says little.
_LEAST, _LEAST_CONVERTED = 10, 5
_COUNTS = (
    "leads", "valid_leads", "contacted_leads", "mql_leads", "sql_leads", "converted_leads",
    "won_leads",
)  # fmt: skip


@shows(queries=("lead_funnel",))
def funnel_section(context: Context) -> Section:
    """Leads created this year by source, from lead to won deal."""
    topic = message("leads.topic")
    rows = context.grouped("lead_funnel", "breakdown").get("source", [])
    reason = context.lacks("lead")
    if reason is not None or not rows:
        return empty(
            "leads", topic, message("leads.none"), reason, detail=message("no_data.nothing")
        )
    whole = {name: int(sum(getattr(row, name) for row in rows)) for name in _COUNTS}
    rate = quotient(whole["converted_leads"], whole["leads"])
    ranked = sorted(
        rows, key=lambda r: (r.leads < _LEAST, -quotient(r.converted_leads, r.leads), r.group_id)
    )
    return Section(
        id="leads",
        topic=topic,
        message=_headline(ranked, whole, rate),
        what=(message("leads.what", span=_year(context)), message("leads.conversion")),
        chart=RankedBars(
            unit="ratio",
            rows=tuple(_bar(row, whole) for row in ranked),
            reference=rate,
            reference_label=message("leads.all", rate=Ratio(value=rate)),
        ),
        note=(message("leads.young"),),
        table=table(
            "source_of_leads:text leads:count valid:count contacted:ratio mql:count sql:count "
            "converted:count won:count conversion:ratio won_of_leads:ratio",
            [_cells(source(row.group_id), {n: int(getattr(row, n)) for n in _COUNTS})
             for row in rows],
            judgements=[_verdict(row, whole) for row in rows],
            total=_cells(message("row.total"), whole),
        ),
    )  # fmt: skip


@shows(queries=("lead_funnel",))
def cost_section(context: Context) -> Section:
    """What campaigns of this year cost, per lead and per lead that became an opportunity."""
    topic = message("cost.topic")
    rows = context.grouped("lead_funnel", "breakdown").get("channel", [])
    reason = context.lacks("campaign", "lead")
    if reason is not None or not rows:
        return empty("cost", topic, message("cost.none"), reason, detail=message("no_data.nothing"))
    spent = [row.spend_amount for row in rows if row.spend_amount is not None]
    spend = sum(spent, Decimal(0)) if spent else None
    leads = int(sum(row.leads for row in rows))
    converted = int(sum(row.converted_leads for row in rows))
    few = [row for row in rows if row.converted_leads < _LEAST_CONVERTED]
    notes = (
        message(
            "cost.few",
            channels=Listing(items=tuple(channel(row.group_id) for row in few)),
            n=Count(value=_LEAST_CONVERTED),
        ),
    )
    return Section(
        id="cost",
        topic=topic,
        message=_costs(rows, spend, leads, converted),
        what=(message("cost.what", span=_year(context)), message("cost.how")),
        note=notes if few else (),
        table=table(
            "channel:text campaigns:count spend:money campaign_leads:count per_lead:money "
            "campaign_converted:count per_converted:money campaign_won:count per_won:money",
            [_cost_cells(channel(r.group_id), r.campaigns, r.spend_amount, int(r.leads),
                         int(r.converted_leads), int(r.won_leads)) for r in rows],
            total=_cost_cells(
                message("row.total"), sum(r.campaigns or 0 for r in rows), spend, leads, converted,
                int(sum(r.won_leads for r in rows)),
            ),
        ),
        table_open=True,
    )  # fmt: skip


def source(name: str) -> Text:
    """A source of leads in words, where it is one of the usual ones."""
    if name == "(none)":
        return message("leads.no_source")
    return message(f"source.{name}") if name in _SOURCES else verbatim(name)


def channel(name: str) -> Text:
    return message("leads.no_channel") if name == "(none)" else verbatim(name)


def per(amount: Decimal | None, number: int) -> Money | None:
    """An amount for each of so many; nothing where there is none to divide by."""
    return None if amount is None or not number else Money(amount=quotient(amount, number))


def _year(context: Context) -> Span:
    return Span(start=context.periods["ytd"].period_start, end=context.as_of)


def _verdict(row: Record, whole: dict[str, int]) -> Judgement:
    """Good or bad only where the intervals lie apart."""
    if row.leads < _LEAST:
        return "neutral"
    own = wilson(int(row.converted_leads), int(row.leads))
    if not differ(own, wilson(whole["converted_leads"], whole["leads"])):
        return "neutral"
    above = row.converted_leads * whole["leads"] > whole["converted_leads"] * row.leads
    return "good" if above else "bad"


def _headline(ranked: list[Record], whole: dict[str, int], rate: Decimal) -> Message:
    shown = Ratio(value=rate)
    better = [row for row in ranked if _verdict(row, whole) == "good"]
    worse = [row for row in ranked if _verdict(row, whole) == "bad"]
    names: dict[str, Shown] = {
        "better": Listing(items=tuple(source(row.group_id) for row in better)),
        "worse": Listing(items=tuple(source(row.group_id) for row in worse)),
    }
    if better and worse:
        return message("leads.both", rate=shown, **names)
    if better:
        return message("leads.better", rate=shown, better=names["better"])
    if worse:
        return message("leads.worse", rate=shown, worse=names["worse"])
    return message("leads.alike", rate=shown)


def _bar(row: Record, whole: dict[str, int]) -> RankedRow:
    low, high = wilson(int(row.converted_leads), int(row.leads))
    return RankedRow(
        label=source(row.group_id),
        value=quotient(row.converted_leads, row.leads),
        low=low,
        high=high,
        n=int(row.leads),
        small=row.leads < _LEAST,
        judgement=_verdict(row, whole),
    )


def _cells(name: Text, counts: dict[str, int]) -> tuple[Shown | None, ...]:
    leads = counts["leads"]
    return (
        name,
        count(leads),
        count(counts["valid_leads"]),
        share(counts["contacted_leads"], leads),
        count(counts["mql_leads"]),
        count(counts["sql_leads"]),
        count(counts["converted_leads"]),
        count(counts["won_leads"]),
        share(counts["converted_leads"], leads),
        share(counts["won_leads"], leads, 1),
    )


def _costs(rows: list[Record], spend: Decimal | None, leads: int, converted: int) -> Message:
    per_lead, per_converted = per(spend, leads), per(spend, converted)
    if per_lead is None:
        return message("cost.unknown")
    if per_converted is None:
        return message("cost.per_lead", per_lead=per_lead)
    enough = [
        row
        for row in rows
        if row.spend_amount is not None and row.converted_leads >= _LEAST_CONVERTED
    ]
    if len(enough) < 2:
        return message("cost.per_converted", per_lead=per_lead, per_converted=per_converted)
    dearest = max(enough, key=lambda r: (quotient(r.spend_amount, r.converted_leads), r.group_id))
    amount = per(dearest.spend_amount, int(dearest.converted_leads))
    assert amount is not None
    return message(
        "cost.headline",
        per_lead=per_lead,
        per_converted=per_converted,
        channel=channel(dearest.group_id),
        dearest=amount,
    )


def _cost_cells(
    name: Text, campaigns: int | None, spend: Decimal | None, leads: int, converted: int, won: int
) -> tuple[Shown | None, ...]:
    return (
        name,
        count(campaigns),
        money(spend),
        count(leads),
        per(spend, leads),
        count(converted),
        per(spend, converted),
        count(won),
        per(spend, won),
    )
