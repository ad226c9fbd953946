"""What a receipt pays: the instalment it names, another currency, more than was owed, a refund."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

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


def kinds(lab: Laboratory, **tables: list[Row]) -> list[tuple[Any, ...]]:
    """What is open in the end, whatever it is."""
    given_documents(lab, *ITEMS, **tables)
    rows = lab.result("receivables.open_item_span", "item_kind, document_id, instalment_seq")
    return [
        (row["item_kind"], row["document_id"], row["instalment_seq"], row["open_amount"])
        for row in rows
        if row["valid_before"] == FOREVER
    ]


@pytest.mark.parametrize(
    ("settled", "surplus"),
    [
        ({"receipt": [receipt("R", "2026-10-10", 120)],
          "receipt_allocation": [allocation("R", "I", "2026-10-10", 120)]}, -20),
        ({"receipt": [receipt("R", "2026-10-10", 100), receipt("S", "2026-10-11", 100)],
          "receipt_allocation": [allocation("R", "I", "2026-10-10", 100),
                                 allocation("S", "I", "2026-10-11", 100)]}, -100),
        ({"write_off": [write_off("I", "2026-10-09", 70)],
          "receipt": [receipt("R", "2026-10-10", 50)],
          "receipt_allocation": [allocation("R", "I", "2026-10-10", 50)]}, -20),
    ],
    ids=["too much", "twice", "after a write-off"],
)  # fmt: skip
def test_what_an_invoice_takes_beyond_its_amount_is_a_credit_of_its_own(
    lab: Laboratory, settled: dict[str, list[Row]], surplus: int
) -> None:
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        invoice_instalment=terms("I", ("2026-10-31", 60), ("2026-11-30", 40)),
        **settled,
    )
    assert found == [("overpayment", "I", 1, surplus)]


def test_a_surplus_pays_the_invoice_again_once_the_first_payment_bounces(lab: Laboratory) -> None:
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 100, "2026-10-20"), receipt("S", "2026-10-11", 100)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", 100), allocation("S", "I", "2026-10-11", 100),
        ],
    )  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    ("allocated", "left"),
    [
        ([(40, 2)], [(1, 60)]),
        ([(30, 2)], [(1, 60), (2, 10)]),
        ([(60, 1), (40, 2)], []),
        ([(50, 2)], [(1, 50)]),  # what the second does not need pays the first
        ([(30, 2), (40, None)], [(1, 20), (2, 10)]),
        ([(40, 9)], [(1, 20), (2, 40)]),  # an instalment that is not there is none
    ],
)
def test_a_receipt_settles_the_instalment_it_names(
    lab: Laboratory, allocated: list[tuple[int, int | None]], left: list[tuple[int, int]]
) -> None:
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        invoice_instalment=terms("I", ("2026-10-31", 60), ("2026-11-30", 40)),
        receipt=[receipt("R", "2026-10-10", sum(amount for amount, _ in allocated))],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", amount, instalment_seq=seq, line_no=line)
            for line, (amount, seq) in enumerate(allocated)
        ],
    )
    assert found == [("invoice", "I", seq, amount) for seq, amount in left]


def test_cash_that_names_a_later_instalment_is_not_collected_of_the_earlier_one(
    lab: Laboratory,
) -> None:
    given_documents(
        lab, *ITEMS,
        invoice=[invoice("I", "2026-09-01", 100)],
        invoice_instalment=terms("I", ("2026-09-30", 60), ("2026-10-31", 40)),
        receipt=[receipt("R", "2026-09-10", 40)],
        receipt_allocation=[allocation("R", "I", "2026-09-10", 40, instalment_seq=2)],
    )  # fmt: skip
    split = [row for row in lab.result("receivables.directed_day") if row["basis"] == "cash"]
    assert pick(split, "instalment_seq", "own_amount", "rest_amount", "shared_amount") == [
        (1, 0, 60, 0), (2, 40, 0, 0),
    ]  # fmt: skip
    rows = lab.result("receivables.due_span", "instalment_seq")
    assert pick(rows, "instalment_seq", "due_amount_base", "collected_amount_base") == [
        (1, 60, 0), (2, 40, 40),
    ]  # fmt: skip


def dollars(lab: Laboratory) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-10-01"), "rate_to_base": Decimal("7.1")},
        {"currency": "USD", "rate_date": day("2026-10-10"), "rate_to_base": 7},
    ]).build("core.fx_day")  # fmt: skip


@pytest.mark.parametrize(
    ("received", "allocated", "left"),
    [
        ((7000, "CNY"), (7000, None), []),
        ((7000, "CNY"), (7000, "CNY"), []),
        ((7000, "CNY"), (1000, "USD"), []),
        ((6990, "CNY"), (1000, "USD"), []),  # the bank's own rate
        ((7070, "CNY"), (1000, "USD"), [("receipt", "R", 1, -70)]),
        ((3500, "CNY"), (3500, None), [("invoice", "I", 1, 500)]),
        ((1000, "USD"), (7000, "CNY"), []),
        ((1000, None), (1000, None), []),  # without currencies: that of the invoice
        ((7000, None), (1000, "USD"), []),  # of base currency, as everything else without one
        ((7070, None), (1000, "USD"), [("receipt", "R", 1, -70)]),
    ],
)
def test_an_allocation_settles_an_invoice_of_another_currency_at_the_day_s_rate(
    lab: Laboratory,
    received: tuple[int, str | None],
    allocated: tuple[int, str | None],
    left: list[tuple[Any, ...]],
) -> None:
    dollars(lab)
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 1000, currency="USD")],
        receipt=[receipt("R", "2026-10-10", received[0], currency=received[1])],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", allocated[0], currency=allocated[1])
        ],
    )
    assert found == left


def test_a_receipt_without_a_currency_is_of_base_currency_where_others_state_theirs(
    lab: Laboratory,
) -> None:
    dollars(lab)
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 1000, currency="USD"),
                 invoice("J", "2026-10-01", 50, currency="USD")],
        receipt=[receipt("R", "2026-10-10", 7000), receipt("S", "2026-10-10", 50, currency="USD")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 7000),
                            allocation("S", "J", "2026-10-10", 50)],
    )  # fmt: skip
    assert found == []


def test_a_collection_is_known_at_its_own_day_s_rate_beside_the_document_s(
    lab: Laboratory,
) -> None:
    dollars(lab)
    given_documents(
        lab, *ITEMS,
        invoice=[invoice("I", "2026-10-01", 1000, currency="USD")],
        receipt=[receipt("R", "2026-10-10", 6999, currency="CNY")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 6999)],
    )  # fmt: skip
    given = lab.result("core.fct_allocation")
    assert pick(given, "currency", "amount", "receipt_currency", "receipt_amount", "day_rate") == [
        ("USD", Decimal("999.86"), "CNY", 6999, 7)
    ]
    rows = lab.build("core.fct_collection").result("core.fct_collection")
    assert pick(rows, "amount", "amount_base", "received_base") == [
        (Decimal("999.86"), Decimal("7099.01"), 6999)
    ]
    realised = lab.result("mart.realised_difference")
    assert pick(realised, "document_id", "difference_base") == [("I", Decimal("-100.01"))]


def test_money_that_has_not_come_by_the_day_of_the_report_is_no_collection(
    lab: Laboratory,
) -> None:
    """It was allocated in advance: neither the item nor the collection knows of it yet."""
    given_documents(
        lab, *ITEMS, "core.fct_collection",
        invoice=[invoice("I", "2026-08-01", 100)],
        receipt=[receipt("R", "2026-11-16", 200, bounced="2026-11-16")],
        receipt_allocation=[allocation("R", "I", "2026-08-01", 200)],
    )  # fmt: skip
    assert lab.query("select as_of_date from core.parameter") == [{"as_of_date": day("2026-11-15")}]
    assert lab.result("core.fct_collection") == []


POLICIES = ("apply_when_it_fits", "apply_up_to_balance", "keep_open")
PAID = (receipt("R", "2026-10-05", 120), allocation("R", "I", "2026-10-05", 120))


def booked(
    lab: Laboratory, policy: str, refunds: list[tuple[Row, Row | None]], *notes: Row, **more: Any
) -> list[tuple[Any, ...]]:
    """What is open of an invoice over 120 that was paid, with some notes and refunds."""
    lab.con.execute(f"update policy.receivable set credit_notes = '{policy}'")
    paid = [PAID, *refunds]
    return kinds(
        lab, invoice=[invoice("I", "2026-10-01", 120), *notes],
        receipt=[row for row, _ in paid],
        receipt_allocation=[row for _, row in paid if row is not None], **more,
    )  # fmt: skip


def refund(
    number: str, on: str | None, amount: object, date: str = "2026-10-09"
) -> tuple[Row, Row | None]:
    """Money paid back on a document, or on the customer alone."""
    return receipt(number, date, amount), on and allocation(number, on, date, amount)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("booked_on", ["I", "N", None])
@pytest.mark.parametrize("date", ["2026-10-06", "2026-10-09", "2026-10-12"])
def test_a_refund_closes_the_note_whether_booked_on_it_or_on_its_invoice(
    lab: Laboratory, booked_on: str | None, policy: str, date: str
) -> None:
    """Whenever the note comes."""
    named = note("N", date, 40, "I")
    assert booked(lab, policy, [refund("back", booked_on, -40)], named) == []


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("booked_on", ["I", "N", None])
def test_a_refund_of_a_part_leaves_the_rest_of_the_note(
    lab: Laboratory, booked_on: str | None, policy: str
) -> None:
    named = note("N", "2026-10-06", 40, "I")
    found = booked(lab, policy, [refund("back", booked_on, -15)], named)
    assert found == [("credit_note", "N", 1, -25)]


@pytest.mark.parametrize("booked_on", ["I", "N"])
def test_a_refund_beyond_its_note_opens_the_invoice(lab: Laboratory, booked_on: str) -> None:
    named = note("N", "2026-10-06", 40, "I")
    found = booked(lab, "apply_up_to_balance", [refund("back", booked_on, -50)], named)
    assert found == [("invoice", "I", 1, 10)]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_later_note_does_not_take_what_was_paid_back_for_the_first(
    lab: Laboratory, policy: str
) -> None:
    found = booked(lab, policy, [refund("back", "I", -40)], note("N", "2026-10-06", 40, "I"),
                   note("O", "2026-10-12", 30, "I"))  # fmt: skip
    assert found == [("credit_note", "O", 1, -30)]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("booked_on", ["I", "N", None])
def test_a_note_without_a_reference_is_closed_by_its_refund_as_well(
    lab: Laboratory, booked_on: str | None, policy: str
) -> None:
    unnamed = note("N", "2026-10-06", 40)
    assert booked(lab, policy, [refund("back", booked_on, -40)], unnamed) == []


@pytest.mark.parametrize(
    ("notes", "more", "expected"),
    [
        # nothing but what was paid too much, by cash or beside a write-off
        ([], {"receipt": [("S", "I", 25)]}, [("I", -25)]),
        ([], {"write_off": [write_off("I", "2026-10-06", 25)]}, [("I", -25)]),
        # its notes first, then the rest
        ([note("N", "2026-10-06", 40, "I")], {"receipt": [("S", "I", 25)], "back": (-25, -40)},
         [("I", -25), ("N", -40)]),
        ([note("N", "2026-10-06", 40, "I")], {"receipt": [("S", "I", 25)], "back": (-60, -5)},
         [("I", -25), ("N", -5), ("N", -35)]),
        # each to the note of its amount
        ([note("N", "2026-10-06", 40, "I"), note("O", "2026-10-07", 15)], {"back": (-15, -40)},
         [("N", -40), ("O", -15)]),
        # one document, as far as they reach; the rest is the customer's to pay
        ([note("N", "2026-10-06", 40, "I")], {"back": (-50,)}, [("N", -40)]),
        # which of two is not known
        ([note("N", "2026-10-06", 40, "I"), note("O", "2026-10-07", 15)], {"back": (-20,)}, []),
        # it may return money on account
        ([note("N", "2026-10-06", 40, "I")], {"receipt": [("S", None, 40)], "back": (-40,)}, []),
        # the note took the invoice's balance; its money is owed to nobody
        ([note("N", "2026-10-06", 40, "J"), invoice("J", "2026-10-01", 40)], {"back": (-40,)}, []),
        # of another customer, in another currency
        ([note("N", "2026-10-06", 40, customer_id="L")], {"back": (-40,)}, []),
        ([note("N", "2026-10-06", 40, currency="USD")], {"back": (-40,)}, []),
    ],
)  # fmt: skip
def test_a_refund_that_no_export_allocates_pays_back_what_the_customer_has_too_much(
    lab: Laboratory, notes: list[Row], more: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    money = [refund(number, on, amount, "2026-10-08")
             for number, on, amount in more.pop("receipt", ())]  # fmt: skip
    back = [refund(f"back{n}", None, amount) for n, amount in enumerate(more.pop("back", (-25,)))]
    booked(lab, "apply_when_it_fits", [*money, *back], *notes, **more)
    found = lab.result("core.refund_allocation", "invoice_id, amount desc")
    assert pick(found, "invoice_id", "amount") == expected


@pytest.mark.parametrize("change", [{"received_date": day("2027-01-05")},
                                    {"bounced_date": day("2026-10-12")}])  # fmt: skip
def test_a_refund_that_was_not_paid_by_the_day_of_the_report_pays_nothing_back(
    lab: Laboratory, change: Row
) -> None:
    later = {**receipt("back", "2026-10-09", -40), **change}
    booked(lab, "keep_open", [(later, None)], note("N", "2026-10-06", 40, "I"))
    assert lab.result("core.refund_allocation") == []


def test_documents_are_posted_and_their_amounts_above_nothing(lab: Laboratory) -> None:
    given_documents(lab, invoice=[
        invoice("I", "2026-10-01", 120), invoice("N", "2026-10-02", -40),
        note("M", "2026-10-03", 15), invoice("F", "2026-10-04", 9, currency="USD"),
        invoice("D", "2026-10-05", 10, status="draft"), invoice("L", "2027-01-01", 10),
    ])  # fmt: skip
    found = lab.result("core.posted_document", "invoice_id")
    assert pick(found, "invoice_id", "kind", "gross_amount", "currency") == [
        ("F", "invoice", 9, "USD"), ("I", "invoice", 120, "CNY"), ("M", "credit_note", 15, "CNY"),
        ("N", "credit_note", 40, "CNY"),
    ]  # fmt: skip


def references(lab: Laboratory, *notes: Row, invoices: list[Row], refunds: list[Any]) -> list[Any]:
    given_documents(
        lab, "core.fct_invoice", invoice=[*invoices, *notes],
        receipt=[row for row, _ in refunds],
        receipt_allocation=[row for _, row in refunds if row is not None],
    )  # fmt: skip
    return pick(
        lab.result("core.credit_note_refund", "note_id, invoice_id"), "note_id", "invoice_id"
    )


TWO = [invoice("I", "2026-10-01", 120), invoice("J", "2026-10-02", 90)]


@pytest.mark.parametrize(
    ("notes", "refunds", "expected"),
    [
        # each to the invoice of which as much was paid back
        ([note("N", "2026-10-06", 40), note("O", "2026-10-06", 30)],
         [refund("a", "I", -30), refund("b", "J", -40)], [("N", "J"), ("O", "I")]),
        # parts of one refund, and of one note in several
        ([note("N", "2026-10-06", 25), note("O", "2026-10-07", 15)],
         [refund("a", "I", -30), refund("b", "I", -10)], [("N", "I"), ("O", "I")]),
        # more than was paid back stays with the customer
        ([note("N", "2026-10-06", 25), note("O", "2026-10-07", 30)],
         [refund("a", "I", -40)], [("N", "I")]),
        # which of two invoices is not known
        ([note("N", "2026-10-06", 71)], [refund("a", "I", -30), refund("b", "J", -40)], []),
        ([note("N", "2026-10-06", 65)], [refund("a", "I", -30), refund("b", "J", -40)], []),
        # all that was paid back on several is all that waits
        ([note("N", "2026-10-06", 70)], [refund("a", "I", -30), refund("b", "J", -40)],
         [("N", "I"), ("N", "J")]),
        ([note("N", "2026-10-06", 10), note("O", "2026-10-06", 60)],
         [refund("a", "I", -30), refund("b", "J", -40)], [("N", "I"), ("O", "I"), ("O", "J")]),
        # a note that names the invoice comes first; what was paid back on one is not for others
        ([note("N", "2026-10-07", 40, "I"), note("O", "2026-10-06", 40)],
         [refund("a", "I", -40)], []),
        ([note("N", "2026-10-06", 40)], [refund("a", "N", -40), refund("b", "I", -40)], []),
        # partly on itself: the rest is what was paid back on the invoice, or part of that
        ([note("N", "2026-10-06", 40)], [refund("a", "N", -25), refund("b", "I", -15)],
         [("N", "I")]),
        ([note("N", "2026-10-06", 40)], [refund("a", "N", -25), refund("b", "I", -20)],
         [("N", "I")]),
        ([note("N", "2026-10-06", 40)], [refund("a", "N", -25), refund("b", "I", -10)], []),
        # a note that names the invoice and was paid back on itself leaves the refund to others
        ([note("N", "2026-10-06", 40, "I"), note("O", "2026-10-07", 30)],
         [refund("a", "N", -40), refund("b", "I", -30)], [("O", "I")]),
        # what had been paid too much comes back first, and then what notes credit
        ([note("N", "2026-10-06", 40)],
         [refund("s", "I", 160, "2026-10-03"), refund("a", "I", -40)], []),
        ([note("N", "2026-10-06", 40)],
         [refund("s", "I", 160, "2026-10-03"), refund("a", "I", -80)], [("N", "I")]),
        # of another customer, in another currency, bounced or not yet known
        ([note("N", "2026-10-06", 40, customer_id="L")], [refund("a", "I", -40)], []),
        ([note("N", "2026-10-06", 40, currency="USD")], [refund("a", "I", -40)], []),
        ([note("N", "2026-10-06", 40)], [refund("a", "I", -40, "2026-12-31")], []),
        ([note("N", "2026-10-06", 40)],
         [({**receipt("a", "2026-10-09", -40), "bounced_date": day("2026-10-12")},
           allocation("a", "I", "2026-10-09", -40))], []),
    ],
)  # fmt: skip
def test_a_note_refers_to_the_invoice_it_was_paid_back_on(
    lab: Laboratory, notes: list[Row], refunds: list[Any], expected: list[Any]
) -> None:
    assert references(lab, *notes, invoices=TWO, refunds=refunds) == expected


@pytest.mark.parametrize("policy", POLICIES)
def test_a_note_that_was_paid_back_on_two_invoices_is_closed_by_both(
    lab: Laboratory, policy: str
) -> None:
    money = [refund("j", "J", 90, "2026-10-03"), refund("a", "I", -30), refund("b", "J", -40)]
    found = booked(lab, policy, money, note("N", "2026-10-06", 70), invoice("J", "2026-10-02", 90))
    assert found == []
    assert pick(lab.result("core.credit_note_part", "invoice_id"), "invoice_id", "amount",
                "amount_to", "whole_amount") == [("I", 30, 30, 70), ("J", 40, 70, 70)]  # fmt: skip


def test_a_receipt_that_nets_a_note_settles_both(lab: Laboratory) -> None:
    """80 in cash for an invoice of 120 less its note of 40."""
    found = kinds(
        lab,
        invoice=[invoice("I", "2026-10-01", 120), note("N", "2026-10-03", 40, "I")],
        receipt=[receipt("R", "2026-10-10", 80)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", 120), allocation("R", "N", "2026-10-10", -40),
        ],
    )  # fmt: skip
    assert found == []


def test_what_was_paid_too_much_makes_no_provision_smaller(lab: Laboratory) -> None:
    """Of K nothing could be lost; of L 1,000 that is not due: 0.5 %, whatever K has to get back."""
    given_documents(
        lab, *SPANS,
        invoice=[invoice("I", "2026-10-01", 100), invoice("J", "2026-10-01", 1000, "2027-01-01",
                                                          customer_id="L")],
        receipt=[receipt("R", "2026-10-10", 900), receipt("S", "2026-10-11", 50)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 900)],
    )  # fmt: skip
    lab.build("receivables.revaluation_day", "receivables.balance_day", "mart.receivable_ageing")
    lab.build("mart.receivable_loss_rate")
    rows = [
        row for row in lab.result("mart.receivable_metric", "scope_kind, scope_id")
        if row["as_of_date"] == day("2026-11-15") and row["scope_kind"] in ("company", "customer")
    ]  # fmt: skip
    assert pick(rows, "scope_id", "outstanding", "ecl_provision") == [
        ("C", 150, 5), ("K", -850, 0), ("L", 1000, 5),
    ]  # fmt: skip


def test_a_note_paid_back_on_several_foreign_invoices_is_worth_what_each_was(
    lab: Laboratory,
) -> None:
    """150.04 USD net: 100.03 at 7 and 50.01 at 8, whatever the rate of the note's own day."""
    usd = {"currency": "USD"}
    lab.given("core.fx_day", [
        {"currency": "USD", "calendar_date": day(date), "rate_to_base": rate}
        for date, rate in (("2026-10-01", 7), ("2026-10-02", 8), ("2026-10-06", 9))
    ])  # fmt: skip
    given_documents(
        lab, "core.fct_invoice",
        invoice=[
            invoice("I", "2026-10-01", Decimal("113.03"), net_amount=Decimal("100.03"), **usd),
            invoice("J", "2026-10-02", Decimal("56.51"), net_amount=Decimal("50.01"), **usd),
            note("N", "2026-10-06", Decimal("169.54"), net_amount=Decimal("150.04"), **usd),
        ],
        receipt=[receipt("a", "2026-10-09", Decimal("-113.03"), **usd),
                 receipt("b", "2026-10-09", Decimal("-56.51"), **usd)],
        receipt_allocation=[allocation("a", "I", "2026-10-09", Decimal("-113.03")),
                            allocation("b", "J", "2026-10-09", Decimal("-56.51"))],
    )  # fmt: skip
    worth = lab.result("core.credit_note_worth", "invoice_id")
    assert pick(worth, "note_id", "invoice_id", "net_amount", "net_amount_base",
                "gross_amount_base") == [
        ("N", "I", Decimal("100.03"), Decimal("700.21"), Decimal("791.21")),
        ("N", "J", Decimal("50.01"), Decimal("400.08"), Decimal("452.08")),
    ]  # fmt: skip
    whole = lab.query("select net_amount_base, gross_amount_base from core.fct_invoice "
                      "where invoice_id = 'N'")  # fmt: skip
    assert pick(whole, "net_amount_base", "gross_amount_base") == [
        (Decimal("-1100.29"), Decimal("-1243.29"))
    ]
