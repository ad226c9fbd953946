"""Sections of the example page about the way to a deal: quota, deals, funnel, movement, cycle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from pipelines.reporting.model.charts import (
    AttainmentBars,
    AttainmentRow,
    FunnelBars,
    FunnelRow,
    Lines,
    LineSeries,
    Waterfall,
    WaterfallStep,
)
from pipelines.reporting.model.page import Definition, Section
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Days,
    Interval,
    Money,
    Points,
    Ratio,
    Span,
    message,
    verbatim,
)
from tests.support.pages.example_parts import EAST, HOSTILE, QUARTER, money, percent, table

REGIONS = (
    (Bilingual(zh="华南", en="South China"), "83", "good", 41),
    (Bilingual(zh="华北", en="North China"), "76", "good", 38),
    (Bilingual(zh="西部", en="West"), "72", "bad", 9),
    (EAST, "52", "bad", 33),
)


def quota() -> Section:
    pace = D("0.74")
    return Section(
        id="quota",
        topic=message("quota.topic"),
        message=message(
            "quota.one_behind",
            unit=EAST,
            points=Points(value=D("0.22"), signed=False),
            others=Count(value=3),
        ),
        what=(message("quota.what", quarter=QUARTER),),
        chart=AttainmentBars(
            rows=tuple(
                AttainmentRow(label=name, actual=D(done) / 100, pace=pace, judgement=good, n=n)
                for name, done, good, n in REGIONS
            )
        ),
        note=(
            message(
                "quota.slipped_there",
                unit=EAST,
                gap=money("310"),
                amount=money("270"),
                deals=Count(value=3, unit="deals"),
            ),
            message("quota.small", units=REGIONS[2][0], n=Count(value=10)),
        ),
        table=table(
            "unit:text actual:ratio pace:ratio variance:points n:count",
            [
                (name, percent(done), Ratio(value=pace), Points(value=D(done) / 100 - pace),
                 Count(value=n))
                for name, done, _, n in REGIONS
            ],
        ),
        definitions=(
            Definition(
                term=Bilingual(zh="目标完成率", en="Quota attainment"),
                meaning=Bilingual(
                    zh="实际 ÷ 按在岗天数折算的目标；进度 = 已过工作日占比。",
                    en="Actual ÷ quota prorated by active days; pace = share of working days gone.",
                ),
                command="attain explain quota_attainment --scope region:R-EAST --period 2026-Q4",
            ),
        ),
    )  # fmt: skip


def deals() -> Section:
    stage = {
        "n": Bilingual(zh="谈判", en="negotiation"),
        "p": Bilingual(zh="方案", en="proposal"),
    }
    rows = [
        ("宁波港机二期", "E017", "128", 12, 20, "n", 41, 2),
        ("苏州精工产线", "E021", "86", 11, 30, "p", 33, 1),
        (HOSTILE, "E017", "56", 12, 5, "n", 22, 3),
    ]
    return Section(
        id="deals",
        topic=message("deals.topic"),
        message=message("deals.slipped", deals=Count(value=3, unit="deals"), amount=money("270")),
        table=table(
            "deal:text owner:text amount:money was_due:day now_due:day in_stage:text why:text",
            [
                (
                    verbatim(name),
                    verbatim(owner),
                    money(amount),
                    Day(date=date(2026, 11, 12)),
                    Day(date=date(2026, month, day)),
                    message("deal.in_stage", stage=stage[at], days=Days(value=D(in_stage))),
                    message("deal.pushed", n=Count(value=slip)),
                )
                for name, owner, amount, month, day, at, in_stage, slip in rows
            ],
        ),
        table_open=True,
    )


STAGES = (
    ("线索", "Leads", 1240, 405, 678, 37, 120),
    ("资质确认", "Qualification", 412, 268, 88, 14, 42),
    ("需求分析", "Needs analysis", 268, 181, 49, 9, 29),
    ("方案", "Proposal", 181, 118, 34, 6, 23),
    ("谈判", "Negotiation", 118, 71, 29, 4, 14),
    ("签约", "Signing", 71, 71, 0, 0, 0),
)


def funnel() -> Section:
    rows = tuple(
        FunnelRow(
            label=Bilingual(zh=zh, en=en), entered=n, advanced=a, lost=lost, regressed=r, open=o,
            mature=zh != "方案",
        )
        for zh, en, n, a, lost, r, o in STAGES
    )  # fmt: skip
    return Section(
        id="funnel",
        topic=message("funnel.topic"),
        message=message("funnel.leak", share=percent("33"), stage=rows[4].label),
        what=(
            message("funnel.what", quarter=Span(start=date(2026, 7, 1), end=date(2026, 9, 30))),
            message("funnel.adds_up"),
        ),
        chart=FunnelBars(rows=rows),
        note=(
            message(
                "funnel.note_more",
                stage=rows[4].label,
                share=percent("25"),
                usual=percent("18"),
                n=Count(value=118),
                interval=Interval(low=D("0.18"), high=D("0.33")),
            ),
            message("funnel.how"),
        ),
        table=table(
            "stage:text entered:count advanced:count lost:count regressed:count open:count "
            "conversion:ratio",
            [
                (
                    row.label,
                    *(
                        Count(value=v)
                        for v in (row.entered, row.advanced, row.lost, row.regressed, row.open)
                    ),
                    Ratio(value=D(row.advanced) / row.entered),
                )
                for row in rows
            ],
        ),
    )


MOVES = (
    ("新增", "created", "620", "good"),
    ("提前", "pulled in", "90", "good"),
    ("增额", "raised", "140", "good"),
    ("减额", "reduced", "-110", "bad"),
    ("延期", "pushed out", "-380", "bad"),
    ("丢单", "lost", "-205", "bad"),
    ("赢单", "won", "-482", "neutral"),
    ("改派", "moved", "0", "neutral"),
)


def movement() -> Section:
    moves = [
        WaterfallStep(label=Bilingual(zh=zh, en=en), amount=D(amount) * 10_000, judgement=judgement)
        for zh, en, amount, judgement in MOVES
    ]
    steps = (
        WaterfallStep(label=message("stage.start"), amount=D(50_400_000), role="level"),
        *moves,
        WaterfallStep(label=message("stage.end"), amount=D(47_130_000), role="level"),
    )
    return Section(
        id="movement",
        topic=message("movement.topic"),
        message=message(
            "movement.down",
            change=money("327"),
            cause=message("movement.main_pushed_out"),
            deals=Count(value=6, unit="deals"),
            amount=money("380"),
        ),
        what=(
            message("movement.what", date=Day(date=date(2026, 12, 31))),
            message("movement.ties", remainder=Money(amount=D(0), exact=True)),
        ),
        chart=Waterfall(steps=steps),
        table=table(
            "cause:text amount:money",
            [
                (s.label, Money(amount=s.amount, signed=s.role == "move")) for s in steps
            ],
        ),
        width="half",
    )  # fmt: skip


def cycle() -> Section:
    days = tuple(range(0, 181, 6))

    def curve(limit: str, speed: str) -> tuple[D, ...]:
        return tuple((D(limit) * (1 - (-D(d) / D(speed)).exp())).quantize(D("0.001")) for d in days)

    won, before, lost = curve("0.34", "62"), curve("0.31", "66"), curve("0.47", "52")
    return Section(
        id="cycle",
        topic=message("cycle.topic"),
        message=message(
            "cycle.headline",
            by60=Count(value=21),
            by90=Count(value=26),
        ),
        what=(message("cycle.what", n=Count(value=1119, unit="deals")), message("cycle.how")),
        chart=Lines(
            unit="ratio",
            x_days=days,
            ticks=(30, 60, 90, 120, 180),
            series=(
                LineSeries(label=Bilingual(zh="丢单", en="lost"), role="lost", values=lost),
                LineSeries(label=Bilingual(zh="赢单", en="won"), role="actual", values=won),
                LineSeries(
                    label=Bilingual(zh="去年赢单", en="won last year"),
                    role="previous",
                    values=before,
                ),
            ),
        ),
        note=(
            message(
                "cycle.medians",
                now=Days(value=D(47)),
                n=Count(value=85, unit="deals"),
                before=Days(value=D(53)),
            ),
        ),
        table=table(
            "day:days won_share:ratio lost_share:ratio",
            [
                (Days(value=D(d)), Ratio(value=w, decimals=1), Ratio(value=x, decimals=1))
                for d, w, x in zip(days, won, lost, strict=True)
                if d in (30, 60, 90, 120, 180)
            ],
        ),
        width="half",
    )
