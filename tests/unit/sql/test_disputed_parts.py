"""A part of an item that is disputed ages apart from the rest of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.documents import (
    SPANS,
    allocation,
    given_documents,
    invoice,
    receipt,
    terms,
)
from tests.support.laboratory import Laboratory, pick

DUE = terms("I", ("2026-09-30", 60), ("2026-10-31", 40))


def items(lab: Laboratory, **given: Any) -> list[tuple[Any, ...]]:
    given_documents(lab, *SPANS, **given)
    rows = lab.result("mart.receivable_item", "instalment_seq, is_disputed")
    return pick(rows, "instalment_seq", "is_disputed", "open_amount", "risk_class", "is_overdue")


def test_half_of_an_instalment_is_disputed_and_the_rest_is_not(lab: Laboratory) -> None:
    due = [DUE[0], {**DUE[1], "disputed_amount": 20}]
    found = items(lab, invoice=[invoice("I", "2026-09-01", 100)], invoice_instalment=due)
    assert found == [
        (1, False, 60, "watch", True), (2, False, 20, "normal", True), (2, True, 20, "watch", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("disputed", "parts"),
    # of an invoice it is what falls due last
    [(30, [(1, False, 60), (2, False, 10), (2, True, 30)]),
     (70, [(1, False, 30), (1, True, 30), (2, True, 40)]),
     (100, [(1, True, 60), (2, True, 40)]), (0, [(1, False, 60), (2, False, 40)])],
)  # fmt: skip
def test_an_amount_of_an_invoice_is_what_falls_due_last(
    lab: Laboratory, disputed: int, parts: list[tuple[Any, ...]]
) -> None:
    found = items(lab, invoice=[invoice("I", "2026-09-01", 100, disputed_amount=disputed)],
                  invoice_instalment=DUE)  # fmt: skip
    assert [row[:3] for row in found] == parts


@pytest.mark.parametrize(
    ("paid", "parts"),
    [(50, [(False, 20), (True, 30)]), (80, [(True, 20)]), (100, [])],
)
def test_money_settles_what_is_not_disputed_first(
    lab: Laboratory, paid: int, parts: list[tuple[Any, ...]]
) -> None:
    found = items(
        lab, invoice=[invoice("I", "2026-09-01", 100, disputed_amount=30)],
        receipt=[receipt("R", "2026-10-05", paid)],
        receipt_allocation=[allocation("R", "I", "2026-10-05", paid)],
    )  # fmt: skip
    assert [row[1:3] for row in found] == parts


def test_the_parts_of_a_foreign_item_are_the_item_to_the_cent(lab: Laboratory) -> None:
    """100.01 at 7.1234 is 712.41; a third of it, 33.33, is 237.42, and the rest 474.99."""
    lab.given("core.fx_day", [{"currency": "USD", "calendar_date": "2026-09-01",
                               "rate_to_base": Decimal("7.1234")}])  # fmt: skip
    given = invoice("I", "2026-09-01", Decimal("100.01"), currency="USD",
                    disputed_amount=Decimal("33.33"))  # fmt: skip
    given_documents(lab, *SPANS, invoice=[given])
    rows = lab.result("mart.receivable_item", "is_disputed")
    assert pick(rows, "open_amount", "open_amount_base") == [
        (Decimal("66.68"), Decimal("474.99")), (Decimal("33.33"), Decimal("237.42")),
    ]  # fmt: skip


def test_what_is_disputed_may_be_left_out_of_what_is_overdue(lab: Laboratory) -> None:
    given = invoice("I", "2026-09-01", 100, "2026-10-01", disputed_amount=30)
    lab.con.execute("update policy.receivable set disputed_is_apart = true")
    assert items(lab, invoice=[given]) == [
        (1, False, 70, "watch", True), (1, True, 30, "watch", False),
    ]  # fmt: skip
    lab.build("receivables.revaluation_day", "receivables.balance_day")
    lab.build("mart.receivable_ageing")
    rows = lab.query(
        "select bucket, open_amount_base, overdue_amount_base, disputed_amount_base "
        "from mart.receivable_ageing where scope_kind = 'company' and as_of_date = date "
        "'2026-11-15' and open_amount_base <> 0"
    )
    assert pick(rows, "open_amount_base", "overdue_amount_base", "disputed_amount_base") == [
        (100, 70, 30)
    ]


def counts(lab: Laboratory, **given: Any) -> list[tuple[Any, ...]]:
    """Items of the company's ageing on the day of the report, by bucket, and by risk class."""
    given_documents(lab, *SPANS, **given)
    lab.build("receivables.revaluation_day", "receivables.balance_day")
    lab.build("mart.receivable_ageing")
    rows = lab.query(
        "select sum(items) as items, sum(watch_items) as watch, sum(doubtful_items) as doubtful "
        "from mart.receivable_ageing where scope_kind = 'company' and as_of_date = date "
        "'2026-11-15'"
    )
    return pick(rows, "items", "watch", "doubtful")


def test_an_item_in_two_parts_is_counted_once_and_by_the_part_of_higher_risk(
    lab: Laboratory,
) -> None:
    """Of two instalments one is half disputed: two items, one of them watched for its dispute."""
    due = [{**DUE[0], "due_date": dt.date(2026, 12, 1)},
           {**DUE[1], "due_date": dt.date(2026, 12, 1), "disputed_amount": 20}]  # fmt: skip
    assert counts(lab, invoice=[invoice("I", "2026-09-01", 100)], invoice_instalment=due) == [
        (2, 1, 0)
    ]


def test_an_item_disputed_whole_or_paid_down_to_its_dispute_is_counted_once(
    lab: Laboratory,
) -> None:
    found = counts(
        lab,
        invoice=[invoice("I", "2026-09-01", 100, disputed_amount=30),
                 invoice("J", "2026-09-01", 50, disputed_amount=50),
                 invoice("L", "2026-09-01", 50, disputed=True)],
        receipt=[receipt("R", "2026-10-05", 80)],
        receipt_allocation=[allocation("R", "I", "2026-10-05", 80)],
    )  # fmt: skip
    assert found == [(3, 3, 0)]


def test_both_parts_of_a_foreign_item_revalue_to_the_whole_items_cent(lab: Laboratory) -> None:
    """100.01 at 7.2 is 720.07, of which 33.33 are 239.98: the rest is 480.09, not 480.10."""
    rates = [("2026-09-01", "7.1234"), ("2026-11-15", "7.2")]
    lab.given("core.fx_day", [
        {"currency": "USD", "calendar_date": dt.date.fromisoformat(day),
         "rate_to_base": Decimal(rate)} for day, rate in rates
    ])  # fmt: skip
    lab.con.execute("update policy.receivable set foreign_currency = 'closing_rate'")
    given = invoice("I", "2026-09-01", Decimal("100.01"), currency="USD",
                    disputed_amount=Decimal("33.33"))  # fmt: skip
    given_documents(lab, *SPANS, invoice=[given])
    rows = lab.result("mart.receivable_item", "item_kind, is_disputed")
    assert sum(row["open_amount_base"] for row in rows) == Decimal("720.07")
    assert sum(row["items"] for row in rows) == 1
    lab.build("receivables.revaluation_day")
    [(moved,)] = lab.con.execute(
        "select sum(revaluation_base) from receivables.revaluation_day "
        "where as_of_date = date '2026-11-15'"
    ).fetchall()
    assert moved == Decimal("720.07") - Decimal("712.41")
