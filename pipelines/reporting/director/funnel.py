"""The funnel, both views, each labelled: entry cohort and exit view.

Belongs here: what became of those who entered a stage, and where those went who left it.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import FunnelBars, FunnelRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.intervals import wilson
from pipelines.reporting.model.page import Definition, Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, share, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Days,
    Interval,
    Listing,
    Message,
    Period,
    Ratio,
    Shown,
    message,
    quotient,
)


@shows(queries=("funnel",), kpis=("stage_conversion_rate", "stage_exit_rate", "stage_days"))
def funnel_sections(context: Context) -> tuple[Section, Section]:
    """Entry cohort of the last complete quarter, and the exit view beside it."""
    rows = context.rows("funnel")
    reason = context.lacks("opportunity")
    latest = [row for row in rows if row.age == 1]
    if reason is None and not latest:
        reason = message("no_data.no_quarter")
    return _entry(context, rows, reason), _exit(context, rows, reason)


def _entry(context: Context, rows: list[Record], reason: Message | None) -> Section:
    topic = message("funnel.topic")
    stages = [row for row in rows if row.mode == "entry" and row.age == 1 and row.entered]
    if reason is not None or not stages:
        return empty(
            "funnel", topic, message("funnel.none"), reason, detail=message("no_data.nothing")
        )
    leak = _leak(rows)
    return Section(
        id="funnel",
        topic=topic,
        message=_headline(context, leak),
        what=(
            message("funnel.what", quarter=_quarter(stages)),
            message("funnel.adds_up"),
        ),
        chart=FunnelBars(
            rows=tuple(
                FunnelRow(
                    label=context.stage(row.stage_id),
                    entered=row.entered,
                    advanced=row.advanced,
                    lost=row.lost,
                    regressed=row.regressed,
                    open=row.open,
                    mature=row.is_mature,
                )
                for row in stages
            )
        ),
        note=_notes(context, stages, leak),
        table=table(
            "stage:text entered:count advanced:count lost:count regressed:count open:count "
            "conversion:ratio usual:ratio",
            [
                (
                    context.stage(row.stage_id),
                    *(count(n) for n in (row.entered, row.advanced, row.lost)),
                    count(row.regressed),
                    count(row.open),
                    share(row.advanced, row.entered),
                    _usual(rows, row.stage_id, "advanced"),
                )
                for row in stages
            ],
        ),
        definitions=(*context.definition("stage_conversion_rate"), *_criteria(context)),
    )


def _quarter(stages: list[Record]) -> Period:
    first = stages[0]
    return Period(period="quarter", start=first.period_start, end=first.period_end)


def _usual(rows: list[Record], stage_id: str, outcome: str) -> Ratio | None:
    """The share of an outcome over the four quarters before."""
    before = [r for r in rows if r.mode == "entry" and r.age > 1 and r.stage_id == stage_id]
    return share(sum(getattr(r, outcome) for r in before), sum(r.entered for r in before))


def _leak(rows: list[Record]) -> Record | None:
    """The opportunity stage that lost the largest share of those who entered it."""
    stages = [
        row
        for row in rows
        if row.mode == "entry" and row.age == 1 and row.entered and row.lost and row.stage_order > 1
    ]
    return max(stages, key=lambda r: (Decimal(r.lost) / r.entered, -r.stage_order), default=None)


def _headline(context: Context, leak: Record | None) -> Message:
    if leak is None:
        return message("funnel.no_loss")
    lost = Ratio(value=quotient(leak.lost, leak.entered))
    return message("funnel.leak", stage=context.stage(leak.stage_id), share=lost)


def _notes(context: Context, stages: list[Record], leak: Record | None) -> tuple[Message, ...]:
    notes = []
    if leak is not None:
        usual = _usual(context.rows("funnel"), leak.stage_id, "lost")
        low, high = wilson(leak.lost, leak.entered)
        params: dict[str, Shown] = {
            "stage": context.stage(leak.stage_id),
            "share": Ratio(value=quotient(leak.lost, leak.entered)),
            "n": Count(value=leak.entered),
            "interval": Interval(low=low, high=high),
        }
        if usual is None:
            notes.append(message("funnel.note_first", **params))
        elif low <= usual.value <= high:
            notes.append(message("funnel.note_as_usual", usual=usual, **params))
        else:
            name = "funnel.note_more" if usual.value < low else "funnel.note_less"
            notes.append(message(name, usual=usual, **params))
    if any(not row.is_mature for row in stages):
        notes.append(message("funnel.immature"))
    notes.append(message("funnel.how"))
    return tuple(notes)


def _exit(context: Context, rows: list[Record], reason: Message | None) -> Section:
    topic = message("funnel_exit.topic")
    stages = [row for row in rows if row.mode == "exit" and row.age == 1 and row.entered]
    if reason is not None or not stages:
        return empty(
            "funnel_exit",
            topic,
            message("funnel_exit.none"),
            reason,
            detail=message("no_data.nothing"),
        )
    slow = max(
        (r for r in stages if r.days_p50 is not None), key=lambda r: r.days_p50, default=None
    )
    headline = message("funnel_exit.no_days")
    if slow is not None:
        headline = message(
            "funnel_exit.slowest",
            stage=context.stage(slow.stage_id),
            days=Days(value=slow.days_p50),
            p90=Days(value=slow.days_p90),
        )
    return Section(
        id="funnel_exit",
        topic=topic,
        message=headline,
        what=(message("funnel_exit.what", quarter=_quarter(stages)),),
        table=table(
            "stage:text left:count left_advanced:count left_lost:count left_back:count "
            "exit_rate:ratio days_p50:days days_p90:days",
            [
                (
                    context.stage(row.stage_id),
                    *(count(n) for n in (row.entered, row.advanced, row.lost, row.regressed)),
                    share(row.advanced, row.entered),
                    Days(value=row.days_p50, decimals=1) if row.days_p50 is not None else None,
                    Days(value=row.days_p90, decimals=1) if row.days_p90 is not None else None,
                )
                for row in stages
            ],
        ),
        table_open=True,
        definitions=(
            *context.definition("stage_exit_rate"),
            *context.definition("stage_days"),
        ),
    )


def _criteria(context: Context) -> tuple[Definition, ...]:
    """What lets a deal into each stage, and the KPIs the stage is judged by."""
    found = []
    for stage_id, stage in context.stages.items():
        said: dict[str, Shown] = {}
        if stage.entry_zh is not None:
            said["entry"] = Bilingual(zh=stage.entry_zh, en=stage.entry_en)
        if stage.judged_by is not None:
            kpis = (context.kpis[name].label for name in stage.judged_by.split())
            said["kpis"] = Listing(items=tuple(kpis))
        if said:
            which = "stage.criteria" if len(said) == 2 else f"stage.criteria_{next(iter(said))}"
            meaning = message(which, **said)
            found.append(Definition(term=context.stage(stage_id), meaning=meaning))
    return tuple(found)
