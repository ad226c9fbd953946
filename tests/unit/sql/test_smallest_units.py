"""Yen have no cents and dinars have thousandths: each currency settles in its own smallest unit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pipelines.workspace.currency import MINOR_UNITS, decimals_of
from tests.support.facts.commissions import (
    CHAIN,
    credit,
    event,
    given_payees,
    given_plans,
    part,
    plan,
    planned,
)
from tests.support.facts.documents import (
    FOREVER,
    ITEMS,
    SPANS,
    allocation,
    day,
    given_documents,
    invoice,
    receipt,
    terms,
    write_off,
)
from tests.support.laboratory import Laboratory, Row, pick

YEN, DINAR = Decimal("0.0482"), Decimal("23.1234")
D = Decimal


def rated(lab: Laboratory) -> Laboratory:
    lab.given("core.fx_day", [
        {"currency": code, "calendar_date": day(date), "rate_to_base": rate}
        for code, rate in (("JPY", YEN), ("KWD", DINAR))
        for date in ("2026-10-01", "2026-10-10", "2026-10-20")
    ])  # fmt: skip
    return lab


def left(lab: Laboratory, **tables: list[Row]) -> list[tuple[Any, ...]]:
    """What is open in the end."""
    given_documents(rated(lab), *ITEMS, **tables)
    rows = lab.result("receivables.open_item_span", "item_kind, document_id, instalment_seq")
    return pick([row for row in rows if row["valid_before"] == FOREVER],
                "item_kind", "instalment_seq", "open_amount")  # fmt: skip


def test_currencies_that_are_not_listed_have_cents() -> None:
    assert MINOR_UNITS["JPY"] == 1
    assert MINOR_UNITS["KWD"] == 1_000
    assert [decimals_of(code) for code in ("JPY", "CNY", "KWD", "CLF")] == [0, 2, 3, 4]
    assert {"CNY", "USD", "EUR", "GBP", "HKD"}.isdisjoint(MINOR_UNITS)


@pytest.mark.parametrize(
    ("currency", "owed", "paid", "open_amount"),
    # 480 / 0.0482 is 9,958.506 yen; 23,000 / 23.1234 is 994.66341 dinars
    [("JPY", 10_000, 480, 41), ("KWD", D("1000.125"), 23_000, D("5.462"))],
)
def test_money_of_another_currency_settles_whole_smallest_units(
    lab: Laboratory, currency: str, owed: Decimal, paid: int, open_amount: Decimal
) -> None:
    found = left(
        lab,
        invoice=[invoice("I", "2026-10-01", owed, currency=currency)],
        receipt=[receipt("R", "2026-10-10", paid, currency="CNY")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", paid)],
    )
    assert found == [("invoice", 1, open_amount)]


def test_a_receipt_in_yen_gives_whole_yen_to_an_invoice_in_base_currency(lab: Laboratory) -> None:
    """100.00 CNY are 2,074.69 yen: 2,075 of the 3,000 that came."""
    found = left(
        lab,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-10", 3_000, currency="JPY")],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 100, currency="CNY")],
    )
    assert found == [("receipt", 1, -925)]


@pytest.mark.parametrize(
    ("currency", "owed", "paid", "open_items"),
    [
        (None, D("1234.5678"), D("1234.57"), []),
        (None, D("1234.5732"), D("1234.57"), []),
        (None, D("1234.58"), D("1234.57"), [("invoice", 1, D("0.01"))]),
        ("JPY", D("1080.4"), 1_080, []),
        ("JPY", 1_081, 1_080, [("invoice", 1, 1)]),
        ("KWD", D("10.126"), D("10.125"), [("invoice", 1, D("0.001"))]),
        ("KWD", D("10.125"), D("10.127"), [("overpayment", 1, D("-0.002"))]),
    ],
)
def test_less_than_half_of_a_smallest_unit_is_owed_by_nobody(
    lab: Laboratory, currency: str | None, owed: Decimal, paid: Decimal, open_items: list[Any]
) -> None:
    found = left(
        lab,
        invoice=[invoice("I", "2026-10-01", owed, currency=currency)],
        receipt=[receipt("R", "2026-10-10", paid, currency=currency)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", paid)],
    )
    assert found == open_items


def test_thirds_of_an_invoice_are_owed_in_whole_cents(lab: Laboratory) -> None:
    """Three terms of 33.3333 are 33.33, 33.34 and 33.33, and what is missing to 100 is nothing."""
    third = D("33.3333")
    due = terms("I", *((date, third) for date in ("2026-10-31", "2026-11-30", "2026-12-31")))
    paid = [D("33.33"), D("33.34"), D("33.33")]
    given = {"invoice": [invoice("I", "2026-10-01", 100)], "invoice_instalment": due}
    found = left(lab, **given)
    assert [amount for _, _, amount in found] == paid
    found = left(
        lab, **given,
        receipt=[receipt("R", "2026-10-10", 100)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-10", amount, instalment_seq=seq)
            for seq, amount in enumerate(paid, 1)
        ],
    )  # fmt: skip
    assert found == []


def test_the_disputed_part_of_dinars_has_its_share_of_the_value(lab: Laboratory) -> None:
    """0.015 of 0.045 dinars is a third of 1.04, not 0.02 of 0.05 of it."""
    given = invoice("I", "2026-10-01", D("0.045"), currency="KWD", disputed_amount=D("0.015"))
    given_documents(rated(lab), *SPANS, invoice=[given])
    rows = lab.result("mart.receivable_item", "is_disputed")
    assert pick(rows, "open_amount_base") == [(D("0.69"),), (D("0.35"),)]


def credited(lab: Laboratory, kind: str, *, cash: object = None, lost: object = None) -> Decimal:
    """What an invoice over 9.205 dinars net, 10.125 gross, is credited for money or its loss."""
    given_plans(lab, plan(part(event=kind)))
    paid: dict[str, list[Row]] = {}
    if cash is not None:
        paid = {"receipt": [receipt("R", "2026-10-10", cash, currency="KWD")],
                "receipt_allocation": [allocation("R", "I", "2026-10-10", cash)]}  # fmt: skip
    if lost is not None:
        paid = {"write_off": [write_off("I", "2026-10-20", lost)]}
    given_documents(
        rated(lab), "core.fct_invoice", "core.fct_settlement", "core.fct_collection",
        invoice=[invoice("I", "2026-10-01", D("10.125"), currency="KWD", net_amount=D("9.205"))],
        **paid,
    )  # fmt: skip
    rows = lab.result("core.fct_credit_event", "event_id")
    return sum(
        (row["net_amount_base"] for row in rows if row["source_kind"] in ("receipt", "write_off")),
        D(0),
    )


def test_dinars_are_credited_and_taken_back_to_their_last_fils(lab: Laboratory) -> None:
    """9.205 at 23.1234 is 212.85; whole cents of a dinar (9.21 of 10.13) would be 212.97."""
    assert credited(lab, "cash_received", cash=D("10.125")) == D("212.85")
    # 5.063 of 10.125 is 4.603 net
    assert credited(lab, "cash_received", cash=D("5.063")) == D("106.44")
    assert credited(lab, "invoiced", lost=D("10.125")) == D("-212.85")


def test_commission_that_waits_for_dinars_is_whole_once_they_have_come(lab: Laboratory) -> None:
    given_plans(lab, plan(part(event="invoiced", release={"when": "cash"})))
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "invoice_date": day("2026-10-01"), "currency": "KWD",
         "rate_to_base": DINAR, "net_amount": D("9.205"), "gross_amount": D("10.125"),
         "net_amount_base": D("212.85")},
    ]).given("core.fct_credit_event", [
        {"event_id": "V", "credit_event": "invoiced", "family_id": "I",
         "net_amount_base": D("212.85")},
    ]).given("core.fct_credit", [credit("V", 100, family_id="I")]).given("core.fct_settlement", [
        {"item_kind": "invoice", "document_id": "I", "is_known": True, "kind": "cash",
         "settled_date": day("2026-10-20"), "amount": D("10.125")},
    ]).build("commission.document_invoice")  # fmt: skip
    rows = lab.result("commission.document_cash")
    assert pick(rows, "cash_cents", "collectable_cents") == [(212_85, 212_85)]


@pytest.mark.parametrize(
    ("currency", "rate", "paid"),
    # 100.01 CNY a month
    [("JPY", YEN, [2_075, 2_075]), ("KWD", DINAR, [D("4.325"), D("4.325")]),
     ("USD", D("7.1234"), [D("14.04"), D("14.04")])],
)  # fmt: skip
def test_statements_in_a_document_s_currency_end_in_its_smallest_unit(
    lab: Laboratory, currency: str, rate: Decimal, paid: list[Decimal]
) -> None:
    lab.as_of(dt.date(2026, 12, 31))
    given_plans(lab, plan(part(), settlement={"currency": "document"}))
    given_payees(lab, planned("E1"))
    lab.given("staging.employee", [{"employee_id": "E1", "hire_date": day("2025-01-01")}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "U", "kind": "invoice", "currency": currency, "rate_to_base": rate},
    ])  # fmt: skip
    events = [event(f"U{n}", D("1000.10"), f"2026-1{n}-05", invoice_id="U") for n in range(2)]
    lab.given("core.fct_credit_event", events).given("core.quota_day", [])
    lab.build(*CHAIN[CHAIN.index("core.fct_credit") :])
    lab.build("commission.open_period", "commission.correction_line", "commission.booked_line")
    rows = lab.result("mart.commission_settlement", "settled_on")
    assert pick(rows, "currency", "settled_amount") == [(currency, amount) for amount in paid]
