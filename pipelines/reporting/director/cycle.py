"""How long a win takes, and why deals are lost."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import Lines, LineSeries, RankedBars, RankedRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, share, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Message,
    Money,
    Number,
    Ratio,
    Text,
    message,
    quotient,
    verbatim,
)

_STEP = 6
_TICKS = (30, 60, 90, 120, 180)
_MARKED = (30, 60, 90, 120, 180)
# A curve over fewer deals than this would be drawn by chance.
_LEAST = 30
_LOSS = frozenset(
    {
        "competitor", "need_withdrawn", "lead_time", "no_decision", "price", "product_fit",
        "budget_frozen", "other",
    }
)  # fmt: skip


@shows(queries=("win_curve",), kpis=("sales_cycle_days:rolling_13w",))
def cycle_section(context: Context) -> Section:
    """Cumulative share won by day, with losses as the competing outcome."""
    topic = message("cycle.topic")
    curves: dict[str, dict[int, Record]] = {}
    for row in context.rows("win_curve"):
        curves.setdefault(row.cohort, {})[row.day_no] = row
    current = curves.get("current", {})
    reason = context.lacks("opportunity")
    if reason is not None or not current or current[0].at_risk < _LEAST:
        return Section(
            id="cycle",
            topic=topic,
            message=message("cycle.none"),
            no_data_reason=reason or message("cycle.too_few", n=Count(value=_LEAST)),
            width="half",
        )
    previous = curves.get("previous", {})
    known_before = bool(previous) and previous[0].at_risk >= _LEAST
    days = tuple(range(0, max(current) + 1, _STEP))
    return Section(
        id="cycle",
        topic=topic,
        message=message("cycle.headline", by60=_of_100(current[60]), by90=_of_100(current[90])),
        what=(
            message("cycle.what", n=Count(value=current[0].at_risk, unit="deals")),
            message("cycle.how"),
        ),
        chart=Lines(
            unit="ratio",
            x_days=days,
            ticks=_TICKS,
            series=(
                _line("cycle.lost", "lost", current, days, "cumulative_lost"),
                _line("cycle.won", "actual", current, days, "cumulative_won"),
                *(
                    (_line("cycle.won_before", "previous", previous, days, "cumulative_won"),)
                    if known_before
                    else ()
                ),
            ),
        ),
        note=_medians(context),
        table=table(
            "day_no:days at_risk:count won_share:ratio lost_share:ratio won_before:ratio",
            [
                (
                    Days(value=Decimal(day)),
                    count(current[day].at_risk),
                    Ratio(value=current[day].cumulative_won, decimals=1),
                    Ratio(value=current[day].cumulative_lost, decimals=1),
                    Ratio(value=previous[day].cumulative_won, decimals=1) if known_before else None,
                )
                for day in _MARKED
            ],
        ),
        definitions=context.definition("sales_cycle_days"),
        width="half",
    )


def _of_100(row: Record) -> Number:
    return Number(value=row.cumulative_won * 100, decimals=0)


def _line(
    label: str, role: str, curve: dict[int, Record], days: tuple[int, ...], column: str
) -> LineSeries:
    return LineSeries.model_validate(
        {
            "label": message(label),
            "role": role,
            "values": tuple(getattr(curve[day], column) for day in days),
        }
    )


def _medians(context: Context) -> tuple[Message, ...]:
    """Median days of won deals: only of those won, so never the whole story."""
    row = KpiBook.read(context, "company").now(
        context.company_id, "sales_cycle_days", "rolling_13w"
    )
    if row is None or row.value is None:
        return ()
    now = Days(value=row.value)
    if row.prior_year_value is None:
        return (message("cycle.median", now=now, n=Count(value=int(row.n), unit="deals")),)
    return (
        message(
            "cycle.medians",
            now=now,
            n=Count(value=int(row.n), unit="deals"),
            before=Days(value=row.prior_year_value),
        ),
    )


@shows(queries=("loss_reasons",), kpis=("loss_reason_share", "loss_reason_amount_share"))
def losses_section(context: Context) -> Section:
    """Reasons of lost deals, the dearest first."""
    topic = message("losses.topic")
    rows = context.rows("loss_reasons")
    recent = [row for row in rows if row.deals]
    reason = context.lacks("opportunity")
    definitions = (
        *context.definition("loss_reason_share"), *context.definition("loss_reason_amount_share"),
    )  # fmt: skip
    if reason is not None or not recent:
        return empty(
            "losses", topic, message("losses.none"), reason, half=True, definitions=definitions
        )  # fmt: skip
    lost = sum(row.deals for row in recent)
    amount = sum((row.amount for row in recent), Decimal(0))
    first = recent[0]
    if first.loss_reason == "(none)":
        headline = message("losses.unnamed", share=Ratio(value=quotient(first.deals, lost)))
    elif amount > 0:
        headline = message(
            "losses.main",
            reason=loss_text(first.loss_reason),
            share=Ratio(value=quotient(first.amount, amount)),
            amount=Money(amount=first.amount),
        )
    else:
        headline = message("losses.counted", reason=loss_text(first.loss_reason))
    return Section(
        id="losses",
        topic=topic,
        message=headline,
        what=(
            message(
                "losses.what", deals=Count(value=lost, unit="deals"), amount=Money(amount=amount)
            ),
        ),
        chart=RankedBars(
            unit="money",
            rows=tuple(
                RankedRow(label=loss_text(row.loss_reason), value=row.amount, n=row.deals)
                for row in recent[:8]
            ),
        ),
        table=table(
            "reason:text deals:count amount:money share:ratio deals_before:count "
            "amount_before:money",
            [
                (
                    loss_text(row.loss_reason),
                    count(row.deals),
                    money(row.amount),
                    share(row.amount, amount),
                    count(row.deals_before),
                    money(row.amount_before),
                )
                for row in rows
            ],
        ),
        definitions=definitions,
        width="half",
    )


def loss_text(reason: str) -> Text:
    """A reason in words; one that the company invented is shown as it stands in the export."""
    if reason == "(none)":
        return message("loss.none")
    if reason in _LOSS:
        return message(f"loss.{reason}")
    return verbatim(reason)
