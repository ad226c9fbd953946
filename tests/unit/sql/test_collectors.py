"""Who collects now, and what of a customer's money stands beside what is overdue."""

from __future__ import annotations

import pytest

from tests.support.facts.documents import SPANS, allocation, day, given_documents, invoice, receipt
from tests.support.laboratory import Laboratory, Row, pick


def person(who: str, **more: object) -> Row:
    return {"employee_id": who, "is_active": True, "unit_id": "T", "team_id": "T",
            "region_id": "R", **more}  # fmt: skip


UNITS = [
    {"unit_id": "T", "kind": "team", "leader_id": "L"},
    {"unit_id": "R", "kind": "region", "leader_id": "M"},
    {"unit_id": "C", "kind": "company", "leader_id": "D"},
]
LEFT = person("E1", is_active=False)


@pytest.mark.parametrize(
    ("successor", "people", "expected"),
    [
        ("account_owner", [person("E1"), person("A")], "E1"),
        ("account_owner", [LEFT, person("A"), person("L")], "A"),
        ("unit_leader", [LEFT, person("A"), person("L")], "L"),
        ("unit_leader", [LEFT, person("A"), person("L", is_active=False)], "A"),
        ("account_owner", [LEFT, person("M"), person("D")], "M"),
        ("account_owner", [LEFT, person("D")], "D"),
        ("account_owner", [person("D")], "D"),  # an owner nobody knows
        ("account_owner", [LEFT], None),
        # no leader of a unit is known or in service, but whoever managed the owner is
        ("account_owner", [{**LEFT, "manager_id": "N"}, person("N")], "N"),
        ("account_owner", [{**LEFT, "manager_id": "N"}, person("N"), person("D")], "D"),
        ("account_owner", [{**LEFT, "manager_id": "N"}, person("N", is_active=False)], None),
    ],
)
def test_who_follows_an_owner_who_has_left(
    lab: Laboratory, successor: str, people: list[Row], expected: str | None
) -> None:
    lab.con.execute("update policy.receivable set successor = ?", [successor])
    lab.given("core.fct_open_item", [{"customer_id": "K", "owner_id": "E1"}])
    lab.given("core.dim_employee", people).given("core.dim_unit", UNITS)
    lab.given("core.dim_customer", [{"customer_id": "K", "owner_id": "A"}])
    rows = lab.result("receivables.collector")
    assert pick(rows, "customer_id", "owner_id", "collector_id") == [("K", "E1", expected)]


def test_an_item_without_an_owner_is_collected_by_the_owner_of_the_account(
    lab: Laboratory,
) -> None:
    lab.given("core.fct_open_item", [{"customer_id": "K", "owner_id": None}])
    lab.given("core.dim_employee", [person("A")]).given("core.dim_unit", UNITS)
    lab.given("core.dim_customer", [{"customer_id": "K", "owner_id": "A"}])
    rows = lab.result("receivables.collector")
    assert pick(rows, "owner_id", "collector_id") == [("(none)", "A")]


def test_money_no_invoice_has_taken_stands_beside_the_customer_s_invoices(
    lab: Laboratory,
) -> None:
    """30 of a receipt and 20 too much on another invoice."""
    given_documents(
        lab, *SPANS,
        invoice=[invoice("I", "2026-10-01", 100, "2026-10-31"), invoice("J", "2026-10-01", 50),
                 invoice("X", "2026-10-01", 70, customer_id="L")],
        receipt=[receipt("R", "2026-10-10", 30), receipt("S", "2026-10-10", 70)],
        receipt_allocation=[allocation("S", "J", "2026-10-10", 70)],
    )  # fmt: skip
    lab.given("core.dim_employee", [person("E1")]).build("receivables.collector")
    rows = lab.result("mart.receivable_item", "invoice_id")
    columns = ("invoice_id", "item_kind", "collector_id", "unallocated_of_customer")
    assert pick(rows, *columns) == [
        ("I", "invoice", "E1", 50), ("J", "overpayment", "E1", 0), ("R", "receipt", None, 0),
        ("X", "invoice", "E1", 0),
    ]  # fmt: skip
    assert rows[0]["due_date"] == day("2026-10-31")
