"""What stands between an event and a credit, a credit and its price, a pool and its members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    account,
    credit,
    earning,
    event,
    given_payees,
    given_plans,
    member,
    part,
    plan,
    planned,
)
from tests.support.facts.documents import allocation, day, receipt
from tests.support.laboratory import Laboratory, pick


def test_a_receipt_that_bounced_was_cash_and_then_goes_back(lab: Laboratory) -> None:
    """113.00 of an invoice of 100.00 net, allocated on the 5th and bounced on the 20th."""
    given_plans(lab, plan(part()))
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "invoice_date": day("2026-10-01"),
         "currency": "CNY", "rate_to_base": 1, "net_amount": 100, "gross_amount": 113},
    ])  # fmt: skip
    lab.given("staging.receipt", [
        receipt("R", "2026-10-05", 113, cleared_date=day("2026-10-06"),
                bounced_date=day("2026-10-20")),
    ])  # fmt: skip
    lab.given("staging.receipt_allocation", [allocation("R", "I", "2026-10-05", 113)])
    lab.build("core.fct_receipt", "core.fct_allocation")
    rows = lab.result("commission.cash_event", "event_date")
    assert pick(rows, "event_id", "event_date", "net_amount_base", "reverses_event_id") == [
        ("receipt:R:I:2026-10-05", day("2026-10-05"), 100, None),
        ("bounce:R:I:2026-10-20", day("2026-10-20"), -100, "receipt:R:I:2026-10-05"),
    ]  # fmt: skip


def test_cash_is_no_event_where_no_plan_credits_it(lab: Laboratory) -> None:
    given_plans(lab, plan(part(event="signed")))
    lab.given("core.fct_invoice", [{"invoice_id": "I", "gross_amount": 113, "net_amount": 100}])
    lab.given("core.fct_collection", [
        {"receipt_id": "R", "invoice_id": "I", "allocated_date": day("2026-10-05"), "amount": 113},
    ])  # fmt: skip
    assert lab.result("commission.cash_event") == []


def test_a_cancelled_contract_was_signed_and_is_taken_back_when_it_ends(lab: Laboratory) -> None:
    lab.given("staging.contract", [
        {"contract_id": "C", "customer_id": "K", "owner_id": "E1", "net_amount": 500,
         "signed_at": "2026-08-03 09:00:00", "end_date": day("2026-10-10"), "status": "cancelled"},
    ])  # fmt: skip
    rows = lab.result("commission.contract_event", "event_date")
    assert pick(rows, "event_id", "event_date", "net_amount_base", "reverses_event_id") == [
        ("contract:C", day("2026-08-03"), 500, None),
        ("cancellation:C", day("2026-10-10"), -500, "contract:C"),
    ]  # fmt: skip


CANCELLED = {"contract_id": "C", "customer_id": "K", "owner_id": "E1", "net_amount": 500,
             "signed_at": "2026-08-03 09:00:00", "start_date": day("2026-09-01"),
             "end_date": day("2027-08-31"), "status": "cancelled"}  # fmt: skip


@pytest.mark.parametrize(
    ("cancelled", "unserved"),
    # 365 days from September on: served none, one, 61, all of them
    [("2026-08-20", 365), ("2026-09-01", 364), ("2026-10-31", 304), ("2027-08-31", 0)],
)
def test_a_cancellation_knows_how_many_days_of_the_term_were_left(
    lab: Laboratory, cancelled: str, unserved: int
) -> None:
    lab.as_of(day("2027-12-31"))
    lab.given("staging.contract", [{**CANCELLED, "cancelled_date": day(cancelled)}])
    rows = lab.result("commission.contract_event", "event_date")
    assert pick(rows, "event_date", "term_days", "unserved_days") == [
        (day("2026-08-03"), None, None), (day(cancelled), 365, unserved),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "taken"),
    # 304 of 365 days of 500.00 are 416.44
    [({}, -500), ({"clawback": {"term": "unserved"}}, Decimal("-416.44"))],
)
def test_a_plan_may_take_back_only_what_of_the_term_was_not_served(
    lab: Laboratory, says: dict[str, Any], taken: object
) -> None:
    given_plans(lab, plan(part(event="signed", **says)))
    given_payees(lab, planned("E1"))
    lab.given("staging.contract", [{**CANCELLED, "cancelled_date": day("2026-10-31")}])
    lab.build("core.fct_credit_event")
    rows = lab.result("core.fct_credit", "event_date")
    assert pick(rows, "source_kind", "credit_amount") == [
        ("contract", 500), ("cancellation", taken),
    ]  # fmt: skip


def test_an_overlay_is_entitled_beside_the_owner_and_its_manager_is_not(lab: Laboratory) -> None:
    given_plans(lab, plan(part(), part("over", "overlay")))
    lab.given("core.fct_credit_event", [event("V", 100, opportunity_id="O")])
    lab.given("staging.opportunity_split", [
        {"opportunity_id": "O", "employee_id": "E2", "kind": "overlay", "pct": 40},
    ])  # fmt: skip
    given_payees(lab, planned("E1"), planned("E2"), planned("M"))
    rows = lab.result("commission.entitled", "payee_id")
    assert pick(rows, "payee_id", "component_id", "pct") == [("E1", "c", 100), ("E2", "over", 40)]


RULES = part(rate={"rules": [
    {"rate_pct": 5}, {"new_customer": True, "amount": 300},
]})  # fmt: skip


@pytest.mark.parametrize(("is_new", "expected"), [(True, (None, 300)), (False, (5, None))])
def test_the_most_particular_rule_that_fits_pays_a_credit(
    lab: Laboratory, is_new: bool, expected: tuple[object, object]
) -> None:
    given_plans(lab, plan(RULES))
    lab.given("core.fct_credit", [
        credit("A", 1000, rate_kind="rules", is_new_customer=is_new),
        credit("B", 1000),
    ])  # fmt: skip
    found = lab.result("commission.credit_rule")
    assert pick(found, "credit_id", "rate_pct", "amount") == [("A", *expected)]


def test_a_month_is_paid_by_the_cell_that_its_attainment_and_collection_fall_in(
    lab: Laboratory,
) -> None:
    lab.given("policy.commission_matrix", [
        {"plan_id": "P-rep", "plan_version": 1, "component_id": "c", "attainment_from": low,
         "attainment_below": high, "collection_from": 0, "collection_below": None, "rate_pct": rate}
        for low, high, rate in ((0, 100, 1), (100, None, 2))
    ])  # fmt: skip
    lab.given("commission.account", [account(rate_kind="matrix")])
    lab.given("commission.gauge", [
        {"payee_id": "E1", "plan_id": "P-rep", "plan_version": 1, "component_id": "c",
         "month_start": day(month), "attainment_pct": reached, "collection_rate_pct": 100}
        for month, reached in (("2026-10-01", Decimal("99.9999")), ("2026-11-01", 100))
    ])  # fmt: skip
    rows = lab.result("commission.account_cell", "month_start")
    assert pick(rows, "month_start", "rate_pct") == [
        (day("2026-10-01"), 1), (day("2026-11-01"), 2),
    ]  # fmt: skip


def test_a_deal_that_earned_beyond_its_cap_gives_up_the_rest(lab: Laboratory) -> None:
    given_plans(lab, plan(part(event="invoiced", cap={"per_deal": 3000})))
    lines = [earning("A", 2000), earning("B", 2000, "2026-11-05")]
    lab.given("commission.credit_earning", lines)
    lab.given("core.fct_credit", [credit(n, 2000, opportunity_id="O") for n in ("A", "B")])
    rows = lab.result("commission.event_limit")
    assert pick(rows, "event_id", "cause", "amount") == [("B", "cap_per_deal", -1000)]


def test_the_invoices_of_a_signed_contract_and_of_its_orders_count_for_it(lab: Laboratory) -> None:
    given_plans(lab, plan(part(event="signed", release={"when": "cash"})))
    lab.given("core.fct_credit", [credit("V", 100, family_id="C")])
    lab.given("core.fct_credit_event", [
        event("V", 100, credit_event="signed", family_id="C"),
    ])  # fmt: skip
    lab.given("staging.sales_order", [{"order_id": "S", "contract_id": "C"}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "gross_amount": 1, "contract_id": "C"},
        {"invoice_id": "J", "kind": "invoice", "gross_amount": 1, "order_id": "S"},
        {"invoice_id": "K", "kind": "invoice", "gross_amount": 1},
    ])  # fmt: skip
    rows = lab.result("commission.document_invoice", "invoice_id")
    assert pick(rows, "family_kind", "family_id", "invoice_id") == [
        ("contract", "C", "I"), ("contract", "C", "J"),
    ]  # fmt: skip


def test_a_pool_holds_what_its_credits_earned_less_what_limits_took(lab: Laboratory) -> None:
    pool = part(to="pool", pool={"share": "equal", "members": {"rep": 1}})
    given_plans(lab, plan(pool, role="pool"), plan(part()))
    of_pool = {"payee_id": "pool:team:T", "plan_id": "P-pool"}
    lab.given("commission.credit_earning", [earning("A", 100, **of_pool), earning("B", 7)])
    lab.given("commission.limit_taken", [
        {"limit_id": "L", "plan_version": 1, "component_id": "c", "period": "2026-10",
         "amount": -40, **of_pool},
    ])  # fmt: skip
    rows = lab.result("commission.pool_month")
    assert pick(rows, "pool_id", "period", "pool_unit_id", "pool_cents") == [
        ("pool:team:T", "2026-10", "T", 6000),
    ]  # fmt: skip
    lab.build("commission.pool_month")
    lab.given("core.org_day", [
        member("E1", "2026-10-31"), member("L", "2026-10-31", "lead"),
        member("E9", "2026-10-31", team_id="T9"),
    ])  # fmt: skip
    rows = lab.result("commission.pool_member")
    assert pick(rows, "employee_id", "attainment_points", "credit_cents") == [("E1", 0, 0)]
