"""A director's week to draw: invented, but it adds up and its intervals are Wilson's.

Every chart kind, an open table, a missing export, a failed check and a hostile name occur once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal as D
from math import sqrt

from pipelines.reporting.charts import (
    AgeingBars,
    AgeingRow,
    AttainmentBars,
    AttainmentRow,
    ColumnPoint,
    Columns,
    FunnelBars,
    FunnelRow,
    Lines,
    LineSeries,
    RankedBars,
    RankedRow,
    Waterfall,
    WaterfallStep,
)
from pipelines.reporting.model import (
    Column,
    Comparison,
    Definition,
    Freshness,
    Page,
    Quality,
    Reader,
    Row,
    Section,
    SectionNotice,
    SparkPoint,
    Table,
    Tile,
)
from pipelines.reporting.values import (
    Bilingual,
    Count,
    Day,
    Days,
    Interval,
    Listing,
    Money,
    Multiple,
    Number,
    Period,
    Points,
    Ratio,
    Span,
    Text,
    message,
    verbatim,
)

CHINA = timezone(timedelta(hours=8))
SUNDAY = date(2026, 11, 15)
HOSTILE = "</script><script>alert(1)</script> <b>&\"'{{7*7}} Co"
QUARTER = Bilingual(zh="四季度", en="Q4")
EAST = Bilingual(zh="华东", en="East China")


def at_night(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 16, hour, minute, tzinfo=CHINA)


def money(wan: str, signed: bool = False) -> Money:
    return Money(amount=D(wan) * 10_000, signed=signed)


def percent(value: str, decimals: int = 0, signed: bool = False) -> Ratio:
    return Ratio(value=D(value) / 100, decimals=decimals, signed=signed)


def column(name: str, kind: str) -> Column:
    return Column(id=name, label=message(f"column.{name}"), type=kind)


def table(columns: str, rows: list[tuple], total: bool = False) -> Table:
    """Columns as "name:type name:type"; the last row is a total if asked."""
    specs = [column(*part.split(":")) for part in columns.split()]
    last = len(rows) - 1
    return Table(
        columns=tuple(specs),
        rows=tuple(
            Row(cells=row, role="total" if total and i == last else "row")
            for i, row in enumerate(rows)
        ),
    )


def spark(values: str) -> tuple[SparkPoint, ...]:
    numbers = values.split()
    first = SUNDAY - timedelta(weeks=len(numbers) - 1)
    return tuple(
        SparkPoint(end=first + timedelta(weeks=i), value=None if n == "-" else D(n))
        for i, n in enumerate(numbers)
    )


def versus(label: str, shown, judgement="neutral", word=None, same_day=False) -> Comparison:
    return Comparison(
        label=message(f"tile.{label}"),
        shown=shown,
        judgement=judgement,
        word=message(f"word.{word}") if word else None,
        same_day=same_day,
    )


def tile(kpi_id: str, label: Bilingual, scope: Text, **more) -> Tile:
    return Tile(kpi_id=kpi_id, label=label, scope=scope, **more)


def tiles() -> tuple[Tile, ...]:
    week = message("scope.this_week")
    return (
        tile(
            "contract_amount",
            Bilingual(zh="合同额", en="Contract amount"),
            week,
            value=money("482"),
            spark=spark("380 365 445 425 485 415 460 440 405 500 470 445 482"),
            comparisons=(
                versus("plan", percent("-12", signed=True), "bad", "below"),
                versus("versus_last_week", percent("9", signed=True), "good", same_day=True),
                versus("versus_last_year", percent("21", signed=True), "good", same_day=True),
            ),
            footer=Count(value=18, unit="deals"),
            section="months",
        ),
        tile(
            "collections",
            Bilingual(zh="回款额", en="Collections"),
            week,
            value=money("517"),
            spark=spark("300 330 310 360 400 350 380 370 410 440 430 460 517"),
            comparisons=(
                versus("plan", percent("4", signed=True), "good", "above"),
                versus("versus_last_week", percent("13", signed=True), "good", same_day=True),
                versus("versus_last_year", percent("8", signed=True), "good", same_day=True),
            ),
            footer=Count(value=41, unit="receipts"),
            section="ageing",
        ),
        tile(
            "quota_attainment",
            Bilingual(zh="目标达成", en="Quota attainment"),
            message("scope.to_date", period=QUARTER),
            value=percent("69"),
            spark=spark("5 10 17 22 30 36 41 47 52 56 60 62 69"),
            comparisons=(
                versus("versus_pace", Points(value=D("-0.05")), "bad", "behind"),
                versus("last_week", percent("62"), same_day=True),
                versus("last_year", percent("66"), same_day=True),
            ),
            footer=message("tile.quota", quota=money("5970")),
            section="quota",
        ),
        tile(
            "win_rate_count",
            Bilingual(zh="赢单率", en="Win rate"),
            message("scope.last_13_weeks_only"),
            value=percent("34"),
            spark=spark("30 31 29 33 32 31 34 33 35 - 33 34 34"),
            comparisons=(
                versus("interval", Interval(low=D("0.29"), high=D("0.40"))),
                versus("last_year", percent("31")),
                versus("by_value", percent("38")),
            ),
            footer=message("tile.n", n=Count(value=287)),
            section="ranking",
        ),
        tile(
            "pipeline_coverage",
            Bilingual(zh="储备覆盖", en="Pipeline coverage"),
            message("scope.remaining_quota"),
            value=Multiple(value=D("2.4")),
            spark=spark("3.4 3.3 3.5 3.2 3.3 3.1 3.0 3.0 2.9 3.1 3.0 2.7 2.4"),
            comparisons=(
                versus("target", message("tile.at_least", value=Multiple(value=D(3))), "bad"),
                versus("last_week", Multiple(value=D("2.7")), "bad", "missed"),
                versus("by_value", Multiple(value=D("1.0"))),
            ),
            footer=message("tile.two_sums", numerator=money("4440"), denominator=money("1850")),
            section="movement",
        ),
        tile(
            "overdue_rate",
            Bilingual(zh="逾期率", en="Overdue rate"),
            message("scope.share_of_receivables"),
            value=percent("18.4", 1),
            spark=spark("24 23 24 22 22 21 21 20 20 19.6 19.5 19.1 18.4"),
            comparisons=(
                versus("last_week", percent("19.1", 1), "good", "met"),
                versus("last_year", percent("22.0", 1), "good", "met", True),
                versus("over_90", percent("5.2", 1)),
            ),
            footer=money("1270"),
            section="ageing",
        ),
    )


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


BUCKETS = (
    (Bilingual(zh="未到期", en="not due"), "5630", 0),
    (verbatim("1–30"), "560", 1),
    (verbatim("31–60"), "240", 2),
    (verbatim("61–90"), "110", 3),
    (verbatim("91–180"), "200", 4),
    (verbatim(">180"), "160", 5),
)


def ageing() -> Section:
    return Section(
        id="ageing",
        topic=message("ageing.topic"),
        message=message(
            "ageing.concentrated",
            rate=percent("18.4", 1),
            amount=money("360"),
            customers=Listing(items=(verbatim("海川"), verbatim(HOSTILE))),
        ),
        what=(
            message("ageing.what", date=Day(date=SUNDAY)),
            message("ageing.ties", outstanding=money("6900")),
        ),
        chart=AgeingBars(
            rows=tuple(AgeingRow(label=x, amount=D(v) * 10_000, age=a) for x, v, a in BUCKETS)
        ),
        note=(message("ageing.provision", provision=money("214")),),
        table=table(
            "bucket:text amount:money share:ratio",
            [
                *(
                    (label, Money(amount=D(v) * 10_000), Ratio(value=D(v) / 6900, decimals=1))
                    for label, v, _ in BUCKETS
                ),
                (message("row.total"), money("6900"), percent("100", 1)),
            ],
            total=True,
        ),
        notice=SectionNotice(
            severity="warning",
            text=Bilingual(
                zh="ERP 收款导出迟到 3 小时，今日回款尚未计入。",
                en="The ERP receipt export was 3 hours late; today's receipts are not in yet.",
            ),
        ),
    )


def wilson(won: int, n: int) -> tuple[D, D]:
    z = 1.96
    p = won / n
    middle = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return tuple(D(f"{(middle + s * half) / (1 + z * z / n):.4f}") for s in (-1, 1))


def ranking() -> Section:
    people = [("林晓", 14, 30), ("E021 周远航", 20, 48), ("王磊", 11, 31), (HOSTILE, 9, 28),
              ("陈静", 2, 4)]  # fmt: skip
    rows = []
    for name, won, n in people:
        low, high = wilson(won, n)
        rows.append(
            RankedRow(
                label=verbatim(name), value=(D(won) / n).quantize(D("0.0001")), low=low,
                high=high, n=n, small=n < 10,
            )
        )  # fmt: skip
    return Section(
        id="ranking",
        topic=message("ranking.topic"),
        message=message("ranking.better", better=verbatim("林晓"), rate=percent("34")),
        what=(message("ranking.what"),),
        chart=RankedBars(
            unit="ratio",
            rows=tuple(rows),
            reference=D("0.34"),
            reference_label=Bilingual(zh="公司 34%", en="company 34%"),
        ),
        table=table(
            "rep:text win_rate:ratio interval:interval n:count",
            [
                (r.label, Ratio(value=r.value), Interval(low=r.low, high=r.high), Count(value=r.n))
                for r in rows
            ],
        ),
        width="half",
    )


def months() -> Section:
    plan = (1500, 1600, 1900, 1300, 1250, 1700, 1750, 1800, 2100, 1900, 1990, 2080)
    actual = (1420, 1650, 1980, 1210, 1300, 1690, 1600, 1850, 2230, 1980, 1240, None)
    previous = (1300, 1390, 1700, 1150, 1100, 1500, 1480, 1520, 1900, 1700, 1650, 1800)
    points, cells = [], []
    for i in range(12):
        first = date(2026, i + 1, 1)
        last = (date(2026 + i // 11, (i + 1) % 12 + 1, 1)) - timedelta(days=1)
        done = None if actual[i] is None else D(actual[i]) * 10_000
        ahead = D(19_800_000) if done is None else None
        period = Period(period="month", start=first, end=last)
        points.append(
            ColumnPoint(
                label=period, actual=done, forecast=ahead, plan=D(plan[i]) * 10_000,
                previous=D(previous[i]) * 10_000,
            )
        )  # fmt: skip
        cells.append((
            period, None if done is None else Money(amount=done),
            None if ahead is None else Money(amount=ahead), money(str(plan[i])),
        ))  # fmt: skip
    return Section(
        id="months",
        topic=Bilingual(zh="月度合同额", en="Contract amount by month"),
        message=Bilingual(zh="12月预计完成目标的 95%", en="December is forecast at 95% of plan"),
        what=(Bilingual(zh="合同额，按月", en="Contract amount, by month"),),
        chart=Columns(unit="money", points=tuple(points)),
        table=table("month:period actual:money gap:money plan:money", cells),
        width="half",
    )


def discount() -> Section:
    return Section(
        id="discount",
        topic=message("discount.topic"),
        message=message("tile.no_data"),
        no_data_reason=message("no_data.missing_export", exports=message("export.quote")),
    )


def director_page() -> Page:
    """The director's page of week 46."""
    return Page(
        report="director_weekly",
        reader=Reader(kind="company", id="C01", name=verbatim("海岳工业科技")),
        period=Period.week_of(SUNDAY),
        as_of=SUNDAY,
        company=Bilingual(zh="海岳工业科技（示例）", en="Haiyue Industrial (sample)"),
        lead=(
            message(
                "lead.quota",
                quarter=QUARTER,
                signed=money("4120"),
                attainment=percent("69"),
                pace=percent("74"),
            ),
            message("lead.gap_nearly_all", gap=money("300"), unit=EAST),
            message(
                "lead.overdue_down_again",
                rate=percent("18.4", 1),
                weeks=Count(value=3, unit="weeks"),
            ),
        ),
        freshness=(
            Freshness(system=verbatim("CRM"), data_to=SUNDAY),
            Freshness(system=verbatim("ERP"), data_to=date(2026, 11, 12), late_tables=("invoice",)),
        ),
        quality=Quality(
            checks_passed=214, checks_warned=1, quarantined_rows=12, quarantined_amount=D(86000)
        ),
        tiles=tiles(),
        sections=(
            quota(), deals(), funnel(), movement(), cycle(), ageing(), ranking(), months(),
            discount(),
        ),
    )  # fmt: skip


def rep_page(number: int) -> Page:
    """A representative's page: fewer sections, the same machinery."""
    page = director_page()
    score = Section(
        id="score",
        topic=message("quota.topic"),
        message=message("tile.n", n=Number(value=D(number))),
    )
    return page.model_copy(
        update={
            "report": "rep_weekly",
            "reader": Reader(
                kind="employee", id=f"E{number:03d}", name=verbatim(f"客户经理 {number}")
            ),
            "tiles": tuple(tile.model_copy(update={"section": None}) for tile in page.tiles),
            "sections": (page.sections[0], page.sections[1], page.sections[5], score),
        }
    )
