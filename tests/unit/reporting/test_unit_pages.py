"""A region's and a team's week: the unit's own figures, its own people, and nothing of others."""

from __future__ import annotations

from decimal import Decimal as D
from types import SimpleNamespace as Row

import pytest

from pipelines.reporting.model.page import Page
from pipelines.reporting.shared.receivables import first_to_chase
from pipelines.reporting.shared.standing import MEASURE
from pipelines.reporting.unit.activity import done
from tests.support.pages.reading import EN, column, one, section_of, tile_of, total

UNITS = ("region_weekly", "team_weekly")


def of(pages: dict[str, list[Page]], report: str, reader: str) -> Page:
    return next(page for page in pages[report] if page.reader.id == reader)


def people_of(sample, page: Page) -> dict[str, str]:
    column_of_unit = f"{page.reader.kind}_id"
    return dict(
        sample.execute(
            f"select employee_id, name from core.dim_employee where is_active and "
            f"{column_of_unit} = ?",
            [page.reader.id],
        ).fetchall()
    )


def test_every_unit_in_which_somebody_sells_has_a_page_and_no_other(sample, pages):
    for report in UNITS:
        kind = report.partition("_")[0]
        selling = sample.execute(
            f"select distinct {kind}_id from core.dim_employee where is_active and role = 'rep' "
            f"and {kind}_id is not null order by 1"
        ).fetchall()
        assert [(page.reader.id,) for page in pages[report]] == selling


@pytest.mark.parametrize(
    ("kpi_id", "period_kind", "period_start"),
    [
        ("contract_amount", "week", "2026-11-09"),
        ("collections", "week", "2026-11-09"),
        ("quota_attainment", "quarter", "2026-10-01"),
        ("win_rate_count", "rolling_13w", "2026-08-17"),
        ("pipeline_coverage", "week", "2026-11-09"),
        ("overdue_rate", "week", "2026-11-09"),
    ],
)
def test_a_units_tiles_are_its_published_values(sample, pages, kpi_id, period_kind, period_start):
    rows = sample.execute(
        "select scope_kind, scope_id, value from mart.kpi_value where kpi_id = ? and "
        "period_kind = ? and period_start = cast(? as date) and scope_kind in ('region', 'team')",
        [kpi_id, period_kind, period_start],
    ).fetchall()
    values = {(kind, scope): value for kind, scope, value in rows}
    for page in (page for report in UNITS for page in pages[report]):
        tile = tile_of(page, kpi_id)
        expected = values.get((page.reader.kind, page.reader.id))
        assert (None if tile.value is None else D(tile.value.exact_text)) == expected


def test_attainment_has_the_units_own_parts_and_each_leads_down(sample, pages):
    for page in (page for report in UNITS for page in pages[report]):
        section = section_of(page, "quota")
        people = people_of(sample, page)
        to = [row.to for row in section.table.rows]
        below = {place.reader_id for place in to if place.report == "rep_weekly"}
        quotas = sample.execute(
            "select scope_id from mart.quota_attainment where scope_kind = 'employee' and "
            "measure = ? and period_kind = 'quarter' and period_start = date '2026-10-01' "
            "and quota > 0",
            [MEASURE],
        ).fetchall()
        assert below == {who for (who,) in quotas} & people.keys()
        assert len(section.chart.rows) == len(section.table.rows)
        teams = [place.reader_id for place in to if place.report == "team_weekly"]
        assert bool(teams) == (page.reader.kind == "region")


def test_activity_counts_are_the_published_ones(sample, pages):
    for page in pages["team_weekly"]:
        section = section_of(page, "activity")
        for kpi_id in ("calls", "visits", "new_prospects"):
            (value,) = one(
                sample,
                "select value from mart.kpi_value where kpi_id = ? and period_kind = 'week' and "
                "period_start = date '2026-11-09' and scope_kind = 'team' and scope_id = ?",
                kpi_id, page.reader.id,
            )  # fmt: skip
            assert total(section, kpi_id).value == int(value)


def test_what_the_units_people_collect_adds_up_to_what_is_overdue(sample, pages):
    """An item past due that somebody in a region collects stands on one region's page."""
    shown = D(0)
    for page in pages["region_weekly"]:
        if page.sections and any(s.id == "overdue" and s.table for s in page.sections):
            section = section_of(page, "overdue")
            assert sum(cell.amount for cell in column(section, "overdue")) == (
                total(section, "overdue").amount
            )
            shown += total(section, "overdue").amount
    (expected,) = one(
        sample,
        "select sum(open_amount_base) from mart.receivable_item as item "
        "inner join core.dim_employee as person on item.collector_id = person.employee_id "
        "where as_of_date = date '2026-11-15' and is_overdue and open_amount_base > 0 "
        "and person.is_active and person.region_id is not null",
    )
    assert shown == expected > 0


def test_what_an_owner_who_left_is_owed_stands_on_the_page_of_who_follows(sample, pages):
    rows = sample.execute(
        "select item.invoice_id, owner.name, person.team_id from mart.receivable_item as item "
        "inner join core.dim_employee as owner on item.owner_id = owner.employee_id "
        "inner join core.dim_employee as person on item.collector_id = person.employee_id "
        "where as_of_date = date '2026-11-15' and is_overdue and open_amount_base > 0 "
        "and not owner.is_active"
    ).fetchall()
    assert rows
    for invoice_id, owner, team_id in rows:
        section = section_of(of(pages, "team_weekly", team_id), "invoices")
        place = [c.id for c in section.table.columns].index("note")
        notes = [
            EN.text(row.cells[place])
            for row in section.table.rows
            if EN.text(row.cells[0]).startswith(invoice_id)
        ]
        assert any(owner in note and "left" in note for note in notes)


def test_deals_to_set_right_are_those_counted_for_the_people(pages):
    for page in (page for report in UNITS for page in pages[report]):
        counted = sum(cell.value for cell in column(section_of(page, "hygiene"), "flawed"))
        listed = section_of(page, "crm").table
        assert counted == (listed.rows_in_all or len(listed.rows))


def test_each_starter_of_a_year_has_a_curve_against_quota(sample, pages):
    joined = sample.execute(
        "select employee_id, name, team_id from core.dim_employee "
        "where is_active and role = 'rep' and hire_date > date '2025-11-15'"
    ).fetchall()
    assert joined
    for _, name, team_id in joined:
        page = of(pages, "team_weekly", team_id)
        curves = [s for s in page.sections if s.id.startswith("ramp") and s.chart]
        mine = [s for s in curves if name in EN.text(s.topic)]
        assert len(mine) == 1
        assert sum(p.actual for p in mine[0].chart.points) == total(mine[0], "actual").amount


def test_an_agenda_names_only_the_units_people_and_the_most_pressing_first(sample, pages):
    for page in (page for report in UNITS for page in pages[report]):
        section = section_of(page, "agenda")
        points = [cell.value for cell in column(section, "points_in_all")]
        assert points == sorted(points, reverse=True) and min(points) > 0
        assert {row.to.reader_id for row in section.table.rows} <= people_of(sample, page).keys()


def test_no_deal_and_no_person_of_another_unit_stands_on_a_page(sample, pages):
    owners = dict(
        sample.execute("select opportunity_id, owner_id from mart.deal_attention").fetchall()
    )
    for page in (page for report in UNITS for page in pages[report]):
        people = people_of(sample, page)
        for section_id in ("deals", "crm"):
            for cell in column(section_of(page, section_id), "deal"):
                assert owners[EN.text(cell).split()[-1]] in people
        for section in page.sections:
            for row in section.table.rows if section.table else ():
                if row.to is not None and row.to.report == "rep_weekly":
                    assert row.to.reader_id in people


def test_pages_lead_up_to_the_company(pages):
    team = of(pages, "team_weekly", "T02")
    assert [str(crumb.place.stem) for crumb in team.above] == [
        "director_weekly/C-01/2026-W46", "region_weekly/R-EAST/2026-W46",
    ]  # fmt: skip
    region = of(pages, "region_weekly", "R-EAST")
    assert [crumb.place.report for crumb in region.above] == ["director_weekly"]
    person = next(page for page in pages["rep_weekly"] if page.reader.id == "E031")
    assert [crumb.place.report for crumb in person.above] == [
        "director_weekly", "region_weekly", "team_weekly",
    ]  # fmt: skip
    assert pages["director_weekly"][0].above == ()


def test_who_has_paid_is_not_the_first_to_chase():
    def item(amount: int, unallocated: int | None = None, disputed: bool = False) -> Row:
        return Row(
            open_amount_base=D(amount),
            unallocated_of_customer=None if unallocated is None else D(unallocated),
            is_disputed=disputed,
        )

    paid, part, disputed, small = item(900, 900), item(800, 1), item(850, None, True), item(1)
    assert first_to_chase([paid, disputed, part, small]) is part
    assert first_to_chase([paid, disputed]) is paid


class Weeks:
    """KPI values of one person's weeks, and a quota of the measure where one is given."""

    scope_kind = "employee"

    def __init__(self, now: int | None, before: tuple[int, ...], plan: str | None = None) -> None:
        self.now_value, self.before, self.plan = now, before, plan
        self.context = self

    def now(self, *_: str) -> Row | None:
        return None if self.now_value is None else self._row(D(self.now_value), 99)

    def history(self, *_: str) -> list[Row]:
        rows = [self._row(D(value), week) for week, value in enumerate(self.before)]
        return [*rows, *([] if self.now_value is None else [self.now()])]

    def quotas(self, _: str) -> dict[tuple[str, str, str], Row]:
        if self.plan is None:
            return {}
        return {("week", "E1", "calls"): Row(quota=D(10), quota_to_date=D(self.plan))}

    @staticmethod
    def _row(value: D, week: int) -> Row:
        return Row(value=value, period_start=week)


def test_a_week_is_held_against_its_plan_and_the_mean_of_the_weeks_before():
    week = done(Weeks(3, (2, 3, 5), plan="4.5"), "E1", "calls")
    assert (week.value, week.plan, week.usual, week.is_short) == (3, D("4.5"), D("3.3"), True)
    assert not done(Weeks(5, (), plan="4.5"), "E1", "calls").is_short


def test_nobody_is_short_of_a_plan_that_is_not_set_or_of_a_count_that_is_not_known():
    assert not done(Weeks(0, (9, 9)), "E1", "calls").is_short
    unknown = done(Weeks(None, (), plan="4.5"), "E1", "calls")
    assert (unknown.value, unknown.usual, unknown.is_short) == (None, None, False)
