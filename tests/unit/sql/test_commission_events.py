"""Events that are credited or take a credit back, and the conditions that cut it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import event, given_plans, part, plan
from tests.support.facts.documents import (
    ITEMS,
    allocation,
    day,
    given_documents,
    note,
    receipt,
    terms,
)
from tests.support.facts.documents import invoice as document
from tests.support.laboratory import Laboratory, Row, models, pick


def invoice(number: str = "I", net: object = 100, gross: object = 113, **more: Any) -> Row:
    return {"invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": "E1",
            "invoice_date": day("2026-10-01"), "due_date": day("2026-10-31"), "currency": "CNY",
            "rate_to_base": 1, "net_amount": net, "gross_amount": gross, "net_amount_base": net,
            "gross_amount_base": gross, **more}  # fmt: skip


def cash(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    return {"receipt_id": number, "document_id": "I", "invoice_id": "I",
            "allocated_date": day(date), "line_no": 0, "place": 1, "amount": amount,
            "allocated_amount": amount, **more}  # fmt: skip


def events(lab: Laboratory, kind: str, **tables: Sequence[Row]) -> list[dict[str, Any]]:
    """Events of one kind, from the tables given."""
    base = "units" if kind == "lead_accepted" else "net"
    given_plans(lab, plan(part(event=kind, credit={"base": base})))
    for name, rows in tables.items():
        lab.given(name.replace("__", "."), rows)
    lab.build("core.credit_note_part", "core.fct_allocation")
    return lab.result("core.fct_credit_event", "event_date, event_id")


def test_cash_is_credited_net_of_its_share_of_vat(lab: Laboratory) -> None:
    """56.50 is half of 113.00 gross, so half of 100.00 net."""
    rows = events(lab, "cash_received", core__fct_invoice=[invoice()],
                  core__fct_collection=[cash("R", Decimal("56.50"))])  # fmt: skip
    assert pick(rows, "source_kind", "net_amount_base") == [("receipt", 50)]


def test_the_net_parts_of_a_paid_invoice_are_its_net_amount(lab: Laboratory) -> None:
    amounts = [Decimal("0.01"), Decimal("37.66"), Decimal("75.33")]
    rows = events(lab, "cash_received", core__fct_invoice=[invoice()],
                  core__fct_collection=[cash(str(a), a) for a in amounts])  # fmt: skip
    assert sum(row["net_amount_base"] for row in rows) == 100


def test_foreign_cash_is_credited_at_the_invoice_s_rate_to_its_last_decimal(
    lab: Laboratory,
) -> None:
    """113,000,000 at 0.00045678 is 100,000,000 net, 45,678.00 in base currency."""
    rows = events(
        lab, "cash_received", core__fct_collection=[cash("R", 113_000_000)],
        core__fct_invoice=[invoice(net=100_000_000, gross=113_000_000,
                                   rate_to_base=Decimal("0.00045678"))],
    )  # fmt: skip
    assert rows[0]["net_amount_base"] == 45_678


def test_a_receipt_that_bounced_was_cash_and_goes_back_on_the_day_it_bounced(
    lab: Laboratory,
) -> None:
    rows = events(
        lab, "cash_received", core__fct_invoice=[invoice()],
        staging__receipt=[receipt("R", "2026-10-05", 113, "2026-10-20",
                                  cleared_date=day("2026-10-05"))],
        staging__receipt_allocation=[allocation("R", "I", "2026-10-05", 113)],
    )  # fmt: skip
    assert pick(rows, "event_date", "quota_date", "source_kind", "net_amount_base") == [
        (day("2026-10-05"), day("2026-10-05"), "receipt", 100),
        (day("2026-10-20"), day("2026-10-05"), "bounce", -100),
    ]
    assert rows[1]["reverses_event_id"] == rows[0]["event_id"]


def settled(lab: Laboratory, **tables: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Cash credited of documents as they were exported, by day."""
    given_plans(lab, plan(part(event="cash_received")))
    given_documents(lab, *ITEMS, "core.fct_collection", **tables)
    rows = lab.result("core.fct_credit_event", "event_date, event_id")
    return pick(rows, "event_date", "invoice_id", "net_amount_base")


@pytest.mark.parametrize("others", [
    [],
    [("R2", "2026-10-08", 100)],
])  # fmt: skip
def test_money_beyond_what_an_invoice_was_owed_earns_nothing(
    lab: Laboratory, others: list[tuple[str, str, int]]
) -> None:
    paid = [("R1", "2026-10-05", 120), *others]
    found = settled(
        lab,
        invoice=[document("I", "2026-10-01", 100)],
        receipt=[receipt(*r) for r in paid],
        receipt_allocation=[allocation(r, "I", at, amount) for r, at, amount in paid],
    )
    assert [row for row in found if row[2]] == [(day("2026-10-05"), "I", 100)]


def test_when_the_first_of_two_payments_bounces_the_second_is_what_was_owed(
    lab: Laboratory,
) -> None:
    found = settled(
        lab,
        invoice=[document("I", "2026-10-01", 100)],
        receipt=[
            receipt("R1", "2026-10-05", 100, "2026-10-20", cleared_date=day("2026-10-05")),
            receipt("R2", "2026-10-08", 100),
        ],
        receipt_allocation=[
            allocation("R1", "I", "2026-10-05", 100), allocation("R2", "I", "2026-10-08", 100),
        ],
    )  # fmt: skip
    assert sum(row[2] for row in found) == 100


@pytest.mark.parametrize("booked_on", ["I", "N"])
@pytest.mark.parametrize("refers_to", ["I", None])
def test_a_refund_takes_back_on_its_day_whatever_document_it_is_booked_on(
    lab: Laboratory, booked_on: str, refers_to: str | None
) -> None:
    found = settled(
        lab,
        invoice=[document("I", "2026-10-01", 120), note("N", "2026-10-06", 40, refers_to)],
        receipt=[receipt("R", "2026-10-05", 120), receipt("back", "2026-10-09", -40)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-05", 120),
            allocation("back", booked_on, "2026-10-09", -40),
        ],
    )  # fmt: skip
    own = "N" if booked_on == "N" and refers_to is None else "I"
    assert found == [(day("2026-10-05"), "I", 120), (day("2026-10-09"), own, -40)]


def test_two_lines_of_a_receipt_are_late_by_the_instalment_each_names(lab: Laboratory) -> None:
    given_plans(lab, plan(part(event="cash_received", cuts=[OVERDUE])))
    given_documents(
        lab, *ITEMS, "core.fct_collection",
        invoice=[document("I", "2026-08-01", 100)],
        invoice_instalment=terms("I", ("2026-08-31", 60), ("2026-10-31", 40)),
        receipt=[receipt("R", "2026-10-10", 100)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", 60, instalment_seq=1),
            allocation("R", "I", "2026-10-10", 40, instalment_seq=2),
        ],
    )  # fmt: skip
    lab.build("core.fct_credit_event")
    rows = lab.query(
        "select event.net_amount_base, cut.cut_pct from core.fct_credit_event as event left join ("
        + models()["core.fct_credit_cut"].sql
        + ") as cut using (event_id) order by 1"
    )
    assert pick(rows, "net_amount_base", "cut_pct") == [(40, None), (60, 20)]


def test_a_credit_note_takes_back_from_the_owner_and_the_day_of_its_invoice(
    lab: Laboratory,
) -> None:
    note = invoice("N", -40, kind="credit_note", owner_id="E9", invoice_date=day("2026-11-02"),
                   references_invoice_id="I")  # fmt: skip
    rows = events(lab, "invoiced", core__fct_invoice=[invoice(), note])
    assert pick(rows, "source_kind", "owner_id", "quota_date", "family_id", "net_amount_base") == [
        ("invoice", "E1", day("2026-10-01"), "I", 100),
        ("credit_note", "E1", day("2026-10-01"), "I", -40),
    ]  # fmt: skip
    assert rows[1]["reverses_event_id"] == "invoice:I"


def test_a_write_off_takes_back_its_share_net_of_vat(lab: Laboratory) -> None:
    lost = {"invoice_id": "I", "written_off_date": day("2026-11-02"),
            "amount": Decimal("56.50")}  # fmt: skip
    rows = events(lab, "invoiced", core__fct_invoice=[invoice()], staging__write_off=[lost])
    assert pick(rows, "source_kind", "net_amount_base") == [("invoice", 100), ("write_off", -50)]


def test_a_cancelled_contract_was_signed_once_and_is_taken_back_on_its_last_day(
    lab: Laboratory,
) -> None:
    rows = events(lab, "signed", staging__contract=[
        {"contract_id": "A", "customer_id": "K", "owner_id": "E1", "net_amount": 100,
         "signed_at": "2026-08-01 09:00:00", "end_date": day("2026-10-15"), "status": "cancelled"},
    ])  # fmt: skip
    assert pick(rows, "event_date", "quota_date", "source_kind", "net_amount_base") == [
        (day("2026-08-01"), day("2026-08-01"), "contract", 100),
        (day("2026-10-15"), day("2026-08-01"), "cancellation", -100),
    ]  # fmt: skip


def contract(number: str = "A", **more: Any) -> Row:
    return {"contract_id": number, "opportunity_id": "O", "customer_id": "K", "owner_id": "E1",
            "type": "new", "signed_date": day("2026-10-01"), "net_amount": 100,
            "net_amount_base": 100, "is_first_of_customer": True, **more}  # fmt: skip


def test_the_first_contract_of_a_customer_makes_its_money_that_of_a_new_one(
    lab: Laboratory,
) -> None:
    rows = events(
        lab, "signed", core__fct_contract=[contract(), contract("B", is_first_of_customer=False)],
        staging__contract=[{"contract_id": "A", "type": "new", "compliance_ok": False},
                           {"contract_id": "B", "type": "renewal"}],
    )  # fmt: skip
    assert pick(rows, "contract_id", "contract_type", "is_new_customer", "is_compliant") == [
        ("A", "new", True, False), ("B", "renewal", False, True),
    ]  # fmt: skip


ORDER = {"order_id": "S", "customer_id": "K", "owner_id": "E1", "order_date": day("2026-10-02"),
         "delivered_date": day("2026-10-09"), "net_amount_base": 100}  # fmt: skip
LINES = [
    {"order_id": "S", "line_no": 1, "quantity": 3, "net_amount_base": 60, "cost_amount_base": 30},
    {"order_id": "S", "line_no": 2, "quantity": 4, "net_amount_base": 40, "cost_amount_base": 30},
]


@pytest.mark.parametrize(("kind", "on"), [("ordered", "2026-10-02"), ("delivered", "2026-10-09")])
def test_an_order_is_credited_on_the_day_the_plan_names(
    lab: Laboratory, kind: str, on: str
) -> None:
    rows = events(lab, kind, core__fct_order=[ORDER], core__fct_order_line=LINES)
    assert pick(rows, "event_date", "units", "net_amount_base") == [(day(on), 7, 100)]


def test_an_order_that_was_not_delivered_is_not_credited_on_delivery(lab: Laboratory) -> None:
    assert events(lab, "delivered", core__fct_order=[{**ORDER, "delivered_date": None}]) == []


def test_the_margin_of_an_invoice_is_its_share_of_the_order_s(lab: Laboratory) -> None:
    """60 of the order's 100 cost 60: 40 margin, so an invoice of half has 20."""
    rows = events(lab, "invoiced", core__fct_invoice=[invoice(net=50, order_id="S")],
                  core__fct_order_line=LINES)  # fmt: skip
    assert pick(rows, "net_amount_base", "margin_amount_base") == [(50, 20)]


def test_what_has_no_cost_is_in_no_margin(lab: Laboratory) -> None:
    """40 of the order's 100 have no cost; an invoice that names no order has none either."""
    lines = [LINES[0], {**LINES[1], "cost_amount_base": None}]
    rows = events(lab, "invoiced",
                  core__fct_invoice=[invoice(net=50, order_id="S"), invoice("J", net=10)],
                  core__fct_order_line=lines)  # fmt: skip
    assert pick(rows, "invoice_id", "margin_amount_base", "uncosted_amount_base") == [
        ("I", 15, 20), ("J", 0, 10),
    ]  # fmt: skip


def test_a_loss_and_what_is_taken_back_are_rounded_like_a_gain(lab: Laboratory) -> None:
    """Of 100.00 sold at a cost of 150.00 the margin is -50.00, and a note of all of it 50.00."""
    for cost, margin in ((150, -50), (50, 50)):
        line = {"order_id": "S", "line_no": 1, "quantity": 1, "net_amount_base": 100,
                "cost_amount_base": cost}  # fmt: skip
        back = invoice("N", -100, -113, kind="credit_note", order_id="S", references_invoice_id="I",
                       invoice_date=day("2026-10-03"))  # fmt: skip
        rows = events(lab, "invoiced", core__fct_invoice=[invoice(order_id="S"), back],
                      core__fct_order_line=[line])  # fmt: skip
        assert pick(rows, "margin_amount_base") == [(margin,), (-margin,)]
    uncosted = {**line, "cost_amount_base": None}
    rows = events(lab, "invoiced", core__fct_invoice=[invoice(order_id="S"), back],
                  core__fct_order_line=[uncosted])  # fmt: skip
    assert pick(rows, "uncosted_amount_base") == [(100,), (-100,)]


def test_a_note_paid_back_on_two_invoices_takes_back_each_from_its_owner(lab: Laboratory) -> None:
    """100.00 net, of which 2 of 3 parts gross were paid back on I and 1 on J."""
    back = [{"note_id": "N", "invoice_id": name, "amount": amount, "is_whole": False}
            for name, amount in (("I", "75.34"), ("J", "37.66"))]  # fmt: skip
    documents = [invoice(), invoice("J", owner_id="E2", invoice_date=day("2026-09-01")),
                 invoice("N", -100, -113, kind="credit_note", owner_id=None,
                         invoice_date=day("2026-10-03"))]  # fmt: skip
    worth = [{"note_id": "N", "invoice_id": name, "net_amount_base": amount}
             for name, amount in (("I", "66.67"), ("J", "33.33"))]  # fmt: skip
    rows = events(lab, "invoiced", core__fct_invoice=documents, core__credit_note_refund=back,
                  core__credit_note_worth=worth)  # fmt: skip
    assert pick(rows[2:], "event_id", "reverses_event_id", "family_id", "owner_id", "quota_date",
                "net_amount_base") == [
        ("credit_note:N:I", "invoice:I", "I", "E1", day("2026-10-01"), Decimal("-66.67")),
        ("credit_note:N:J", "invoice:J", "J", "E2", day("2026-09-01"), Decimal("-33.33")),
    ]  # fmt: skip


def test_a_document_is_one_unit_in_however_many_parts(lab: Laboratory) -> None:
    """Half, a quarter and a refund of a tenth of an invoice; and two notes of it."""
    paid = [cash("A", Decimal("56.50")), cash("B", Decimal("28.25"), "2026-10-06"),
            cash("C", Decimal("-11.30"), "2026-10-07")]  # fmt: skip
    rows = events(lab, "cash_received", core__fct_invoice=[invoice()], core__fct_collection=paid)
    tenths = [Decimal(n) / 100 for n in (50, 25, -10)]
    assert pick(rows, "units") == [(n,) for n in tenths]
    assert pick(rows, "document_from", "document_to") == [
        (0, tenths[0]), (tenths[0], Decimal("0.75")), (Decimal("0.75"), Decimal("0.65")),
    ]  # fmt: skip
    notes = [
        invoice(f"N{n}", -net, -net, kind="credit_note", references_invoice_id="I",
                invoice_date=day(f"2026-10-0{n}"))
        for n, net in ((3, 30), (4, 70))
    ]  # fmt: skip
    rows = events(lab, "invoiced", core__fct_invoice=[invoice(), *notes])
    assert pick(rows, "units", "units_before") == [
        (1, 0), (Decimal("-0.3"), 1), (Decimal("-0.7"), Decimal("0.7")),
    ]  # fmt: skip
    unnamed = invoice("N", -30, -30, kind="credit_note")
    assert pick(events(lab, "invoiced", core__fct_invoice=[unnamed]), "units") == [(-1,)]


def test_a_write_off_that_is_reversed_gives_back_what_it_took(lab: Laboratory) -> None:
    lost = [{"invoice_id": "I", "written_off_date": day(date), "amount": amount}
            for date, amount in (("2026-10-20", "56.50"), ("2026-10-25", "-56.50"))]  # fmt: skip
    rows = events(lab, "invoiced", core__fct_invoice=[invoice()], staging__write_off=lost)
    assert pick(rows, "net_amount_base") == [(100,), (-50,), (50,)]


def test_an_accepted_lead_is_one_unit_of_its_owner(lab: Laboratory) -> None:
    leads = [
        {"lead_id": name, "owner_id": "E1", "sql_date": day("2026-10-05"), "is_disqualified": off}
        for name, off in [("A", False), ("B", True)]
    ]
    rows = events(lab, "lead_accepted", core__fct_lead=leads,
                  staging__lead=[{"lead_id": "A"}, {"lead_id": "B"}])  # fmt: skip
    assert pick(rows, "source_id", "units") == [("A", 1)]


def test_an_event_that_no_plan_credits_is_none(lab: Laboratory) -> None:
    assert events(lab, "signed", core__fct_invoice=[invoice()],
                  core__fct_collection=[cash("R", 113)]) == []  # fmt: skip


def cuts(lab: Laboratory, cut: Row, found: Row, **tables: Sequence[Row]) -> list[object]:
    given_plans(lab, plan(part(cuts=[cut])))
    lab.given("core.fct_credit_event", [found])
    lab.given("staging.receipt", [receipt("R", "2026-10-05", 113)])
    for name, rows in tables.items():
        lab.given(name.replace("__", "."), rows)
    lab.build("core.fct_allocation")
    return [row["cut_pct"] for row in lab.result("core.fct_credit_cut")]


LATE = event("R", 100, event_id="receipt:R:I:2026-10-05")
OVERDUE = {"on": "overdue", "steps": [
    {"over": over, "cut_pct": pct}
    for over, pct in [(30, 20), (60, 40), (90, 50), (120, 80), (180, 100)]
]}  # fmt: skip


@pytest.mark.parametrize(
    ("due", "expected"),
    [("2026-09-05", []), ("2026-09-04", [20]), ("2026-07-22", [40]), ("2026-04-07", [100])],
    ids=["30 days", "31 days", "75 days", "181 days"],
)
def test_late_cash_is_cut_by_the_step_its_days_are_beyond(
    lab: Laboratory, due: str, expected: list[object]
) -> None:
    found = cuts(lab, OVERDUE, LATE, core__fct_invoice=[invoice(due_date=day(due))],
                 staging__receipt_allocation=[allocation("R", "I", "2026-10-05", 113)])  # fmt: skip
    assert found == expected


def test_a_cut_by_the_day_grows_with_each_day_above_its_limit(lab: Laboratory) -> None:
    """20 days beyond 90 at 0.1 % a day are 2 %."""
    daily = {"on": "overdue", "steps": [{"over": 90, "per_day_pct": "0.1"}]}
    found = cuts(lab, daily, LATE,
                 core__fct_invoice=[invoice(due_date=day("2026-06-17"))],
                 staging__receipt_allocation=[allocation("R", "I", "2026-10-05", 113)])  # fmt: skip
    assert found == [2]


def test_the_instalment_that_the_cash_pays_says_what_was_due(lab: Laboratory) -> None:
    paid = {**allocation("R", "I", "2026-10-05", 113), "instalment_seq": 2}
    found = cuts(
        lab, OVERDUE, LATE, core__fct_invoice=[invoice(due_date=day("2026-01-01"))],
        staging__receipt_allocation=[paid],
        staging__invoice_instalment=[
            {"invoice_id": "I", "seq": 2, "due_date": day("2026-09-04"), "amount": 113},
        ],
    )  # fmt: skip
    assert found == [20]


def test_money_paid_back_is_as_late_as_the_cash_it_returns(lab: Laboratory) -> None:
    """75 days after it was due; the cash itself had come in time."""
    back = event("B", -100, "2026-12-15", event_id="receipt:B:I:2026-12-15")
    found = cuts(lab, OVERDUE, back, core__fct_invoice=[invoice(due_date=day("2026-10-01"))],
                 core__fct_receipt=[receipt("R", "2026-10-05", 113, counted_date=day("2026-10-05")),
                                    receipt("B", "2026-12-15", -113,
                                            counted_date=day("2026-12-15"))],
                 staging__receipt_allocation=[
                     allocation("R", "I", "2026-10-05", 113),
                     allocation("B", "I", "2026-12-15", -113),
                 ])  # fmt: skip
    assert found == []


@pytest.mark.parametrize(("net", "expected"), [(90, []), (85, [10]), (80, [30])])
def test_a_discount_beyond_authority_is_cut_by_how_far_it_is_beyond(
    lab: Laboratory, net: int, expected: list[object]
) -> None:
    """10 % is within authority; 15 % is five points beyond it, 20 % ten."""
    steps = {"on": "discount", "steps": [{"over": 0, "cut_pct": 10}, {"over": 5, "cut_pct": 30}]}
    quote = {"quote_id": "Q", "opportunity_id": "O", "is_accepted": True, "list_amount": 100,
             "net_amount": net, "authority_discount_pct": 10}  # fmt: skip
    found = cuts(lab, steps, event("R", 100, opportunity_id="O"), core__fct_quote=[quote])
    assert found == expected


@pytest.mark.parametrize(("compliant", "expected"), [(True, []), (False, [25])])
def test_a_contract_that_does_not_comply_is_cut(
    lab: Laboratory, compliant: bool, expected: list[object]
) -> None:
    cut = {"on": "compliance", "cut_pct": 25}
    assert cuts(lab, cut, event("R", 100, is_compliant=compliant)) == expected


@pytest.mark.parametrize(("records", "expected"), [(2, []), (1, [40]), (0, [40])])
def test_a_deal_with_fewer_records_than_the_plan_asks_for_is_cut(
    lab: Laboratory, records: int, expected: list[object]
) -> None:
    cut = {"on": "records", "fewer_than": 2, "cut_pct": 40}
    activity = [{"activity_id": str(n), "opportunity_id": "O"} for n in range(records)]
    found = cuts(lab, cut, event("R", 100, opportunity_id="O"), core__fct_activity=activity)
    assert found == expected
