"""Finance's commission page and the statements, over the sample company."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

from reading import column, one, section_of

from pipelines.reporting.data import fetch


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
            "select payee_id, sum(hold_amount) from core.commission_portion "
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
    told = 0
    for page in pages["commission_statement"]:
        if page.period.key != "2026-10" or page.reader.id not in at_the_end:
            continue
        row = at_the_end[page.reader.id]
        notes = {note.id: note.params for note in section_of(page, "commission").note}
        assert notes["rep.commission.month"]["month"].key == "2026-10"
        assert notes["rep.commission.position"]["credit"].amount == row.credit
        assert notes["rep.commission.next_tier_pays"]["amount"].amount == row.to_next_tier
        assert notes["rep.commission.next_tier_pays"]["pays"].amount == row.next_tier_pays
        told += 1
    assert told > 20
