"""Contracts, orders, invoices and the rates that bring them to base currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.deals import day, moment
from tests.support.laboratory import Laboratory, Row, pick


def rates(lab: Laboratory, *quoted: tuple[str, object], currency: str = "USD") -> Laboratory:
    lab.given("staging.fx_rate", [
        {"currency": currency, "rate_date": day(date), "rate_to_base": rate}
        for date, rate in quoted
    ])  # fmt: skip
    return lab.build("core.fx_day")


def contract(number: str, signed: str | None, **more: Any) -> Row:
    return {"contract_id": number, "customer_id": "K", "owner_id": "E1", "net_amount": 1000,
            "signed_at": moment(signed) if signed else None, **more}  # fmt: skip


def invoice(number: str, date: str = "2026-11-02", **more: Any) -> Row:
    return {"invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": "E1",
            "invoice_date": day(date), "net_amount": 100, "gross_amount": 113,
            "status": "posted", **more}  # fmt: skip


def test_a_day_without_a_quotation_takes_the_latest_before_it(lab: Laboratory) -> None:
    rates(lab, ("2026-11-01", 7), ("2026-11-05", 8))
    found = {row["calendar_date"]: row["rate_to_base"] for row in lab.result("core.fx_day")}
    assert found[day("2026-11-04")] == 7
    assert found[day("2026-11-05")] == 8
    assert found[day("2027-12-31")] == 8
    assert day("2026-10-31") not in found  # before the first quotation there is no rate


def test_a_quotation_from_before_the_calendar_is_carried_into_it(lab: Laboratory) -> None:
    rates(lab, ("2020-01-01", 7))
    assert min(row["calendar_date"] for row in lab.result("core.fx_day")) == day("2023-01-01")


def test_a_quotation_of_the_base_currency_is_ignored(lab: Laboratory) -> None:
    rates(lab, ("2026-11-01", 2), currency="CNY")
    assert lab.result("core.fx_day") == []


def test_a_contract_counts_once_signed_unless_cancelled(lab: Laboratory) -> None:
    lab.given("staging.contract", [
        contract("signed", "2026-11-15 20:00"),
        contract("cancelled", "2026-11-02", status="cancelled"),
        contract("signed later", "2026-11-16"),
        contract("never signed", None),
    ])  # fmt: skip
    rows = lab.result("core.fct_contract")
    assert pick(rows, "contract_id", "signed_date") == [("signed", day("2026-11-15"))]


def test_the_first_contract_of_a_customer_is_told_from_the_others(lab: Laboratory) -> None:
    lab.given("staging.contract", [
        contract("B", "2026-11-02"), contract("A", "2026-11-02"), contract("C", "2026-11-01"),
        contract("other", "2026-11-05", customer_id="K2"),
        contract("cancelled", "2026-01-01", status="cancelled"),
    ])  # fmt: skip
    rows = lab.result("core.fct_contract")
    assert [row["contract_id"] for row in rows if row["is_first_of_customer"]] == ["C", "other"]


def test_a_foreign_contract_is_converted_at_the_rate_of_signing(lab: Laboratory) -> None:
    rates(lab, ("2026-11-01", Decimal("7.12345678")), ("2026-11-10", 9))
    lab.given("staging.contract", [
        contract("A", "2026-11-02 18:00", currency="USD", net_amount=Decimal("1000.01")),
        contract("B", "2026-11-02", currency="CNY"),
        contract("C", "2026-11-02", currency="XXX"),
    ])  # fmt: skip
    rows = lab.result("core.fct_contract", "contract_id")
    assert pick(rows, "contract_id", "net_amount_base") == [
        ("A", Decimal("7123.53")),  # 7,123.52804… to the cent
        ("B", 1000),
        ("C", None),
    ]


def test_large_amounts_and_large_rates_convert_exactly(lab: Laboratory) -> None:
    """A company that reports in rupiah has rates of five digits before the point."""
    rates(lab, ("2026-11-01", Decimal("16234.50")))
    lab.given("staging.contract", [
        contract("A", "2026-11-02", currency="USD", net_amount=Decimal("123456789.01")),
    ])  # fmt: skip
    assert lab.result("core.fct_contract")[0]["net_amount_base"] == Decimal("2004259241182.85")


def test_an_order_line_has_the_owner_and_date_of_its_order(lab: Laboratory) -> None:
    lab.given("staging.sales_order", [
        {"order_id": "O1", "customer_id": "K", "owner_id": "E1", "order_date": day("2026-11-02")},
        {"order_id": "O2", "customer_id": "K", "owner_id": "E1", "order_date": day("2026-11-02"),
         "status": "cancelled"},
        {"order_id": "O3", "customer_id": "K", "owner_id": "E1", "order_date": day("2026-11-16")},
    ])  # fmt: skip
    lab.given("staging.product", [
        {"product_id": "P", "name": "P", "category": "pump", "is_key_product": True},
    ])  # fmt: skip
    lab.given("staging.sales_order_line", [
        {"order_id": order, "line_no": 1, "product_id": product, "quantity": 2, "net_amount": 50,
         "cost_amount": 30}
        for order, product in (("O1", "P"), ("O2", "P"), ("O3", "P"))
    ] + [
        {"order_id": "O1", "line_no": 2, "product_id": "unknown", "quantity": 1, "net_amount": 5},
    ])  # fmt: skip
    lab.build("core.fct_order")
    rows = lab.result("core.fct_order_line", "line_no")
    assert pick(rows, "order_id", "owner_id", "product_category", "is_key_product",
                "cost_amount_base") == [
        ("O1", "E1", "pump", True, 30),
        ("O1", "E1", "(none)", False, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "of_order", "of_contract", "of_ordered", "expected"),
    [
        ("2026-10-15", 30, 60, 90, "2026-10-15"),
        (None, 30, 60, 90, "2026-11-01"),
        (None, None, 60, 90, "2026-12-01"),
        (None, None, None, 90, "2026-12-31"),
        (None, None, None, None, None),
    ],
)
def test_an_invoice_without_a_due_date_falls_due_by_the_terms_of_its_order_or_contract(
    lab: Laboratory, due: str | None, of_order: object, of_contract: object, of_ordered: object,
    expected: str | None,
) -> None:  # fmt: skip
    lab.given("staging.invoice", [
        {"invoice_id": "I", "kind": "invoice", "customer_id": "K", "order_id": "S",
         "contract_id": "A", "invoice_date": day("2026-10-02"),
         "due_date": day(due) if due else None, "net_amount": 100, "gross_amount": 113},
    ])  # fmt: skip
    lab.given("staging.sales_order", [
        {"order_id": "S", "contract_id": "B", "payment_days": of_order},
    ])  # fmt: skip
    lab.given("staging.contract", [
        {"contract_id": "A", "payment_days": of_contract},
        {"contract_id": "B", "payment_days": of_ordered},
    ])  # fmt: skip
    (row,) = lab.result("core.fct_invoice")
    assert row["due_date"] == (day(expected) if expected else None)


def test_a_credit_note_never_falls_due(lab: Laboratory) -> None:
    lab.given("staging.invoice", [
        {"invoice_id": "N", "kind": "credit_note", "customer_id": "K", "contract_id": "A",
         "invoice_date": day("2026-10-02"), "net_amount": 100, "gross_amount": 113},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "A", "payment_days": 30}])
    assert lab.result("core.fct_invoice")[0]["due_date"] is None


@pytest.mark.parametrize(
    ("cost", "unit_cost", "expected"),
    [(60, 7, 60), (None, 7, Decimal("24.5")), (None, None, None), (0, 7, 0)],
)
def test_a_line_without_a_cost_has_that_of_its_product_by_its_quantity(
    lab: Laboratory, cost: object, unit_cost: object, expected: object
) -> None:
    lab.given(
        "core.fct_order", [{"order_id": "S", "currency": "CNY", "order_date": day("2026-10-02")}]
    )
    lab.given("staging.product", [{"product_id": "A", "name": "a", "unit_cost": unit_cost}])
    lab.given("staging.sales_order_line", [
        {"order_id": "S", "line_no": 1, "product_id": "A", "quantity": Decimal("3.5"),
         "net_amount": 100, "cost_amount": cost},
    ])  # fmt: skip
    assert [row["cost_amount_base"] for row in lab.result("core.fct_order_line")] == [expected]


def test_margin_of_a_foreign_order_is_converted_at_the_rate_of_the_order(lab: Laboratory) -> None:
    rates(lab, ("2026-11-01", 7))
    lab.given("staging.sales_order", [
        {"order_id": "O1", "customer_id": "K", "owner_id": "E1", "order_date": day("2026-11-02"),
         "currency": "USD"},
    ])  # fmt: skip
    lab.given("staging.sales_order_line", [
        {"order_id": "O1", "line_no": 1, "product_id": "P", "quantity": 1, "net_amount": 50,
         "cost_amount": 30},
    ])  # fmt: skip
    row = lab.build("core.fct_order").result("core.fct_order_line")[0]
    assert (row["net_amount_base"], row["cost_amount_base"]) == (350, 210)


def test_only_posted_documents_up_to_the_day_of_the_report_count(lab: Laboratory) -> None:
    lab.given("staging.invoice", [
        invoice("posted"), invoice("without status", status=None),
        invoice("draft", status="draft"), invoice("cancelled", status="cancelled"),
        invoice("later", "2026-11-16"),
    ])  # fmt: skip
    rows = lab.result("core.fct_invoice", "invoice_id")
    assert pick(rows, "invoice_id") == [("posted",), ("without status",)]


def test_a_credit_note_counts_negative_however_its_amount_is_signed(lab: Laboratory) -> None:
    lab.given("staging.invoice", [
        invoice("positive", kind="credit_note"),
        invoice("negative", kind="credit_note", net_amount=-100, gross_amount=-113),
    ])  # fmt: skip
    rows = lab.result("core.fct_invoice", "invoice_id")
    assert pick(rows, "net_amount", "gross_amount", "gross_amount_base") == [
        (-100, -113, -113), (-100, -113, -113),
    ]  # fmt: skip


def test_an_invoice_over_a_negative_amount_is_a_credit_note(lab: Laboratory) -> None:
    """红字发票: many systems write a credit note as an invoice with a minus."""
    lab.given("staging.invoice", [
        invoice("red", net_amount=-100, gross_amount=-113, references_invoice_id="I1"),
    ])  # fmt: skip
    row = lab.result("core.fct_invoice")[0]
    assert pick([row], "kind", "net_amount", "gross_amount_base") == [("credit_note", -100, -113)]


def test_an_invoice_without_an_owner_has_its_order_s_or_its_contract_s(lab: Laboratory) -> None:
    lab.given("staging.sales_order", [
        {"order_id": "O1", "customer_id": "K", "owner_id": "E2", "order_date": day("2026-11-01")},
    ])  # fmt: skip
    lab.given("staging.contract", [contract("CT", "2026-11-01", owner_id="E3")])
    lab.given("staging.invoice", [
        invoice("by order", owner_id=None, order_id="O1", contract_id="CT"),
        invoice("by contract", owner_id=None, contract_id="CT"),
        invoice("own", order_id="O1"),
        invoice("nobody's", owner_id=None),
    ])  # fmt: skip
    rows = lab.result("core.fct_invoice", "invoice_id")
    assert pick(rows, "invoice_id", "owner_id") == [
        ("by contract", "E3"), ("by order", "E2"), ("nobody's", None), ("own", "E1"),
    ]  # fmt: skip


def test_a_foreign_credit_note_is_converted_at_its_own_date(lab: Laboratory) -> None:
    rates(lab, ("2026-11-01", 7), ("2026-11-10", 8))
    lab.given("staging.invoice", [
        invoice("I", "2026-11-02", currency="USD"),
        invoice("N", "2026-11-12", currency="USD", kind="credit_note"),
    ])  # fmt: skip
    rows = lab.result("core.fct_invoice", "invoice_id")
    assert pick(rows, "rate_to_base", "net_amount_base") == [(7, 700), (8, -800)]
