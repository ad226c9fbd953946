"""Finance's commission page and the statements, over the sample company."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

from pipelines.reporting.model.queries import fetch
from tests.support.pages.reading import column, one, section_of


def test_every_settled_difference_to_payroll_is_listed_with_its_reason(sample, pages):
    rows = sample.execute(
        "select difference from mart.commission_difference "
        "where kind = 'statement_to_payroll' and reason_code <> 'timing'"
    ).fetchall()
    section = section_of(pages["finance"][1], "differences")
    assert Counter(cell.amount for cell in column(section, "difference")) == Counter(
        row[0] for row in rows
    )
    assert all(cell is not None for cell in column(section, "reason"))
    unexplained = one(
        sample,
        "select sum(abs(difference)), count(*) from mart.commission_difference "
        "where kind = 'statement_to_payroll' and is_unexplained",
    )
    assert section.message.params["amount"].amount == unexplained[0]


def test_the_commission_page_begins_with_what_no_comparison_explains(sample, pages):
    page = pages["finance"][1]
    amount, n = one(
        sample,
        "select sum(abs(difference)), count(*) from mart.commission_difference "
        "where is_unexplained",
    )
    assert n > 0
    assert page.lead[0].id == "finance.lead.unexplained_blocks"
    assert page.lead[0].params["amount"].amount == amount
    assert page.tiles[0].kpi_id == "commission_unexplained"
    assert page.tiles[0].value.amount == amount
    assert len(column(section_of(page, "remainder"), "difference")) == n


def test_every_comparison_is_shown_by_reason_with_words(sample, pages):
    section = section_of(pages["finance"][1], "comparisons")
    counted = dict(
        sample.execute(
            "select kind, count(*) from mart.commission_difference group by kind"
        ).fetchall()
    )
    shown: Counter = Counter()
    for kind, n in zip(column(section, "compared"), column(section, "differences"), strict=True):
        shown[kind.id.removeprefix("compared.")] += n.value
    assert shown == counted
    assert len(counted) > 4
    assert {cell.kind for cell in column(section, "reason")} == {"message"}


def test_from_won_to_paid_counts_what_needs_somebody_and_names_who(sample, pages):
    section = section_of(pages["finance"][1], "match")
    n, amount = one(
        sample,
        "select count(*), sum(abs(difference)) from mart.commission_difference where kind in "
        "('won_to_contract', 'contract_to_order', 'order_to_invoice', 'invoice_to_receipt') "
        "and reason_code in ('missing', 'duplicate', 'unexplained')",
    )
    assert section.message.params["n"].value == n
    assert section.message.params["amount"].amount == amount
    receipts = "select invoice_id from mart.receivable_item where item_kind = 'receipt'"
    untaken = {row[0] for row in sample.execute(receipts).fetchall()}
    listed = {cell.text for cell in column(section, "document")}
    assert listed & untaken
    assert None not in column(section, "owner")


def test_the_base_leads_from_receipts_to_the_statements_without_a_remainder(sample, pages):
    section = section_of(pages["finance"][1], "base")
    assert section.message.id == "base.traced"
    assert {cell.amount for cell in column(section, "remainder")} == {0}
    stated = one(
        sample,
        "select sum(credit_amount) from mart.commission_line where period = '2026-10' "
        "and ledger = 'earned' and plan_id = 'rep' and component_id = 'cash' "
        "and source_kind in ('receipt', 'bounce')",
    )[0]
    assert section.message.params["credit"].amount == stated
    assert sum(abs(cell.amount) for cell in column(section, "cuts")) > 0


def test_statements_show_tiers_in_the_unit_of_their_plan(sample, pages):
    """Attainment in percent, leads as numbers and never as money."""
    roles = dict(
        sample.execute(
            "select distinct line.payee_id, component.rate_kind || component.credit_base "
            "from mart.commission_line as line inner join policy.commission_component as component "
            "on line.component_id = component.component_id and line.plan_id = component.plan_id "
            "where posted_period = '2026-10' and component.plan_id in ('sdr', 'team_lead')"
        ).fetchall()
    )
    kinds = {}
    for page in pages["commission_statement"]:
        role = roles.get(page.reader.id)
        section = section_of(page, "lines")
        if role is None or section.table is None or page.period.key != "2026-10":
            continue
        for tier, credit in zip(column(section, "step"), column(section, "credit"), strict=True):
            if tier is not None:
                found = (tier.params["start"].kind, credit and credit.kind)
                kinds.setdefault(role, set()).add(found)
    assert kinds == {"tiersunits": {("number", None)}, "matrixnet": {("ratio", "money")}}


def test_a_statement_names_what_of_its_own_month_is_held_and_until_when(sample, pages):
    """What was earned later, or released by its end, is not of October."""
    waiting = dict(
        sample.execute(
            "select payee_id, sum(hold_amount) from commission.portion "
            "where release_date <= date '2026-10-31' and hold_date > date '2026-10-31' "
            "and hold_amount <> 0 group by payee_id"
        ).fetchall()
    )
    of_october = [p for p in pages["commission_statement"] if p.period.key == "2026-10"]
    found = {
        page.reader.id: sum((row[3] for row in page.book.sheets[1].rows()), D(0))
        for page in of_october
    }
    assert {payee: amount for payee, amount in found.items() if amount} == {
        payee: amount for payee, amount in waiting.items() if payee in found
    }
    assert len(waiting) > 1
    held = dict(
        sample.execute(
            "select payee_id, held from mart.commission_statement where period = '2026-10'"
        ).fetchall()
    )
    assert all(amount <= held[payee] for payee, amount in found.items())


def test_a_statement_says_how_far_the_next_tier_was_at_the_end_of_its_month(sample, pages):
    at_the_end = {
        row.employee_id: row
        for row in fetch(sample, "commission_positions")
        if row.period == "2026-10" and row.to_next_tier is not None
    }
    told: Counter = Counter()
    for page in pages["commission_statement"]:
        if page.period.key != "2026-10" or page.reader.id not in at_the_end:
            continue
        row = at_the_end[page.reader.id]
        notes = {note.id: note.params for note in section_of(page, "commission").note}
        if row.plan_id == "sdr":
            assert notes["rep.commission.month_units"]["month"].key == "2026-10"
            assert notes["rep.commission.position_units"]["credit"].value == row.credit
            needed = notes["rep.commission.next_tier_pays_units"]
            assert needed["amount"].value == row.to_next_tier
        else:
            assert notes["rep.commission.month"]["month"].key == "2026-10"
            assert notes["rep.commission.position"]["credit"].amount == row.credit
            needed = notes["rep.commission.next_tier_pays"]
            assert needed["amount"].amount == row.to_next_tier
        assert needed["pays"].amount == row.next_tier_pays
        told[row.plan_id] += 1
    assert told["rep"] > 20
    assert min(told["region_manager"], told["sdr"]) > 1


def test_a_regional_manager_s_next_tier_is_that_of_the_region_s_quota(sample, pages):
    """By the plan: below 60 % 0.10, below 100 % 0.15, from there 0.20, of the whole quarter."""
    limits = {D(60): D("0.15"), D(100): D("0.20")}
    rows = [row for row in fetch(sample, "commission_positions") if row.plan_id == "region_manager"]
    quotas = dict(
        sample.execute(
            "select employee.employee_id, sum(quota.amount) from core.dim_employee as employee "
            "inner join core.quota_day as quota on quota.scope_kind = 'region' "
            "and quota.scope_id = employee.unit_id and quota.measure = 'collections_net' "
            "where employee.role = 'region_manager' "
            "and quota.calendar_date between date '2026-10-01' and date '2026-12-31' group by 1"
        ).fetchall()
    )
    assert len(quotas) > 1
    for row in rows:
        if row.period == "2026-11":
            assert row.quota == quotas[row.employee_id]
        share = row.credit * 100 / row.quota
        start, rate = next(
            ((start, rate) for start, rate in limits.items() if share < start), (None, None)
        )
        assert (row.next_tier_from, row.next_rate_pct) == (start, rate)
        if start is not None:
            limit = row.quota * start / 100
            pays = (limit * rate - row.credit * row.rate_pct) / 100
            assert row.to_next_tier == limit - row.credit
            assert abs(row.next_tier_pays - pays) <= D("0.01")
    managers = [p for p in pages["commission_statement"] if p.reader.id in quotas]
    assert managers
    for page in managers:
        notes = {note.id for note in section_of(page, "commission").note}
        # the plan halves what it pays where too little of what fell due came in
        assert "rep.commission.before_limits" in notes


def test_leads_to_the_next_tier_are_numbers_and_what_each_pays_is_money(sample, pages):
    counted = {r.employee_id for r in fetch(sample, "commission_positions") if r.plan_id == "sdr"}
    shown = [p for p in pages["commission_statement"] if p.reader.id in counted]
    assert shown
    for page in shown:
        section = section_of(page, "commission")
        assert section.message.id == "rep.commission.next_tier_units"
        assert section.message.params["amount"].kind == "number"
        assert [cell.value for cell in column(section, "begins")] == [0, 5]
        assert [cell.amount for cell in column(section, "each")] == [120, 180]
        assert {cell.kind for cell in column(section, "still_needed")} == {"number"}
        assert section.chart is None
        assert not any(note.id == "rep.commission.next_pays" for note in section.note)


def test_payees_paid_by_a_two_way_table_or_a_flat_rate_are_told_of_no_tier(sample, pages):
    flat = dict(
        sample.execute(
            "select employee_id, plan_id from commission.payee_plan_span "
            "where date '2026-10-31' between valid_from and valid_to "
            "and plan_id in ('team_lead', 'csm', 'presales')"
        ).fetchall()
    )
    seen = {
        flat[page.reader.id]: {section.id for section in page.sections}
        for page in pages["commission_statement"]
        if page.reader.id in flat and page.period.key == "2026-10"
    }
    assert "team_lead" in seen
    assert not any("commission" in sections for sections in seen.values())
