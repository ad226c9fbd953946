"""A director's week to draw: invented, but it adds up and its intervals are Wilson's.

Every chart kind, an open table, a missing export, a failed check and a hostile name occur once.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from pipelines.reporting.model.page import Freshness, Page, Quality, Reader, Section, Tile
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Interval,
    Multiple,
    Number,
    Period,
    Points,
    message,
    verbatim,
)
from tests.support.pages.example_outcomes import ageing, discount, months, ranking
from tests.support.pages.example_parts import (
    EAST,
    QUARTER,
    SUNDAY,
    money,
    percent,
    spark,
    tile,
    versus,
)
from tests.support.pages.example_sections import cycle, deals, funnel, movement, quota


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
