"""Representatives side by side, with the honesty small samples ask for.

Belongs here: win rates with their intervals, attainment of each representative.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import RankedBars, RankedRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Interval,
    Judgement,
    Listing,
    Message,
    Points,
    Ratio,
    Shown,
    message,
    quotient,
)
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.shared.standing import Standing, standings

_KPI = "win_rate_count"
# So many rows from each end fit a screen; the table has everybody.
_ENDS = 8


@shows(queries=("win_rates", "quotas"), kpis=(_KPI,))
def ranking_section(context: Context) -> Section:
    """Win rate of twelve months by representative; only clear differences are called one."""
    quotas = {standing.scope_id: standing for standing in standings(context, "employee")}
    topic = message("ranking.topic")
    kpi = context.kpis.get(_KPI)
    least = kpi.min_n if kpi else 10
    rows = context.rows("win_rates")
    company = next((row for row in rows if row.scope_kind == "company"), None)
    people = [row for row in rows if row.scope_kind == "employee" and _is_active(context, row)]
    reason = context.lacks("opportunity")
    if reason is not None or company is None or not people:
        return empty(
            "ranking", topic, message("ranking.none"), reason, detail=message("no_data.nothing")
        )
    people.sort(key=lambda r: (r.decided < least, -Decimal(r.won) / r.decided, r.scope_id))
    judged = [row for row in people if row.decided >= least]
    places = _places(judged)
    return Section(
        id="ranking",
        topic=topic,
        message=_headline(context, judged, company),
        what=(message("ranking.what"), message("ranking.how", n=Count(value=least))),
        chart=_chart(context, judged, company) if judged else None,
        note=_notes(len(people) - len(judged), len(judged)),
        table=table(
            "rank:count rep:text win_rate:ratio interval:interval n:count attainment:ratio "
            "variance:points gap:money",
            [_cells(context, row, places.get(row.scope_id), quotas.get(row.scope_id))
             for row in people],
            judgements=[verdict(row, company) if row.decided >= least else "neutral"
                        for row in people],
            to=[unit_place(context, "employee", row.scope_id) for row in people],
        ),
        definitions=context.definition(_KPI),
    )  # fmt: skip


def _is_active(context: Context, row: Record) -> bool:
    person = context.people.get(row.scope_id)
    return person is not None and person.is_active and person.role in ("rep", None)


def _places(judged: list[Record]) -> dict[str, int]:
    """Places as in `mart.kpi_rank`: 1 + those whose interval lies wholly above, made dense."""
    ends = {row.scope_id: wilson(row.won, row.decided) for row in judged}
    above = {who: sum(low > high for low, _ in ends.values()) for who, (_, high) in ends.items()}
    dense = {n: place for place, n in enumerate(sorted(set(above.values())), 1)}
    return {who: dense[n] for who, n in above.items()}


def _cells(
    context: Context, row: Record, place: int | None, quota: Standing | None
) -> tuple[Shown | None, ...]:
    low, high = wilson(row.won, row.decided)
    return (
        count(place),
        context.person(row.scope_id),
        Ratio(value=quotient(row.won, row.decided)),
        Interval(low=low, high=high),
        count(row.decided),
        Ratio(value=quota.attainment) if quota else None,
        Points(value=quota.variance) if quota else None,
        money(-quota.gap, signed=True) if quota else None,
    )


def verdict(row: Record, company: Record) -> Judgement:
    """Good or bad only where the intervals lie apart."""
    if not differ(wilson(row.won, row.decided), wilson(company.won, company.decided)):
        return "neutral"
    above = row.won * company.decided > company.won * row.decided
    return "good" if above else "bad"


def _headline(context: Context, judged: list[Record], company: Record) -> Message:
    rate = Ratio(value=quotient(company.won, company.decided))
    if not judged:
        return message("ranking.nobody", rate=rate)
    better = [row for row in judged if verdict(row, company) == "good"]
    worse = [row for row in judged if verdict(row, company) == "bad"]
    names = {
        "better": Listing(items=tuple(context.person(row.scope_id) for row in better[:3])),
        "worse": Listing(items=tuple(context.person(row.scope_id) for row in worse[-3:])),
    }
    if better and worse:
        return message("ranking.both", rate=rate, **names)
    if better:
        return message("ranking.better", rate=rate, better=names["better"])
    if worse:
        return message("ranking.worse", rate=rate, worse=names["worse"])
    return message("ranking.alike", rate=rate)


def _notes(small: int, judged: int) -> tuple[Message, ...]:
    notes = []
    if small:
        notes.append(message("ranking.small", people=Count(value=small, unit="people")))
    if judged > 2 * _ENDS:
        notes.append(message("ranking.ends", n=Count(value=_ENDS)))
    return tuple(notes)


def _chart(context: Context, judged: list[Record], company: Record) -> RankedBars:
    shown = judged if len(judged) <= 2 * _ENDS else [*judged[:_ENDS], *judged[-_ENDS:]]
    rate = quotient(company.won, company.decided)
    return RankedBars(
        unit="ratio",
        rows=tuple(_ranked(context, row, company) for row in shown),
        reference=rate,
        reference_label=message("ranking.company", rate=Ratio(value=rate)),
    )


def _ranked(context: Context, row: Record, company: Record) -> RankedRow:
    low, high = wilson(row.won, row.decided)
    return RankedRow(
        label=context.person(row.scope_id),
        value=quotient(row.won, row.decided),
        low=low,
        high=high,
        n=row.decided,
        judgement=verdict(row, company),
    )
