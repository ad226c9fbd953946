"""Scorecards: each indicator with its weight, target, actual, n and score.

Belongs here: one person's card, all persons' scores side by side, and what could not be judged.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.appraisal.grades import flag_texts, scheme_name
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import typed
from pipelines.reporting.model.page import Column, Row, Section, SectionNotice, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import OF_POLICY, shows
from pipelines.reporting.model.tables import count, share, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Listing,
    Message,
    Number,
    Ratio,
    Shown,
    Text,
    Verbatim,
    message,
    quotient,
    verbatim,
)


@shows(queries=("appraisal_scores",))
def scores_by_person(context: Context) -> dict[tuple[str, str], list[Record]]:
    """Indicator rows by person and period, in the order of the scheme."""
    cards: dict[tuple[str, str], list[Record]] = {}
    for row in context.rows("appraisal_scores"):
        cards.setdefault((row.employee_id, row.period), []).append(row)
    return cards


def label_of(row: Record) -> Verbatim | Bilingual:
    """An indicator by its name; one that the scheme no longer has by its id."""
    if row.label_zh is None:
        return verbatim(row.indicator)
    return Bilingual(zh=row.label_zh, en=row.label_en)


def measured(context: Context, row: Record, value: Decimal | None) -> Shown | None:
    """A target or an actual in the unit of the indicator's KPI."""
    if value is None:
        return None
    kpi = context.kpis.get(row.kpi_id or "")
    if kpi is None:
        return message("value.plain", value=Number(value=value))
    return message("value.plain", value=typed(kpi, value))


def _on_curve(context: Context, row: Record, value: Decimal | None) -> Shown:
    """A value on the axis of the curve: a share of the target, or the KPI itself."""
    if value is not None and row.against != "value":
        return message("value.plain", value=Ratio(value=value))
    return measured(context, row, value) or message("value.none")


def _score_of(value: Decimal) -> Number:
    return Number(value=value)


def why(context: Context, row: Record) -> Message:
    """Why an indicator has its score, by the part of the curve its measure stands on."""
    if row.curve_part == "missing":
        return _why_missing(row)
    if row.curve_part == "given":
        if row.given_score != row.score:
            return message("why.equalised", given=_score_of(row.given_score))
        return message("why.given", n=Count(value=row.n))
    said = {"measure": _on_curve(context, row, row.measure), "score": _score_of(row.score)}
    if row.curve_part == "step" and row.curve_from is None:
        return message("why.first_step", **said)
    said["edge"] = _on_curve(context, row, row.curve_from)
    if row.curve_part == "line":
        said |= {
            "to": _on_curve(context, row, row.curve_to),
            "score_from": _score_of(row.score_from),
            "score_to": _score_of(row.score_to),
        }
        return message("why.line", **said)
    turned = "_lower" if row.lower_is_better else ""
    return message(f"why.{row.curve_part}{turned}", **said)


def _why_missing(row: Record) -> Message:
    if row.is_neutral:
        return message("why.neutral", score=_score_of(row.score))
    if row.measure is None:
        return message("why.no_data")
    return message("why.small_n", n=Count(value=row.n), least=Count(value=row.min_n))


@shows(kpis=(OF_POLICY,), queries=("appraisal_red_lines",))
def scorecard_section(
    context: Context, result: Record, scores: list[Record], number: int = 1
) -> Section:
    """One person's card; weights of what could not be judged go to what could."""
    left_out = [row for row in scores if row.score is None]
    flags = flag_texts(context, result) if number == 1 else None
    total_weight = sum((row.weight for row in scores), Decimal(0))
    moved = [row for row in scores if row.is_target_moved]
    notes = []
    if result.is_closed and result.score != result.score_now:
        score = message("grade.held") if result.score is None else Number(value=result.score)
        notes.append(message("scorecard.closed", score=score))
    if left_out:
        named = Listing(items=tuple(label_of(row) for row in left_out))
        notes.append(message("scorecard.left_out", indicators=named))
    if moved:
        named = Listing(items=tuple(label_of(row) for row in moved))
        notes.append(message("scorecard.target_moved", indicators=named))
    return Section(
        id="scorecard" if number == 1 else f"scorecard_{number}",
        topic=message(
            "scorecard.topic", scheme=Bilingual(zh=scores[0].scheme_zh, en=scores[0].scheme_en)
        ),
        message=message(
            "scorecard.all_judged" if not left_out else "scorecard.some_judged",
            n=Count(value=len(scores) - len(left_out)),
            all=Count(value=len(scores)),
        ),
        what=(message("scorecard.what", days=Count(value=scores[0].active_days)),),
        note=tuple(notes),
        notice=SectionNotice(severity="warning", text=flags) if flags else None,
        table=table(
            "indicator:text weight:number agreed_target:text target:text actual:text n:count "
            "score:number counted_weight:number weighted_score:number because:text",
            [_card(context, row) for row in scores],
            total=(
                message("row.total"),
                Number(value=total_weight, decimals=0),
                None,
                None,
                None,
                None,
                None,
                Number(value=sum((row.counted_weight for row in scores), Decimal(0)), decimals=1),
                Number(value=sum((row.weighted_score for row in scores), Decimal(0)), decimals=2),
                None,
            ),
        ),
        table_open=True,
        definitions=tuple(d for row in scores for d in context.definition(row.kpi_id or "")),
    )


def _card(context: Context, row: Record) -> tuple[Shown | None, ...]:
    return (
        label_of(row),
        Number(value=row.weight, decimals=0),
        measured(context, row, row.first_target),
        measured(context, row, row.target),
        measured(context, row, row.actual),
        count(row.n),
        Number(value=row.score) if row.score is not None else None,
        Number(value=row.counted_weight, decimals=1),
        Number(value=row.weighted_score, decimals=2),
        why(context, row),
    )


@shows(queries=("appraisal_scores",))
def matrix_section(context: Context, scheme: Record, suffix: str) -> Section:
    """Everyone's score on every indicator; empty where it could not be judged."""
    rows = [
        r
        for r in context.rows("appraisal_scores")
        if r.scheme_id == scheme.scheme_id == r.result_scheme_id
    ]
    labels: dict[str, Text] = {r.indicator: label_of(r) for r in rows}
    people: dict[str, dict[str, Record]] = {}
    for row in rows:
        people.setdefault(row.employee_id, {})[row.indicator] = row
    columns = (
        Column(id="appraised", label=message("column.appraised"), type="text"),
        *(
            Column(id=f"i_{number}", label=label, type="number")
            for number, label in enumerate(labels.values(), 1)
        ),
    )
    return Section(
        id=f"scores{suffix}",
        topic=message("scores.topic", scheme=scheme_name(scheme)),
        listed=False,
        message=_weakest(rows, labels),
        what=(message("scores.what"),),
        table=Table(
            columns=columns,
            rows=tuple(
                Row(
                    cells=(
                        context.person(employee_id),
                        *(_score(card.get(indicator)) for indicator in labels),
                    )
                )
                for employee_id, card in people.items()
            ),
        ),
    )


def _score(row: Record | None) -> Number | None:
    if row is None or row.score is None:
        return None
    return Number(value=row.score)


def _weakest(rows: list[Record], labels: dict[str, Text]) -> Shown:
    """The indicator with the lowest average score among those judged."""
    averages = {}
    for indicator in labels:
        scores = [r.score for r in rows if r.indicator == indicator and r.score is not None]
        if scores:
            averages[indicator] = quotient(sum(scores, Decimal(0)), len(scores))
    if not averages:
        return message("scores.none")
    weakest = min(averages, key=lambda indicator: averages[indicator])
    return message(
        "scores.weakest",
        indicator=labels[weakest],
        score=Number(value=averages[weakest]),
    )


@shows(queries=("appraisal_scores",))
def judged_section(context: Context, scheme: Record, suffix: str) -> Section:
    """How many people each indicator could judge: small samples are left out, not guessed."""
    rows = [
        r
        for r in context.rows("appraisal_scores")
        if r.scheme_id == scheme.scheme_id == r.result_scheme_id
    ]
    indicators: dict[str, list[Record]] = {}
    for row in rows:
        indicators.setdefault(row.indicator, []).append(row)
    worst = min(indicators.values(), key=lambda group: sum(r.is_counted for r in group))
    judged = sum(r.is_counted for r in worst)
    if judged == len(worst):
        headline = message("judged.all")
    else:
        headline = message(
            "judged.worst",
            indicator=label_of(worst[0]),
            n=Count(value=judged),
            all=Count(value=len(worst)),
        )
    return Section(
        id=f"judged{suffix}",
        topic=message("judged.topic", scheme=scheme_name(scheme)),
        listed=False,
        message=headline,
        what=(message("judged.what", scheme=scheme_name(scheme)),),
        table=table(
            "indicator:text weight:number min_n:count judged:count not_judged:count "
            "judged_share:ratio average_score:number",
            [_coverage(group) for group in indicators.values()],
        ),
        table_open=True,
    )


def _coverage(group: list[Record]) -> tuple[Shown | None, ...]:
    judged = [row for row in group if row.is_counted]
    total = sum((row.score for row in judged), Decimal(0))
    return (
        label_of(group[0]),
        Number(value=group[0].weight, decimals=0),
        count(group[0].min_n),
        count(len(judged)),
        count(len(group) - len(judged)),
        share(len(judged), len(group)),
        Number(value=quotient(total, len(judged))) if judged else None,
    )
