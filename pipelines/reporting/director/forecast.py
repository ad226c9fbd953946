"""What the quarter will bring, and how far the same method was off before."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import ColumnPoint, Columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Message,
    Money,
    Period,
    Ratio,
    message,
    quotient,
)


@shows(queries=("forecast",))
def forecast_section(context: Context) -> Section:
    """Signed, plus open deals weighted by history, plus what is not yet in the pipeline."""
    topic = message("forecast.topic")
    reason = context.lacks("contract", "opportunity")
    rows = context.rows("forecast")
    now = next((row for row in rows if row.is_current and row.forecast_date == context.as_of), None)
    if reason is not None or now is None:
        return empty("forecast", topic, message("forecast.none"), reason)
    alike = [row for row in rows if row.days_before_end == now.days_before_end]
    past = [row for row in alike if row.actual_amount]
    return Section(
        id="forecast",
        topic=topic,
        message=_headline(context, now),
        what=(
            message("forecast.what"),
            message("forecast.distance", days=Days(value=Decimal(now.days_before_end))),
        ),
        chart=Columns(
            unit="money",
            points=tuple(
                ColumnPoint(
                    label=_quarter(row),
                    actual=row.actual_amount,
                    forecast=_best(row) if row.is_current else None,
                    plan=row.quota,
                )
                for row in alike
            ),
        ),
        note=(
            message(
                "forecast.parts",
                signed=Money(amount=now.signed_amount),
                weighted=Money(amount=now.weighted_amount),
                deals=Count(value=now.deals, unit="deals"),
                unseen=Money(amount=now.unseen_amount),
            ),
            _accuracy(past),
            *_correction(now),
        ),
        table=table(
            "quarter:period made:day signed:money weighted:money unseen:money forecast:money "
            "corrected:money low:money high:money actual:money error:ratio",
            [
                (
                    _quarter(row),
                    Day(date=row.forecast_date),
                    money(row.signed_amount),
                    money(row.weighted_amount),
                    money(row.unseen_amount),
                    money(row.forecast_amount),
                    money(row.corrected_amount),
                    money(row.low_amount),
                    money(row.high_amount),
                    money(row.actual_amount),
                    _error_cell(row),
                )
                for row in sorted(rows, key=lambda r: (r.quarter_start, r.forecast_date))
                if row.actual_amount or row.is_current
            ],
        ),
    )


def _quarter(row: Record) -> Period:
    return Period(period="quarter", start=row.quarter_start, end=row.quarter_end)


def _error(row: Record) -> Decimal:
    return quotient(row.forecast_amount - row.actual_amount, row.actual_amount)


def _error_cell(row: Record) -> Ratio | None:
    return Ratio(value=_error(row), signed=True) if row.actual_amount else None


def _best(row: Record) -> Decimal:
    """What to expect: the forecast as such forecasts came true, where there is a record."""
    amount: Decimal = row.forecast_amount if row.corrected_amount is None else row.corrected_amount
    return amount


def _headline(context: Context, now: Record) -> Message:
    amount = Money(amount=_best(now))
    if not now.quota:
        return message("forecast.amount", quarter=context.quarter, amount=amount)
    share = quotient(_best(now), now.quota)
    name = "forecast.reaches" if share >= 1 else "forecast.misses"
    return message(
        name,
        quarter=context.quarter,
        amount=amount,
        share=Ratio(value=share),
        gap=Money(amount=abs(_best(now) - now.quota)),
    )


def _correction(now: Record) -> tuple[Message, ...]:
    """From the method's figure to the one in the title, and how far it may be from there."""
    if now.corrected_amount is None:
        return ()
    return (
        message(
            "forecast.corrected",
            forecast=Money(amount=now.forecast_amount),
            amount=Money(amount=now.corrected_amount),
            low=Money(amount=now.low_amount),
            high=Money(amount=now.high_amount),
            n=Count(value=now.past_forecasts),
        ),
    )


def _accuracy(past: list[Record]) -> Message:
    """The range of past errors at the same distance: a forecast is worth what it was worth."""
    if not past:
        return message("forecast.no_past")
    errors = sorted(_error(row) for row in past)
    mean = quotient(sum((abs(error) for error in errors), Decimal(0)), len(errors))
    return message(
        "forecast.accuracy",
        n=Count(value=len(errors)),
        mean=Ratio(value=mean),
        low=Ratio(value=errors[0], signed=True),
        high=Ratio(value=errors[-1], signed=True),
    )
