"""Sections of the example page about money and people: ageing, ranking, months, no data."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from math import sqrt

from pipelines.reporting.model.charts import (
    AgeingBars,
    AgeingRow,
    ColumnPoint,
    Columns,
    RankedBars,
    RankedRow,
)
from pipelines.reporting.model.page import Section, SectionNotice
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Interval,
    Listing,
    Money,
    Period,
    Ratio,
    message,
    verbatim,
)
from tests.support.pages.example_parts import HOSTILE, SUNDAY, money, percent, table

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
