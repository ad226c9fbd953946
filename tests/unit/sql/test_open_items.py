"""Open items: what can be open, what settles it on which day, what is left between two days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.support.facts.documents import (
    FOREVER,
    ITEMS,
    SPANS,
    allocation,
    day,
    given_documents,
    invoice,
    note,
    receipt,
    terms,
    write_off,
)
from tests.support.laboratory import Laboratory, Row, pick


def entries(lab: Laboratory) -> list[tuple[Any, ...]]:
    rows = lab.result("core.fct_settlement", "settled_date, document_id, kind")
    return pick(rows, "document_id", "settled_date", "kind", "source_id", "amount")


def spans(lab: Laboratory, **tables: list[Row]) -> list[tuple[Any, ...]]:
    given_documents(lab, *ITEMS, **tables)
    rows = lab.result("receivables.open_item_span", "document_id, instalment_seq, valid_from")
    return pick(rows, "document_id", "instalment_seq", "valid_from", "valid_before", "open_amount")


def test_an_invoice_without_terms_is_one_instalment(lab: Laboratory) -> None:
    given_documents(
        lab, "core.fct_invoice", invoice=[invoice("I", "2026-10-01", 100, "2026-10-31")]
    )
    rows = lab.result("core.fct_open_item")
    assert pick(rows, "item_kind", "document_id", "instalment_seq", "due_date", "amount") == [
        ("invoice", "I", 1, day("2026-10-31"), 100)
    ]


def test_instalments_share_the_settlement_in_the_order_of_their_due_dates(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100)],
        invoice_instalment=terms("I", ("2026-12-31", 50), ("2026-10-31", 30), ("2026-11-30", 20)),
    )
    rows = lab.result("core.fct_open_item", "settles_from")
    assert pick(rows, "instalment_seq", "settles_from", "settles_to", "is_last") == [
        (2, 0, 30, False), (3, 30, 50, False), (1, 50, 100, True),
    ]  # fmt: skip


def test_terms_that_do_not_add_up_leave_the_remainder_on_the_invoice_s_own_date(
    lab: Laboratory,
) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100, "2026-12-31")],
        invoice_instalment=terms("I", ("2026-10-31", 30), ("2026-11-30", 20)),
    )
    rows = lab.result("core.fct_open_item", "settles_from")
    assert pick(rows, "instalment_seq", "due_date", "amount") == [
        (1, day("2026-10-31"), 30), (2, day("2026-11-30"), 20), (0, day("2026-12-31"), 50),
    ]  # fmt: skip


def test_a_credit_note_and_a_receipt_are_negative_items_that_are_never_due(
    lab: Laboratory,
) -> None:
    lab.given("staging.customer", [
        {"customer_id": "K", "name": "K", "owner_id": "E7", "segment": "sme"},
    ])  # fmt: skip
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[note("N", "2026-10-01", 40)],
        receipt=[receipt("R", "2026-10-02", 60), receipt("later", "2026-11-16", 1)],
    )
    rows = lab.result("core.fct_open_item", "document_id")
    assert pick(rows, "item_kind", "document_id", "amount", "due_date", "owner_id", "segment") == [
        ("credit_note", "N", -40, None, "E1", "sme"),
        ("receipt", "R", -60, None, "E7", "sme"),  # a receipt belongs to the customer's owner
    ]


def test_a_foreign_receipt_is_shown_at_the_rate_of_its_day(lab: Laboratory) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-10-01"), "rate_to_base": 7},
    ]).build("core.fx_day")  # fmt: skip
    given_documents(lab, *ITEMS, receipt=[receipt("R", "2026-10-02", 60, currency="USD")])
    assert pick(lab.result("receivables.open_item_span"), "open_amount", "open_amount_base") == [
        (-60, -420)
    ]


def test_an_allocation_settles_the_invoice_and_uses_up_the_receipt(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 80)],
        receipt_allocation=[allocation("R", "I", "2026-10-12", 70)],
    )
    assert entries(lab) == [
        ("I", day("2026-10-12"), "cash", "R", 70),
        ("R", day("2026-10-12"), "applied", "I", -70),
    ]


def test_an_allocation_cannot_settle_before_the_money_or_the_invoice_is_there(
    lab: Laboratory,
) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-20", 100)],
        receipt=[receipt("advance", "2026-10-10", 30), receipt("late", "2026-10-25", 30)],
        receipt_allocation=[
            allocation("advance", "I", "2026-10-10", 30), allocation("late", "I", "2026-10-20", 30),
        ],
    )  # fmt: skip
    cash = [entry for entry in entries(lab) if entry[2] == "cash"]
    assert cash == [
        ("I", day("2026-10-20"), "cash", "advance", 30),
        ("I", day("2026-10-25"), "cash", "late", 30),
    ]


def test_money_on_a_cancelled_invoice_stays_with_the_receipt(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100, status="cancelled")],
        receipt=[receipt("R", "2026-10-10", 80)],
        receipt_allocation=[allocation("R", "I", "2026-10-12", 80)],
    )
    assert entries(lab) == []


def test_a_bounced_receipt_reopens_the_invoice_and_is_nothing_any_more(lab: Laboratory) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 80, bounced="2026-10-20")],
        receipt_allocation=[allocation("R", "I", "2026-10-12", 70)],
    )
    assert found == [
        ("I", 1, day("2026-10-01"), day("2026-10-12"), 100),
        ("I", 1, day("2026-10-12"), day("2026-10-20"), 30),
        ("I", 1, day("2026-10-20"), FOREVER, 100),
        ("R", 1, day("2026-10-10"), day("2026-10-12"), -80),
        ("R", 1, day("2026-10-12"), day("2026-10-20"), -10),
    ]


def test_an_allocation_booked_after_the_bounce_settles_nothing(lab: Laboratory) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 80, bounced="2026-10-15")],
        receipt_allocation=[allocation("R", "I", "2026-10-20", 80)],
    )
    assert [row for row in found if row[0] == "R"] == [
        ("R", 1, day("2026-10-10"), day("2026-10-15"), -80)
    ]
    assert {row[4] for row in found if row[0] == "I"} == {100}


def test_a_bounce_after_the_day_of_the_report_is_not_known(lab: Laboratory) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 100, bounced="2026-11-16")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 100)],
    )
    assert found == [("I", 1, day("2026-10-01"), day("2026-10-10"), 100)]


def test_a_credit_note_that_fits_what_is_open_settles_its_invoice(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100), note("N", "2026-10-20", 60, "I")],
        receipt=[receipt("R", "2026-10-10", 40)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 40)],
    )
    assert [entry for entry in entries(lab) if entry[1] == day("2026-10-20")] == [
        ("I", day("2026-10-20"), "credit_note", "N", 60),
        ("N", day("2026-10-20"), "applied", "I", -60),
    ]


def test_a_credit_note_one_cent_too_large_stays_open_as_a_negative(lab: Laboratory) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100), note("N", "2026-10-20", Decimal("60.01"), "I")],
        receipt=[receipt("R", "2026-10-10", 40)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 40)],
    )
    assert found[-1] == ("N", 1, day("2026-10-20"), FOREVER, Decimal("-60.01"))
    assert found[1] == ("I", 1, day("2026-10-10"), FOREVER, 60)


def test_cash_that_came_and_bounced_before_the_credit_note_leaves_room_for_it(
    lab: Laboratory,
) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100), note("N", "2026-10-20", 100, "I")],
        receipt=[receipt("R", "2026-10-10", 100, bounced="2026-10-15")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 100)],
    )
    assert [row for row in found if row[3] == FOREVER] == []


def test_a_credit_note_in_another_currency_settles_nothing(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[
            invoice("I", "2026-10-01", 100),
            note("N", "2026-10-20", 50, "I", currency="USD"),
            note("without reference", "2026-10-20", 50),
        ],
    )
    assert entries(lab) == []


def test_a_write_off_settles_like_cash_but_is_none(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100)],
        write_off=[write_off("I", "2026-10-20", 40)],
    )
    assert entries(lab) == [("I", day("2026-10-20"), "write_off", "I", 40)]


def test_an_entry_after_the_day_of_the_report_is_listed_but_not_known(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100)],
        write_off=[write_off("I", "2026-11-16", 40)],
    )
    assert pick(lab.result("core.fct_settlement"), "is_known") == [(False,)]


def test_an_open_amount_stands_between_the_days_of_its_entries(lab: Laboratory) -> None:
    found = spans(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-05", 100)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", 60), allocation("R", "I", "2026-10-20", 40),
        ],
    )  # fmt: skip
    assert [row for row in found if row[0] == "I"] == [
        ("I", 1, day("2026-10-01"), day("2026-10-10"), 100),
        ("I", 1, day("2026-10-10"), day("2026-10-20"), 40),
    ]


def test_terms_beyond_the_invoice_still_add_up_to_what_is_open(lab: Laboratory) -> None:
    """60 + 60 on an invoice of 100: the 20 too much are taken back, whatever has been paid."""
    for paid, expected in ((0, 100), (50, 50), (100, 0), (110, -10)):
        found = spans(
            lab,
            invoice=[invoice("I", "2026-10-01", 100, "2026-10-01")],
            invoice_instalment=terms("I", ("2026-10-31", 60), ("2026-11-30", 60)),
            receipt=[receipt("R", "2026-10-01", 110)],
            receipt_allocation=[allocation("R", "I", "2026-10-01", paid)] if paid else [],
        )
        assert sum(row[4] for row in found if row[0] == "I") == expected


def test_an_invoice_and_a_receipt_may_carry_the_same_number(lab: Laboratory) -> None:
    """Numbers are unique within their kind of document, not across kinds."""
    found = spans(
        lab,
        invoice=[invoice("1", "2026-10-01", 100), invoice("2", "2026-10-01", 500)],
        receipt=[receipt("1", "2026-10-05", 80)],
        receipt_allocation=[allocation("1", "2", "2026-10-10", 70)],
    )
    assert [row for row in found if row[3] == FOREVER] == [
        ("1", 1, day("2026-10-01"), FOREVER, 100),
        ("1", 1, day("2026-10-10"), FOREVER, -10),
        ("2", 1, day("2026-10-10"), FOREVER, 430),
    ]


def bucket_days(lab: Laboratory, as_of: str, **tables: list[Row]) -> list[tuple[Any, ...]]:
    given_documents(lab, *SPANS[:-1], as_of=as_of, **tables)
    rows = lab.result("core.open_item_bucket_span", "document_id, valid_from")
    return pick(rows, "bucket", "valid_from", "valid_before", "open_amount")


def test_an_item_crosses_into_the_next_bucket_on_a_known_day(lab: Laboratory) -> None:
    found = bucket_days(lab, "2026-11-15", invoice=[invoice("I", "2026-09-01", 100, "2026-09-30")])
    assert found == [
        ("not_due", day("2026-09-01"), day("2026-10-01"), 100),
        ("d1_30", day("2026-10-01"), day("2026-10-31"), 100),
        ("d31_60", day("2026-10-31"), day("2026-11-30"), 100),
    ]


def test_a_payment_within_a_bucket_begins_a_new_span_of_it(lab: Laboratory) -> None:
    found = bucket_days(
        lab,
        "2026-10-20",
        invoice=[invoice("I", "2026-10-05", 100, "2026-10-05")],
        receipt=[receipt("R", "2026-10-10", 30)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 30)],
    )
    assert found == [
        ("not_due", day("2026-10-05"), day("2026-10-06"), 100),
        ("d1_30", day("2026-10-06"), day("2026-10-10"), 100),
        ("d1_30", day("2026-10-10"), day("2026-11-05"), 70),
    ]


def test_an_item_without_a_due_date_never_ages(lab: Laboratory) -> None:
    found = bucket_days(
        lab,
        "2026-11-15",
        invoice=[invoice("I", "2023-01-01", 100)],
        receipt=[receipt("R", "2023-01-01", 30)],
    )
    assert {row[0] for row in found} == {"not_due"}


def stated(lab: Laboratory, *documents: Row, **tables: list[Row]) -> list[tuple[Any, ...]]:
    given_documents(lab, *ITEMS, invoice=list(documents), as_of="2026-11-08", **tables)
    return entries(lab)


def test_where_no_export_has_receipts_a_stated_balance_says_what_is_settled(
    lab: Laboratory,
) -> None:
    """On its due date, or today where that is still to come: never before the invoice."""
    assert stated(
        lab,
        invoice("A", "2026-09-01", 100, "2026-10-01", open_amount=0),
        invoice("B", "2026-09-01", 100, "2026-10-01", open_amount=40),
        invoice("C", "2026-11-01", 100, "2026-12-01", open_amount=0),
        invoice("D", "2026-11-01", 100, "2026-10-01", open_amount=0),
        invoice("E", "2026-09-01", 100, "2026-10-01", open_amount=100),
        invoice("F", "2026-09-01", 100, "2026-10-01"),
    ) == [
        ("A", day("2026-10-01"), "stated", "A", 100),
        ("B", day("2026-10-01"), "stated", "B", 60),
        ("D", day("2026-11-01"), "stated", "D", 100),
        ("C", day("2026-11-08"), "stated", "C", 100),
    ]
    rows = lab.result("receivables.open_item_span", "document_id")
    assert {r["document_id"]: r["open_amount"] for r in rows if r["valid_before"] == FOREVER} == {
        "B": 40, "E": 100, "F": 100,
    }  # fmt: skip


def test_credit_notes_and_write_offs_are_part_of_what_a_balance_says_is_settled(
    lab: Laboratory,
) -> None:
    found = stated(
        lab,
        invoice("A", "2026-09-01", 100, "2026-10-01", open_amount=40),
        note("N", "2026-09-02", -30, "A", open_amount=0),
        note("M", "2026-09-02", -50, open_amount=20),
        write_off=[write_off("A", "2026-10-02", 10)],
    )
    assert [row for row in found if row[2] == "stated"] == [
        ("M", day("2026-09-02"), "stated", "M", -30),
        ("A", day("2026-10-01"), "stated", "A", 20),
    ]


def test_a_balance_below_nothing_is_the_customer_s_own(lab: Laboratory) -> None:
    found = stated(lab, invoice("A", "2026-09-01", 100, "2026-10-01", open_amount=-5))
    assert sorted((row[2], row[4]) for row in found) == [
        ("stated", 105), ("surplus", -5), ("surplus", 5),
    ]  # fmt: skip


def test_where_receipts_are_exported_they_count_and_no_stated_balance(lab: Laboratory) -> None:
    assert stated(
        lab,
        invoice("A", "2026-09-01", 100, "2026-10-01", open_amount=0),
        receipt=[receipt("R", "2026-10-05", 70)],
        receipt_allocation=[allocation("R", "A", "2026-10-05", 70)],
    ) == [
        ("A", day("2026-10-05"), "cash", "R", 70), ("R", day("2026-10-05"), "applied", "A", -70),
    ]  # fmt: skip
