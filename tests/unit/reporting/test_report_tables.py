"""The tables that only reports read: keys, identities, and figures computed a second way."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
import sqlglot

from pipelines.reporting.model.queries import fetch
from pipelines.warehouse.model import parse_model
from pipelines.workspace.resources import shipped
from tests.support.pages.reading import column, one, section_of
from tests.support.pages.warehouses import SUNDAY


def test_the_commission_base_leads_from_receipts_to_credit_without_a_remainder(sample, pages):
    assert one(
        sample,
        "select count(*) from mart.commission_base "
        "where collected - without_plan - vat - shares_without_plan <> credit",
    ) == (0,)
    section = section_of(pages["finance"][1], "base")
    assert {cell.amount for cell in column(section, "remainder")} == {D(0)}
    stated = one(
        sample,
        "select sum(credit_amount) from mart.commission_line where posted_period = '2026-10' "
        "and ledger = 'earned' and source_kind = 'receipt' and component_id = 'cash'",
    )[0]
    assert section.chart.steps[-1].amount == stated


def test_the_pipelines_causes_lead_from_start_to_end_in_every_period_and_scope(sample, pages):
    off = sample.execute(
        "select period_start, scope_id from mart.pipeline_movement group by all "
        "having sum(case when cause = 'end' then -amount else amount end) <> 0 "
        "or max(case when cause = 'end' then 1 else 0 end) = 0"
    ).fetchall()
    assert off == []
    steps = section_of(pages["director_weekly"][0], "movement").chart.steps
    assert sum(s.amount for s in steps[:-1]) == steps[-1].amount


def test_the_weeks_pipeline_ends_with_what_is_open_and_due_by_the_quarters_end(sample):
    assert one(
        sample,
        "select amount, deals from mart.pipeline_movement where cause = 'end' "
        "and period_kind = 'week' and period_start = date '2026-11-09' and scope_kind = 'company'",
    ) == one(
        sample,
        "select sum(amount_base), count(*) from core.pipeline_span "
        "where valid_from <= date '2026-11-15' and valid_before > date '2026-11-15' "
        "and expected_close_date <= date '2026-12-31'",
    )


def test_the_win_curve_is_aalen_and_johansens(sample):
    ends = sample.execute(
        "select date_diff('day', created_date, coalesce(closed_date, date '2026-11-15')), "
        "is_won, not is_won and not is_open from core.fct_opportunity "
        "where created_date > date '2025-11-15' and created_date <= date '2026-11-15'"
    ).fetchall()
    undecided, won_by, at_risk, expected = 1.0, 0.0, len(ends), {}
    for day in range(91):
        today = [row for row in ends if row[0] == day]
        won, lost = sum(row[1] for row in today), sum(row[2] for row in today)
        won_by += undecided * won / at_risk
        undecided *= 1 - (won + lost) / at_risk
        at_risk -= len(today)
        expected[day] = won_by
    for day in (0, 30, 60, 90):
        (shown,) = one(
            sample,
            "select cumulative_won from mart.win_curve where cohort = 'current' "
            "and scope_kind = 'company' and segment = '(all)' and day_no = ?",
            day,
        )
        assert float(shown) == pytest.approx(expected[day], abs=1e-6)


def test_the_next_tier_and_the_next_ten_thousand_follow_from_the_plan(sample):
    rows = [
        row
        for row in fetch(sample, "commission_positions")
        if row.quota is not None and row.plan_id == "rep"
    ]
    assert len({row.employee_id for row in rows if row.period == "2026-11"}) > 20
    assert len({row.period for row in rows}) == 13
    for row in rows:
        pays, missing = D(0), None
        tiers = sample.execute(
            "select tier_from, tier_to, rate_pct from policy.commission_tier "
            "where plan_id = ? and plan_version = ? and component_id = ? order by tier_no",
            [row.plan_id, row.plan_version, row.component_id],
        ).fetchall()
        for low, high, rate in tiers:
            begin = row.quota * low / 100
            end = row.quota * high / 100 if high is not None else D("1e18")
            pays += max(min(row.credit + 10_000, end) - max(row.credit, begin), D(0)) * rate / 100
            if begin > row.credit and missing is None:
                missing = begin - row.credit
        assert row.next_pays == pays.quantize(D("0.01"), ROUND_HALF_UP)
        assert (row.to_next_tier is None) == (missing is None)
        if missing is not None:
            assert missing <= row.to_next_tier < missing + D("0.01")
            reached = (row.to_next_tier * row.rate_pct / 100).quantize(D("0.01"))
            assert abs(row.next_tier_pays - reached) <= D("0.01")


@pytest.mark.parametrize(
    "path", sorted(shipped("sql", "mart", "reports").glob("*.sql")), ids=lambda p: p.stem
)
def test_a_reports_table_has_the_key_it_declares_and_reads_on_spark(sample, path):
    model = parse_model(path.read_text(encoding="utf-8"), path.name, "reports")
    key = ", ".join(model.key)
    assert one(
        sample,
        f"select count(*) from (select {key} from {model.name} group by all having count(*) > 1)",
    ) == (0,)
    assert one(sample, f"select count(*) from {model.name}")[0] > 0
    sqlglot.transpile(
        model.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )


def test_the_forecast_is_its_parts_and_its_error_is_against_what_was_signed(sample, pages):
    rows = fetch(sample, "forecast")
    for row in rows:
        parts = row.signed_amount + row.weighted_amount + row.unseen_amount
        assert row.forecast_amount == parts
        if row.actual_amount is not None:
            (signed,) = one(
                sample,
                "select sum(net_amount_base) from core.fct_contract "
                "where signed_date between ? and ?",
                row.quarter_start, row.quarter_end,
            )  # fmt: skip
            assert row.actual_amount == signed
    section = section_of(pages["director_weekly"][0], "forecast")
    now = next(row for row in rows if row.is_current and row.forecast_date == SUNDAY)
    assert section.message.params["amount"].amount == now.corrected_amount
    assert now.low_amount <= now.corrected_amount <= now.high_amount
    errors = [
        abs(row.forecast_amount - row.actual_amount) / row.actual_amount
        for row in rows
        if row.days_before_end == now.days_before_end and row.actual_amount
    ]
    assert len(errors) == 4
    assert section.note[1].params["mean"].value == pytest.approx(sum(errors) / 4, abs=D("1e-6"))


def test_open_deals_weigh_what_such_deals_brought_at_the_same_distance_before(sample):
    """The share won by the quarter's end among deals of a stage, over the four quarters before."""
    distance = (sample.execute("select date '2026-12-31' - date '2026-11-15'").fetchone())[0]
    ends = ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"]

    def deals(end: str) -> list[tuple]:
        return sample.execute(
            "with d as (select cast(? as date) as q_end, cast(? as date) - ? as at_day) "
            "select (select stage_id from core.fct_stage_visit v "
            "  where v.opportunity_id = s.opportunity_id and v.entered_date <= d.at_day "
            "  order by visit_no desc limit 1), s.amount_base, "
            "  o.is_won and o.closed_date <= d.q_end "
            "from core.pipeline_span s cross join d join core.fct_opportunity o "
            "using (opportunity_id) where s.valid_from <= d.at_day and s.valid_before > d.at_day "
            "and s.expected_close_date <= d.q_end",
            [end, end, distance],
        ).fetchall()

    won, seen = Counter(), Counter()
    for end in ends:
        for stage, _, is_won in deals(end):
            seen[stage] += 1
            won[stage] += is_won
    expected = sum(
        amount * (D(won[stage]) / seen[stage]).quantize(D("0.000001"))
        for stage, amount, _ in deals("2026-12-31")
    )
    assert all(number >= 30 for number in seen.values())
    now = next(row for row in fetch(sample, "forecast") if row.forecast_date == SUNDAY)
    assert now.weighted_amount == pytest.approx(expected, abs=D("1"))


def test_a_representatives_tiers_are_those_of_the_component_the_position_is_in(sample, pages):
    """A plan's flat components have a tier of their own, which is no step on the way up."""
    positions = {
        row.employee_id
        for row in fetch(sample, "commission_positions")
        if row.period == "2026-11" and row.plan_id == "rep"
    }
    shown = [p for p in pages["rep_weekly"] if p.reader.id in positions]
    assert shown
    for page in shown:
        assert len(column(section_of(page, "commission"), "tier")) == 4
