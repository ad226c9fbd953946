"""How the pipeline got from one week-end to the next, cause by cause."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import Waterfall, WaterfallStep
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, table
from pipelines.reporting.model.values import Count, Day, Judgement, Message, Money, message

# Causes in the order of the chart; a win leaves the pipeline and is no loss.
_CAUSES: dict[str, Judgement] = {
    "created": "good",
    "pulled_in": "good",
    "increased": "good",
    "decreased": "bad",
    "pushed_out": "bad",
    "lost": "bad",
    "won": "neutral",
    "reassigned": "neutral",
}


@shows(queries=("movement",), kpis=("pipeline_amount",))
def movement_section(context: Context) -> Section:
    """Start of the week plus causes is the end of the week."""
    topic = message("movement.topic")
    rows = {row.cause: row for row in context.rows("movement")}
    reason = context.lacks("opportunity")
    if reason is not None or "start" not in rows:
        return empty(
            "movement", topic, message("movement.none"), reason, detail=message("no_data.nothing")
        )
    causes = [name for name in _CAUSES if name in rows]
    start, end = rows["start"].amount, rows["end"].amount
    remainder = end - start - sum((rows[name].amount for name in causes), Decimal(0))
    return Section(
        id="movement",
        topic=topic,
        message=_headline(rows, end - start),
        what=(
            message("movement.what", date=Day(date=context.quarter.end)),
            message("movement.ties", remainder=Money(amount=remainder, exact=True)),
        ),
        chart=Waterfall(
            steps=(
                WaterfallStep(label=message("stage.start"), amount=start, role="level"),
                *(
                    WaterfallStep(
                        label=message(f"movement.{name}"),
                        amount=rows[name].amount,
                        judgement=_CAUSES[name],
                    )
                    for name in causes
                ),
                WaterfallStep(label=message("stage.end"), amount=end, role="level"),
            )
        )
        if remainder == 0
        else None,
        table=table(
            "cause:text amount:money deals:count",
            [
                (message("stage.start"), money(start), count(rows["start"].deals)),
                *(
                    (
                        message(f"movement.{name}"),
                        money(rows[name].amount, signed=True),
                        count(rows[name].deals),
                    )
                    for name in causes
                ),
            ],
            total=(message("stage.end"), money(end), count(rows["end"].deals)),
        ),
        definitions=context.definition("pipeline_amount"),
    )


def _headline(rows: dict[str, Record], change: Decimal) -> Message:
    """Which way it went, and the one cause that weighed most in that direction."""
    if change == 0:
        return message("movement.level", amount=Money(amount=rows["end"].amount))
    same_way = [
        row
        for name, row in rows.items()
        if name in _CAUSES and (row.amount < 0) == (change < 0) and row.amount != 0
    ]
    main = max(same_way, key=lambda r: (abs(r.amount), r.cause))
    name = "movement.down" if change < 0 else "movement.up"
    return message(
        name,
        change=Money(amount=abs(change)),
        cause=message(f"movement.main_{main.cause}"),
        amount=Money(amount=abs(main.amount)),
        deals=Count(value=main.deals, unit="deals"),
    )
