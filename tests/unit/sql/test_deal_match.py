"""A deal from won over signed, ordered and invoiced to paid: what differs, and by which rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def deal(**more: Any) -> Row:
    """A deal of 100 that went its whole way in August, in base currency unless it says more."""
    found = {
        "opportunity_id": "O", "contract_id": "A", "customer_id": "K", "contract_type": "new",
        "won_date": day("2026-08-01"), "signed_date": day("2026-08-01"), "contracts_of_deal": 1,
        "won_currency": "CNY", "contract_currency": "CNY", "won_amount": 100, "contract_net": 100,
        "contract_tax": 13, "orders": 1, "undelivered": 0, "last_delivered_date": day("2026-08-20"),
        "order_net": 100, "invoiced_net": 100, "invoiced_gross": 113, "credited_net": 0,
        "credited_gross": 0, "received": 113, **more,
    }  # fmt: skip
    own = {
        "won_own": "won_amount", "contract_own": "contract_net", "order_own": "order_net",
        "cancelled_own": "cancelled_net", "invoiced_own": "invoiced_net",
    }  # fmt: skip
    return {**{name: found.get(base) for name, base in own.items()}, **found}


def reasons(lab: Laboratory, kind: str) -> list[str]:
    rows = lab.result("commission.deal_step", "key")
    return [row["reason_code"] for row in rows if row["kind"] == kind]


LATELY = {"won_date": day("2026-11-01"), "signed_date": day("2026-11-01")}
UNSIGNED = {"contract_net": None, "order_net": None, "invoiced_gross": None, "invoiced_net": None}
USD = {"won_currency": "USD", "contract_currency": "USD"}
STEPS: list[tuple[str, Row, list[str]]] = [
    ("won_to_contract", {}, []),
    ("won_to_contract", {**UNSIGNED, **LATELY}, ["timing"]),
    ("won_to_contract", UNSIGNED, ["missing"]),
    ("won_to_contract", {"won_amount": Decimal("100.05")}, ["rounding"]),
    ("won_to_contract", {"won_amount": Decimal("100.06")}, ["unexplained"]),
    ("won_to_contract", {"won_amount": 113}, ["tax"]),
    ("won_to_contract", {"won_amount": 160}, ["unexplained"]),
    # one foreign amount at two rates; and another amount, which no rate explains
    ("won_to_contract", {**USD, "won_amount": 101, "won_own": 14, "contract_own": 14}, ["rate"]),
    ("won_to_contract", {**USD, "won_amount": 160, "won_own": 22, "contract_own": 14},
     ["unexplained"]),
    ("won_to_contract",
     {**USD, "won_amount": 114, "won_own": 113, "contract_own": 100, "contract_tax": 13}, ["tax"]),
    # two currencies: as much as a conversion differs, or the number with another currency
    ("won_to_contract", {"won_currency": "USD", "won_amount": 104, "won_own": 15}, ["currency"]),
    ("won_to_contract", {"won_currency": "USD", "won_amount": 710, "won_own": 100}, ["currency"]),
    ("won_to_contract", {"won_currency": "USD", "won_amount": 160, "won_own": 22}, ["unexplained"]),
    ("contract_to_order", {"order_net": 60, "cancelled_net": 40}, ["cancelled"]),
    ("contract_to_order",
     {**USD, "order_net": None, "orders": None, "contract_own": 14, "cancelled_own": 14},
     ["cancelled"]),
    ("contract_to_order", {**USD, "order_net": 101, "contract_own": 14, "order_own": 14}, ["rate"]),
    ("contract_to_order", {**USD, "order_net": 60, "contract_own": 14, "order_own": 8},
     ["unexplained"]),
    ("contract_to_order", {"order_net": 103, "order_own": None}, ["currency"]),
    ("contract_to_order", {"order_net": 60, "order_own": None}, ["unexplained"]),
    ("contract_to_order", {"order_net": 113}, ["tax"]),
    ("contract_to_order", {"order_net": 160, "orders": 2, "repeated_order": 60}, ["duplicate"]),
    ("contract_to_order", {"order_net": 160, "orders": 2, **LATELY}, ["unexplained"]),
    ("contract_to_order", {"order_net": 60, **LATELY}, ["timing"]),
    ("contract_to_order", {"order_net": None, "orders": None}, ["missing"]),
    ("contract_to_order", {"order_net": 60, "end_date": day("2027-08-01")}, ["timing"]),
    ("contract_to_order", {"order_net": 60}, ["unexplained"]),
    ("order_to_invoice", {**USD, "invoiced_net": 101, "order_own": 14, "invoiced_own": 14},
     ["rate"]),
    ("order_to_invoice", {**USD, "invoiced_net": 60, "order_own": 14, "invoiced_own": 8},
     ["missing"]),
    ("order_to_invoice", {"invoiced_net": 103, "invoiced_own": None}, ["currency"]),
    ("order_to_invoice", {"invoiced_net": 90, "invoiced_gross": 100}, ["tax"]),
    ("order_to_invoice", {"invoiced_net": 200, "repeated_invoice": 100}, ["duplicate"]),
    ("order_to_invoice", {"invoiced_net": 200}, ["unexplained"]),
    ("order_to_invoice", {"invoiced_net": 200, "credited_net": 100, "repeated_invoice": 100},
     ["credited"]),
    ("order_to_invoice", {"invoiced_net": 140, "cancelled_net": 40}, ["cancelled"]),
    ("order_to_invoice", {"invoiced_net": 60, "undelivered": 1}, ["timing"]),
    ("order_to_invoice", {"invoiced_net": 60}, ["missing"]),
    ("invoice_to_receipt", {"received": Decimal("112.95")}, ["rounding"]),
    ("invoice_to_receipt", {"received": 100, "written_off": 13}, ["written_off"]),
    ("invoice_to_receipt", {"received": 100, "written_off": 14}, ["unexplained"]),
    ("invoice_to_receipt", {"received": 113, "credited_gross": 13}, ["credited"]),
    ("invoice_to_receipt", {"received": 226, "repeated_receipt": 113}, ["duplicate"]),
    ("invoice_to_receipt", {"received": 150}, ["unexplained"]),
    ("invoice_to_receipt", {"received": 13}, ["timing"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "found", "expected"), STEPS)
def test_each_step_of_a_deal_has_a_reason_for_what_it_differs_by(
    lab: Laboratory, kind: str, found: Row, expected: list[str]
) -> None:
    lab.given("mart.deal_match", [deal(**found)])
    assert reasons(lab, kind) == expected


@pytest.mark.parametrize(
    ("won", "nets", "dated", "expected"),
    [
        (100, (60, 40), "2026-08-01", []),
        (100, (100, 100), "2026-08-01", [("O", -100, "duplicate")]),
        (100, (60, 30), "2026-11-01", [("O", 10, "timing")]),
        (100, (60, 30), "2026-08-01", [("O", 10, "unexplained")]),
    ],
    ids=["they add up", "signed twice", "another may follow", "none followed"],
)
def test_a_deal_is_compared_with_all_its_contracts_together(
    lab: Laboratory, won: int, nets: tuple[int, int], dated: str,
    expected: list[tuple[str, int, str]],
) -> None:  # fmt: skip
    lab.given("mart.deal_match", [
        deal(contract_id=name, won_amount=won, contract_net=net, contracts_of_deal=2,
             won_date=day(dated))
        for name, net in zip("AB", nets, strict=True)
    ])  # fmt: skip
    rows = [r for r in lab.result("commission.deal_step") if r["kind"] == "won_to_contract"]
    assert [(r["key"], r["expected"] - r["actual"], r["reason_code"]) for r in rows] == expected


@pytest.mark.parametrize(("rest", "expected"), [(40, "split"), (30, "unexplained")])
def test_the_rest_of_a_deal_may_be_in_a_contract_that_names_no_deal(
    lab: Laboratory, rest: int, expected: str
) -> None:
    lab.given("mart.deal_match", [
        deal(contract_net=60),
        deal(opportunity_id="(none)", contract_id="B", won_date=None, won_amount=None,
             contract_net=rest),
    ])  # fmt: skip
    rows = {r["key"]: r["reason_code"] for r in lab.result("commission.deal_step")
            if r["kind"] == "won_to_contract"}  # fmt: skip
    assert rows == {"O": expected, "B": "missing"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"opportunity_id": "P"}, ["missing"]),  # its deal is not won
        ({"opportunity_id": "P", **LATELY}, ["timing"]),
        ({"opportunity_id": "(none)"}, ["missing"]),
        ({"opportunity_id": "(none)", "contract_type": "renewal"}, []),
    ],
)
def test_a_contract_that_no_won_deal_stands_behind_is_listed(
    lab: Laboratory, found: Row, expected: list[str]
) -> None:
    unwon = deal(**{"contract_id": "B", "won_amount": None, **found, "won_date": None})
    lab.given("mart.deal_match", [deal(), unwon])
    assert reasons(lab, "won_to_contract") == expected
    lab.given("mart.deal_match", [unwon])  # without deals nobody expects one
    assert reasons(lab, "won_to_contract") == []


def test_documents_that_name_no_document_before_them_are_listed(lab: Laboratory) -> None:
    lab.given("core.fct_order", [
        {"order_id": "S", "order_date": day("2026-08-01"), "net_amount_base": 50},
        {"order_id": "T", "order_date": day("2026-11-01"), "net_amount_base": 40},
        {"order_id": "U", "order_date": day("2026-08-01"), "net_amount_base": 9,
         "contract_id": "A"},
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "invoice_date": day("2026-08-01"),
         "net_amount_base": 30},
        {"invoice_id": "J", "kind": "invoice", "invoice_date": day("2026-08-01"),
         "net_amount_base": 9, "order_id": "S"},
        {"invoice_id": "N", "kind": "credit_note", "invoice_date": day("2026-08-01"),
         "net_amount_base": -9},
    ])  # fmt: skip
    assert pick(lab.result("commission.deal_step", "key"), "kind", "key", "actual") == [
        ("order_to_invoice", "I", 30),  # nobody exports contracts
    ]
    lab.given("core.fct_contract", [{"contract_id": "A"}])
    assert pick(
        lab.result("commission.deal_step", "key"), "kind", "key", "period", "reason_code"
    ) == [
        ("order_to_invoice", "I", "2026-08", "missing"),
        ("contract_to_order", "S", "2026-08", "missing"),
        ("contract_to_order", "T", "2026-11", "timing"),
    ]


def test_money_that_no_invoice_has_taken_is_listed(lab: Laboratory) -> None:
    item = {"item_kind": "receipt", "document_date": day("2026-08-01")}
    lab.given("mart.receivable_item", [
        {**item, "invoice_id": "R", "open_amount_base": Decimal("-30.01")},
        {**item, "invoice_id": "S", "open_amount_base": -4, "document_date": day("2026-11-01")},
        {**item, "invoice_id": "I", "item_kind": "invoice", "open_amount_base": 50},
        {**item, "invoice_id": "R", "item_kind": "revaluation", "open_amount_base": 1},
    ])  # fmt: skip
    assert reasons(lab, "invoice_to_receipt") == []  # nobody exports invoices
    lab.given("core.fct_invoice", [{"invoice_id": "I", "kind": "invoice", "contract_id": "A"}])
    rows = lab.result("commission.deal_step", "key")
    assert pick(rows, "kind", "key", "period", "expected", "actual", "reason_code") == [
        ("invoice_to_receipt", "R", "2026-08", 0, Decimal("30.01"), "missing"),
        ("invoice_to_receipt", "S", "2026-11", 0, 4, "timing"),
    ]


def test_a_deal_stands_beside_its_contract_order_invoice_and_cash(lab: Laboratory) -> None:
    lab.given("core.fct_opportunity", [
        {"opportunity_id": "O", "owner_id": "E1", "outcome": "won", "amount_base": 100,
         "closed_date": day("2026-08-01")},
        {"opportunity_id": "P", "owner_id": "E1", "outcome": "won", "amount_base": 7},
    ])  # fmt: skip
    lab.given("core.fct_contract", [
        {"contract_id": "A", "opportunity_id": "O", "net_amount_base": 100},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "A"}])
    lab.given("core.fct_order", [{"order_id": "S", "contract_id": "A", "net_amount_base": 100}])
    lab.given("staging.sales_order", [{"order_id": "S", "contract_id": "A"}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "order_id": "S", "net_amount_base": 100,
         "gross_amount_base": 113},
    ])  # fmt: skip
    lab.given("core.fct_collection", [{"invoice_id": "I", "amount_base": 50}])
    rows = lab.result("mart.deal_match", "opportunity_id")
    assert pick(rows, "contract_id", "won_amount", "contract_net", "order_net", "invoiced_gross",
                "received") == [
        ("A", 100, 100, 100, 113, 50), ("(none)", 7, None, None, None, None),
    ]  # fmt: skip


def test_the_documents_of_a_foreign_deal_are_in_base_currency_and_in_its_own(
    lab: Laboratory,
) -> None:
    """What was cancelled and written off is converted as its document is."""
    lab.given("core.fct_contract", [
        {"contract_id": "A", "currency": "USD", "net_amount": 30, "net_amount_base": 210},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "A", "tax_amount": 3}])
    placed = {"contract_id": "A", "currency": "USD", "order_date": day("2026-08-01")}
    lab.given("staging.sales_order", [
        {**placed, "order_id": "S", "net_amount": 10},
        {**placed, "order_id": "T", "net_amount": 10},
        {**placed, "order_id": "U", "net_amount": 10, "status": "cancelled"},
    ])  # fmt: skip
    lab.given("core.fx_day", [
        {"currency": "USD", "calendar_date": day("2026-08-01"), "rate_to_base": Decimal("7.1")},
    ])  # fmt: skip
    lab.given("core.fct_order", [
        {"order_id": name, "contract_id": "A", "net_amount_base": 71} for name in "ST"
    ])  # fmt: skip
    bill = {"kind": "invoice", "order_id": "S", "currency": "USD", "rate_to_base": 7,
            "net_amount": 10, "net_amount_base": 70, "gross_amount_base": 77}  # fmt: skip
    lab.given("core.fct_invoice", [
        {**bill, "invoice_id": "I"},
        {**bill, "invoice_id": "N", "kind": "credit_note", "order_id": None,
         "references_invoice_id": "I", "net_amount": -2, "net_amount_base": -14,
         "gross_amount_base": -15},
    ])  # fmt: skip
    lab.given("staging.write_off", [
        {"invoice_id": "I", "written_off_date": day("2026-09-01"), "amount": 5},
    ])  # fmt: skip
    rows = lab.result("mart.deal_match")
    assert pick(rows, "contract_own", "order_own", "repeated_order", "cancelled_net",
                "cancelled_own", "invoiced_own", "credited_net", "credited_gross",
                "written_off") == [(30, 20, 10, 71, 10, 10, 14, 15, 35)]  # fmt: skip


def test_own_amounts_are_empty_where_a_document_is_in_another_currency(lab: Laboratory) -> None:
    lab.given("core.fct_contract", [
        {"contract_id": "A", "currency": "CNY", "net_amount": 71, "net_amount_base": 71},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "A"}])
    lab.given("staging.sales_order", [
        {"order_id": "S", "contract_id": "A", "currency": "USD", "net_amount": 10,
         "order_date": day("2026-08-01")},
    ])  # fmt: skip
    lab.given("core.fct_order", [{"order_id": "S", "contract_id": "A", "net_amount_base": 71}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "contract_id": "A", "currency": "USD",
         "rate_to_base": 7, "net_amount": 10, "net_amount_base": 70},
    ])  # fmt: skip
    rows = lab.result("mart.deal_match")
    assert pick(rows, "order_net", "order_own", "invoiced_net", "invoiced_own") == [
        (71, None, 70, None),
    ]


def test_a_note_paid_back_on_two_invoices_is_credited_to_the_contracts_of_both(
    lab: Laboratory,
) -> None:
    """Of 50 credited, 30 are I's, in equal parts of two contracts, and 20 are J's."""
    lab.given("core.fct_contract", [
        {"contract_id": name, "currency": "CNY", "net_amount": 100, "net_amount_base": 100}
        for name in "ABC"
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": name} for name in "ABC"])
    bill = {"currency": "CNY", "rate_to_base": 1, "net_amount": 100, "net_amount_base": 100,
            "gross_amount_base": 100, "kind": "invoice"}  # fmt: skip
    lab.given("core.fct_invoice", [
        {**bill, "invoice_id": "I"},
        {**bill, "invoice_id": "J", "contract_id": "C"},
        {**bill, "invoice_id": "N", "kind": "credit_note", "net_amount": -50,
         "net_amount_base": -50, "gross_amount_base": -50},
    ])  # fmt: skip
    lab.given("core.invoice_order", [
        {"invoice_id": "I", "part_no": n, "share_from": n - 1, "share_to": n, "share_whole": 2,
         "contract_id": contract, "is_own": True}
        for n, contract in enumerate("AB", 1)
    ])  # fmt: skip
    parts = (("I", 30), ("J", 20))
    lab.given("core.credit_note_refund", [
        {"note_id": "N", "invoice_id": name, "amount": amount, "is_whole": False}
        for name, amount in parts
    ])  # fmt: skip
    lab.given("core.credit_note_worth", [
        {"note_id": "N", "invoice_id": name, "net_amount": amount, "net_amount_base": amount,
         "gross_amount_base": amount}
        for name, amount in parts
    ])  # fmt: skip
    lab.build("core.credit_note_part")
    rows = lab.result("mart.deal_match", "contract_id")
    assert pick(rows, "contract_id", "invoiced_net", "credited_net", "credited_gross") == [
        ("A", 50, 15, 15), ("B", 50, 15, 15), ("C", 100, 20, 20),
    ]  # fmt: skip
