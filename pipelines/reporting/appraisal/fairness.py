"""Whether scores are fair: how much of a ranking is luck, what scores follow that people cannot
help, and what gates and distributions changed.

Belongs here: HR's page of it. Does not belong here: the figures (`sql/mart/appraisal`).
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Crumb, Page, Place, Reader, Section
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, money, share, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Listing,
    Message,
    Money,
    Number,
    Ratio,
    Shown,
    message,
    verbatim,
)

REPORT = "appraisal_fairness"
_FACTORS = ("tenure", "region", "segment", "ramp")
_NAMED = 3
HR = Reader(kind="function", id="hr", name=Bilingual(zh="人力资源", en="HR"))


def _scheme(row: Record) -> Bilingual:
    return Bilingual(zh=row.label_zh, en=row.label_en)


@shows(queries=("appraisal_fairness", "appraisal_reliability"))
def _lead(context: Context) -> tuple[Message, ...]:
    apart = [row for row in context.rows("appraisal_fairness") if row.is_apart]
    said = [message("fairness.lead.luck", said=_luck_sentence(context))]
    said.append(
        message("fairness.lead.apart", n=Count(value=len(apart)))
        if apart
        else message("fairness.lead.none")
    )
    return tuple(said)


def _luck_sentence(context: Context) -> Message:
    """Of the scheme of most people: how much of the spread is theirs."""
    rows = context.rows("appraisal_reliability")
    known = [row for row in rows if row.share_of_people is not None]
    if not known:
        return message("luck.unknown")
    row = known[0]
    return message(
        "luck.headline",
        scheme=_scheme(row),
        share=Ratio(value=row.share_of_people, decimals=0),
        reach=Number(value=row.reach),
    )


@shows(queries=("appraisal_reliability",))
def luck_section(context: Context, to: Place | None = None) -> Section:
    """Scheme by scheme: the spread between people, that from period to period, and its share."""
    rows = context.rows("appraisal_reliability")
    return Section(
        id="luck",
        topic=message("luck.topic"),
        message=_luck_sentence(context),
        what=(message("luck.what"),),
        table=table(
            "scheme:text people:count appraised_periods:count spread_between:number "
            "spread_within:number share_of_people:ratio reach:number",
            [
                (
                    _scheme(row),
                    count(row.people),
                    count(row.periods),
                    _points(row.spread_between),
                    _points(row.spread_within),
                    Ratio(value=row.share_of_people, decimals=0)
                    if row.share_of_people is not None
                    else None,
                    _points(row.reach),
                )
                for row in rows
            ],
            to=[to for _ in rows],
        ),
        table_open=True,
    )


def _points(value: object) -> Number | None:
    return None if value is None else Number.model_validate({"value": value})


@shows(queries=("appraisal_fairness",))
def _factor_section(context: Context, factor: str) -> Section | None:
    """Groups of one kind against all others of their scheme; small ones are marked."""
    rows = [row for row in context.rows("appraisal_fairness") if row.factor == factor]
    if not rows:
        return None
    apart = [row for row in rows if row.is_apart]
    return Section(
        id=factor,
        topic=message(f"fairness.{factor}.topic"),
        message=message(
            "fairness.apart" if len(apart) <= _NAMED else "fairness.apart_more",
            groups=Listing(
                items=tuple(
                    message(
                        "fairness.group",
                        scheme=_scheme(row),
                        group=_group(context, row),
                        difference=Number(value=row.score_difference, signed=True),
                    )
                    for row in apart[:_NAMED]
                )
            ),
            n=Count(value=len(apart)),
        )
        if apart
        else message("fairness.none"),
        what=(message(f"fairness.{factor}.what"),),
        table=table(
            "scheme:text fairness_group:text people:count average_score:number "
            "others_score:number score_difference:number chance:number verdict:text",
            [
                (
                    _scheme(row),
                    _group(context, row),
                    count(row.people),
                    Number(value=row.mean_score),
                    Number(value=row.others_mean),
                    Number(value=row.score_difference, signed=True),
                    _points(row.half_width),
                    message(
                        "fairness.verdict.small"
                        if row.is_small
                        else "fairness.verdict.apart"
                        if row.is_apart
                        else "fairness.verdict.chance"
                    ),
                )
                for row in rows
            ],
            judgements=["bad" if row.is_apart else "neutral" for row in rows],
        ),
        table_open=True,
    )


def _group(context: Context, row: Record) -> Shown:
    if row.group_key == "(none)":
        return message("fairness.no_group")
    if row.factor == "region":
        return context.unit(row.group_key)
    if row.factor == "segment":
        return verbatim(row.group_key)
    return message(f"fairness.{row.factor}.{row.group_key}")


@shows(queries=("appraisal_gates",))
def _gates_section(context: Context) -> Section:
    """Who each gate stops, and what it alone costs them."""
    rows = context.rows("appraisal_gates")
    topic = message("gates.topic")
    if not rows:
        return Section(id="gates", topic=topic, message=message("gates.none"))
    missed = sum(row.missed for row in rows)
    return Section(
        id="gates",
        topic=topic,
        message=message("gates.headline", n=Count(value=missed))
        if missed
        else message("gates.all_held"),
        what=(message("gates.what"),),
        table=table(
            "scheme:text gate:text people:count gate_known:count gate_missed:count "
            "missed_share:ratio gate_holding:count lowered_alone:count pay_effect_alone:money",
            [
                (
                    Bilingual(zh=row.scheme_zh, en=row.scheme_en),
                    _scheme(row) if row.label_zh is not None else verbatim(row.gate),
                    count(row.people),
                    count(row.known),
                    count(row.missed),
                    share(row.missed, row.known),
                    count(row.holding),
                    count(row.lowered),
                    money(row.pay_effect, exact=True, signed=True),
                )
                for row in rows
            ],
        ),
        table_open=True,
    )


@shows(queries=("appraisal_effects",))
def _effects_section(context: Context) -> Section:
    """What gates and enforced distributions did to grades, and what that is worth in pay."""
    rows = context.rows("appraisal_effects")
    topic = message("effects.topic")
    if not rows:
        return Section(id="effects", topic=topic, message=message("effects.none"))
    lowered, raised = sum(row.lowered for row in rows), sum(row.raised for row in rows)
    known = [row.pay_effect for row in rows if row.pay_effect is not None]
    said: dict[str, Shown] = {"lowered": Count(value=lowered), "raised": Count(value=raised)}
    return Section(
        id="effects",
        topic=topic,
        message=message("effects.headline", **said, pay=Money(amount=sum(known), signed=True))
        if len(known) == len(rows)
        else message("effects.without_pay", **said),
        what=(message("effects.what"),),
        table=table(
            "rule:text scheme:text people:count lowered:count raised:count pay_effect:money",
            [
                (
                    message(f"effects.{row.rule}"),
                    _scheme(row),
                    count(row.people),
                    count(row.lowered),
                    count(row.raised),
                    money(row.pay_effect, exact=True, signed=True),
                )
                for row in rows
            ],
        ),
        table_open=True,
    )


@shows(_lead, luck_section, _factor_section, _gates_section, _effects_section)
def fairness_page(context: Context, newest: str) -> Page:
    """One page for HR, for the newest period of each scheme."""
    period = named_period(newest)
    factors = [_factor_section(context, factor) for factor in _FACTORS]
    return Page(
        report=REPORT,
        family="appraisal",
        above=(
            Crumb(
                label=message("report.appraisal"),
                place=Place(report="appraisal", reader_id=HR.id, period=period.key),
            ),
        ),
        reader=HR,
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(context),
        freshness=context.freshness,
        quality=context.quality,
        sections=(
            luck_section(context),
            *(section for section in factors if section is not None),
            _gates_section(context),
            _effects_section(context),
        ),
    )
