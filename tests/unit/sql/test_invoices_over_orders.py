"""An invoice over several orders: each has its part of cash, credit and what is taken back."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import credit, given_plans, part, plan
from tests.support.facts.documents import (
    allocation,
    day,
    given_documents,
    invoice,
    note,
    receipt,
    write_off,
)
from tests.support.laboratory import Laboratory, Row, pick

D = Decimal
BILL = ("core.fct_invoice", "core.fct_settlement", "core.fct_collection")


def order(number: str, owner: str, **more: Any) -> Row:
    return {"order_id": number, "customer_id": "K", "owner_id": owner, "status": "open",
            "order_date": day("2026-09-01"), "_load": 1, "_line": 2, **more}  # fmt: skip


ORDERS = [order("A", "E1", contract_id="CA"), order("B", "E2", contract_id="CB")]


def bills(of: str, *parts: tuple[str, object]) -> list[Row]:
    return [
        {"invoice_id": of, "order_id": number, "line_no": line, "net_amount": amount}
        for line, (number, amount) in enumerate(parts, 1)
    ]


def given(lab: Laboratory, *more: str, event: str = "cash_received", **tables: Any) -> Laboratory:
    """An invoice of 100.00 net, 113.00 gross, of nobody but its orders' owners: 60.01 and 39.99."""
    given_plans(lab, plan(part(event=event)))
    lab.given("staging.sales_order", tables.pop("sales_order", ORDERS))
    tables.setdefault("invoice", [invoice("I", "2026-10-01", 113, net_amount=100, owner_id=None)])
    tables.setdefault("invoice_order", bills("I", ("A", D("60.01")), ("B", D("39.99"))))
    return given_documents(lab, *BILL, *more, **tables)


def credited(lab: Laboratory) -> dict[tuple[str | None, str | None], Decimal]:
    """What each order and owner is credited in the end."""
    found: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for row in lab.result("core.fct_credit_event", "event_id"):
        found[row["order_id"], row["owner_id"]] += row["net_amount_base"]
    return dict(found)


def paid(*amounts: object) -> dict[str, list[Row]]:
    return {
        "receipt": [receipt(f"R{n}", "2026-10-10", amount) for n, amount in enumerate(amounts)],
        "receipt_allocation": [
            allocation(f"R{n}", "I", "2026-10-10", amount) for n, amount in enumerate(amounts)
        ],
    }


def test_parts_are_steps_of_what_the_invoice_bills(lab: Laboratory) -> None:
    """60.01 and 39.99 of 100.00; a note that names no orders has its invoice's parts."""
    documents = [invoice("I", "2026-10-01", 113, net_amount=100, owner_id=None),
                 note("N", "2026-10-20", 10, "I")]  # fmt: skip
    given(lab, invoice=documents)
    rows = lab.result("core.invoice_order", "invoice_id, part_no")
    steps = [("A", 0, 60_0100, 100_0000, "CA"), ("B", 60_0100, 100_0000, 100_0000, "CB")]
    assert pick(rows, "order_id", "share_from", "share_to", "share_whole", "contract_id") == [
        *steps, *steps,
    ]  # fmt: skip
    assert pick(rows, "invoice_id", "owner_id", "is_own") == [
        ("I", "E1", True), ("I", "E2", True), ("N", "E1", False), ("N", "E2", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "receipts",
    [[113], [D("0.01"), D("0.01"), D("112.98")], [D("37.67"), D("37.67"), D("37.66")],
     [150, -37]],
    ids=["whole", "cents", "thirds", "too much and back"],
)  # fmt: skip
def test_each_order_is_credited_its_part_however_the_money_comes(
    lab: Laboratory, receipts: list[Any]
) -> None:
    given(lab, **paid(*receipts))
    assert credited(lab) == {("A", "E1"): D("60.01"), ("B", "E2"): D("39.99")}


def test_parts_of_a_part_are_cut_off_cumulatively_in_the_order_of_the_orders(
    lab: Laboratory,
) -> None:
    """A third of 113.00 is 33.33 net, of which A has 20.00 (20.0013…) and B the rest."""
    given(lab, **paid(D("37.67")))
    assert credited(lab) == {("A", "E1"): D("20.00"), ("B", "E2"): D("13.34")}


def test_lines_of_an_order_add_up_and_what_no_order_bills_is_the_invoice_s(
    lab: Laboratory,
) -> None:
    lines = bills("I", ("A", 30), ("B", 20), ("A", 25))
    given(lab, invoice_order=lines, **paid(113))
    # the whole invoice's owner is that of the order with the largest part
    assert credited(lab) == {("A", "E1"): 55, ("B", "E2"): 20, (None, "E1"): 25}


def test_more_than_the_invoice_s_net_is_split_in_proportion(lab: Laboratory) -> None:
    given(lab, invoice_order=bills("I", ("A", 120), ("B", 80)), **paid(113))
    assert credited(lab) == {("A", "E1"): 60, ("B", "E2"): 40}


def test_who_is_named_on_the_invoice_goes_before_the_owners_of_its_orders(
    lab: Laboratory,
) -> None:
    given(lab, invoice=[invoice("I", "2026-10-01", 113, net_amount=100, owner_id="E9")],
          **paid(113))  # fmt: skip
    assert credited(lab) == {("A", "E9"): D("60.01"), ("B", "E9"): D("39.99")}


def test_an_invoice_is_owned_and_due_as_its_largest_order_says(lab: Laboratory) -> None:
    orders = [order("A", "E1", payment_days=10), order("B", "E2", payment_days=30)]
    given(lab, sales_order=orders, invoice_order=bills("I", ("A", 40), ("B", 60)))
    rows = lab.result("core.fct_invoice")
    assert pick(rows, "owner_id", "due_date") == [("E2", day("2026-10-31"))]


@pytest.mark.parametrize(
    "notes", [[113], [D("56.49"), D("56.51")], [D("37.66"), D("37.67"), D("37.67")]]
)
def test_notes_take_back_from_each_order_what_it_was_credited(
    lab: Laboratory, notes: list[Any]
) -> None:
    documents = [
        invoice("I", "2026-10-01", 113, net_amount=100, owner_id=None),
        *(note(f"N{n}", "2026-10-20", gross, "I", owner_id=None,
               net_amount=(gross / D("1.13")).quantize(D("0.01")))
          for n, gross in enumerate(map(D, notes))),
    ]  # fmt: skip
    net = sum(row["net_amount"] for row in documents[1:])
    documents[-1]["net_amount"] += 100 - net
    given(lab, event="invoiced", invoice=documents)
    assert credited(lab) == {("A", "E1"): 0, ("B", "E2"): 0}


def test_a_note_that_names_an_order_takes_back_from_that_one(lab: Laboratory) -> None:
    given(
        lab, event="invoiced",
        invoice=[invoice("I", "2026-10-01", 113, net_amount=100, owner_id=None),
                 note("N", "2026-10-20", D("11.30"), "I", net_amount=10, owner_id=None)],
        invoice_order=[*bills("I", ("A", 60), ("B", 40)), *bills("N", ("B", -10))],
    )  # fmt: skip
    assert credited(lab) == {("A", "E1"): 60, ("B", "E2"): 30}
    back = [row for row in lab.result("core.fct_credit_event") if row["source_id"] == "N"]
    assert pick(back, "event_id", "reverses_event_id", "units") == [
        ("credit_note:N:B", "invoice:I:B", D("-0.1"))
    ]


def test_a_write_off_is_lost_of_each_order_and_a_document_stays_one_unit(lab: Laboratory) -> None:
    given(lab, event="invoiced", write_off=[write_off("I", "2026-10-20", D("56.50"))])
    assert credited(lab) == {("A", "E1"): 30, ("B", "E2"): 20}
    rows = lab.result("core.fct_credit_event")
    assert sum(row["units"] for row in rows if row["source_kind"] == "invoice") == 1


def test_a_bounce_takes_back_the_part_of_each_order(lab: Laboratory) -> None:
    given(
        lab,
        receipt=[receipt("R", "2026-10-10", 113, "2026-10-20", cleared_date=day("2026-10-10"))],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 113)],
    )
    assert credited(lab) == {("A", "E1"): 0, ("B", "E2"): 0}
    rows = [row for row in lab.result("core.fct_credit_event", "event_id")
            if row["source_kind"] == "bounce"]  # fmt: skip
    assert [row["reverses_event_id"] for row in rows] == [
        f"receipt:R:I:2026-10-10:{number}" for number in "AB"
    ]


def test_late_cash_is_late_for_every_order(lab: Laboratory) -> None:
    cut = {"on": "overdue", "steps": [{"over": 0, "cut_pct": 20}]}
    given(lab, invoice=[invoice("I", "2026-10-01", 113, "2026-10-05", net_amount=100,
                                owner_id=None)], **paid(113))  # fmt: skip
    given_plans(lab, plan(part(cuts=[cut])))
    rows = lab.build("core.fct_credit_event").result("core.fct_credit_cut", "event_id")
    assert pick(rows, "event_id", "cut_pct") == [
        ("receipt:R0:I:2026-10-10:A", 20), ("receipt:R0:I:2026-10-10:B", 20),
    ]  # fmt: skip


def test_each_order_s_part_earns_that_order_s_margin(lab: Laboratory) -> None:
    lab.given("core.fct_order_line", [
        {"order_id": number, "line_no": 1, "quantity": 1, "net_amount_base": 100,
         "cost_amount_base": cost} for number, cost in (("A", 80), ("B", 30))
    ])  # fmt: skip
    given(lab, invoice_order=bills("I", ("A", 60), ("B", 40)), **paid(113))
    rows = lab.result("core.fct_credit_event", "order_id")
    assert pick(rows, "order_id", "margin_amount_base") == [("A", 12), ("B", 28)]


def test_cash_releases_of_each_order_its_part(lab: Laboratory) -> None:
    """Half of the money is half of each order: 30.00 of A's 60.01, and 20.00 of B's 39.99."""
    given(lab, event="ordered", **paid(D("56.50")))
    given_plans(lab, plan(part(event="ordered", release={"when": "cash"})))
    lab.given("core.fct_credit_event", [
        {"event_id": number, "credit_event": "ordered", "family_id": number,
         "net_amount_base": amount} for number, amount in (("A", D("60.01")), ("B", D("39.99")))
    ])  # fmt: skip
    lab.given("core.fct_credit", [credit(n, 100, family_id=n) for n in "AB"])
    rows = lab.build("commission.document_invoice").result("commission.document_cash", "family_id")
    assert pick(rows, "family_id", "cash_cents", "collectable_cents") == [
        ("A", 30_00, 60_01), ("B", 20_00, 39_99),
    ]  # fmt: skip


def test_an_invoice_credited_in_parts_waits_for_its_own_cash_as_one(lab: Laboratory) -> None:
    given(lab, event="invoiced", **paid(D("56.50")))
    given_plans(lab, plan(part(event="invoiced", release={"when": "cash"})))
    lab.build("core.fct_credit_event")
    lab.given("core.fct_credit", [credit(f"invoice:I:{n}", 100, family_id="I") for n in "AB"])
    rows = lab.build("commission.document_invoice").result("commission.document_cash")
    assert pick(rows, "family_id", "cash_cents", "collectable_cents") == [("I", 50_00, 100_00)]


def test_contracts_collect_and_orders_are_billed_by_their_parts(lab: Laboratory) -> None:
    lab.given(
        "core.fct_contract",
        [
            {
                "contract_id": number,
                "customer_id": "K",
                "owner_id": owner,
                "net_amount": amount,
                "net_amount_base": amount,
                "currency": "CNY",
                "signed_date": day("2026-08-01"),
            }
            for number, owner, amount in (("CA", "E1", 60), ("CB", "E2", 40))
        ],
    )
    lab.given("staging.contract", [{"contract_id": number} for number in ("CA", "CB")])
    lab.given("core.dim_customer", [{"customer_id": "K", "credit_limit": 1000}])
    lab.given("core.fct_order", [
        {"order_id": number, "customer_id": "K", "order_date": day("2026-09-01"),
         "net_amount_base": amount, "contract_id": f"C{number}"}
        for number, amount in (("A", 60), ("B", 50))
    ])  # fmt: skip
    given(lab, "core.fct_open_item", "receivables.directed_day", "receivables.open_item_span",
          invoice_order=bills("I", ("A", 60), ("B", 40)), **paid(D("56.50")))  # fmt: skip
    rows = lab.result("core.fct_contract_collection", "contract_id")
    assert pick(rows, "contract_id", "collected_amount_base") == [
        ("CA", D("33.90")), ("CB", D("22.60")),
    ]  # fmt: skip
    lab.given("core.dim_customer", [{"customer_id": "K", "credit_limit": 1000}])
    lab.build("receivables.order_billed")
    rows = lab.result("receivables.credit_exposure_span", "valid_from")
    # 110 ordered; 113 invoiced of which A is billed whole, 10 of B are not; 56.50 paid
    assert pick(rows, "exposure_base") == [(110,), (123,), (D("66.50"),)]
    rows = lab.result("mart.deal_match", "contract_id")
    assert pick(rows, "contract_id", "invoiced_net", "invoiced_gross", "received") == [
        ("CA", 60, D("67.80"), D("33.90")), ("CB", 40, D("45.20"), D("22.60")),
    ]  # fmt: skip
