"""Delivered and not invoiced, how long an invoice takes, whether the first instalment came."""

from __future__ import annotations

from tests.support.facts.deals import day
from tests.support.laboratory import Laboratory, Row, pick

END = day("9999-12-31")


def order(number: str, delivered: str | None, amount: object = 100) -> Row:
    return {"order_id": number, "customer_id": "K", "owner_id": "E1", "net_amount_base": amount,
            "order_date": day("2026-09-01"),
            "delivered_date": delivered and day(delivered)}  # fmt: skip


def bill(number: str, of: str, at: str, amount: object) -> Row:
    return {"invoice_id": number, "order_id": of, "invoice_date": day(at),
            "net_amount_base": amount}  # fmt: skip


def given(lab: Laboratory) -> None:
    lab.given("core.fct_order", [
        order("part", "2026-10-10"), order("before", "2026-10-10"), order("never", "2026-10-10"),
        order("credited", "2026-10-10"), order("under way", None),
        order("unknown", "2026-10-10", None),
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        bill("1", "part", "2026-10-20", 60), bill("2", "part", "2026-11-01", 60),
        bill("3", "before", "2026-10-01", 100),
        bill("4", "credited", "2026-10-12", 100), bill("5", "credited", "2026-10-15", -30),
        bill("6", "under way", "2026-10-12", 10), bill("7", "unknown", "2026-10-12", 10),
    ])  # fmt: skip
    lab.build("receivables.order_billed")


def test_an_order_is_billed_by_the_day(lab: Laboratory) -> None:
    given(lab)
    rows = lab.result("receivables.order_billed", "order_id, invoice_date")
    assert pick([r for r in rows if r["order_id"] == "credited"], "amount", "amount_to") == [
        (100, 100), (-30, 70),
    ]  # fmt: skip


def test_what_is_delivered_waits_until_it_is_invoiced_whole(lab: Laboratory) -> None:
    given(lab)
    rows = lab.result("core.unbilled_span", "order_id, valid_from")
    columns = ("order_id", "valid_from", "valid_before", "unbilled_amount_base")
    assert pick(rows, *columns) == [
        ("credited", day("2026-10-10"), day("2026-10-12"), 100),
        ("credited", day("2026-10-15"), END, 30),  # taken back, and not invoiced again
        ("never", day("2026-10-10"), END, 100),
        ("part", day("2026-10-10"), day("2026-10-20"), 100),
        ("part", day("2026-10-20"), day("2026-11-01"), 40),
    ]


def test_the_first_invoice_ends_the_wait(lab: Laboratory) -> None:
    given(lab)
    rows = lab.result("core.fct_delivered_order", "order_id")
    assert pick(rows, "order_id", "invoice_date", "invoicing_days") == [
        ("before", day("2026-10-01"), -9.0),
        ("credited", day("2026-10-12"), 2.0),
        ("part", day("2026-10-20"), 10.0),
        ("unknown", day("2026-10-12"), 2.0),
    ]


def test_a_first_instalment_is_in_time_when_it_is_whole_on_its_day(lab: Laboratory) -> None:
    lab.given("core.fct_contract", [
        {"contract_id": number, "customer_id": "K", "owner_id": "E1"} for number in ("A", "B", "C")
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": number, "contract_id": number[0]} for number in ("A1", "A2", "B1", "C1")
    ])  # fmt: skip

    def due(invoice: str, seq: int, at: str, since: str, collected: object) -> Row:
        return {"invoice_id": invoice, "instalment_seq": seq, "due_date": day(at),
                "valid_from": day(since), "due_amount_base": 100,
                "collected_amount_base": collected}  # fmt: skip

    lab.given("receivables.due_span", [
        due("A1", 1, "2026-10-01", "2026-10-01", 100), due("A1", 2, "2026-11-01", "2026-11-01", 0),
        due("A2", 1, "2026-10-05", "2026-10-05", 0),
        due("B1", 1, "2026-10-01", "2026-10-01", 99),  # a day late
        due("B1", 1, "2026-10-01", "2026-10-02", 100),
    ])  # fmt: skip
    rows = lab.result("core.fct_down_payment", "contract_id")
    assert pick(rows, "contract_id", "invoice_id", "due_date", "is_paid_in_time") == [
        ("A", "A1", day("2026-10-01"), True), ("B", "B1", day("2026-10-01"), False),
    ]  # fmt: skip
