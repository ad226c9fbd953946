"""What rows in quarantine leave in question: how far each may move a figure, and ranges of figures.

The day of the report is Sunday 2026-11-15; its week began on the 9th.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.deals import day, moment
from tests.support.laboratory import Laboratory, Row, pick

D = Decimal


def refused(rule: str, value: str | None = None, also: str = "", **row: Any) -> Row:
    """A row in quarantine: what of it can be read, and the first rule it breaks."""
    column = "" if rule == "duplicate_key" else rule.partition(".")[0]
    return {
        "_load": 1, "_line": 2, "_rule": rule, "_column": column, "_value": value,
        "_columns": ",".join(filter(None, (column, also))), **row,
    }  # fmt: skip


# --- contracts -----------------------------------------------------------------------------------


def contracts(lab: Laboratory, *rows: Row) -> list[dict[str, Any]]:
    lab.given("core.fct_contract", [
        {"contract_id": "A", "owner_id": "E1", "signed_date": day("2026-11-10"),
         "net_amount_base": 1000},
        {"contract_id": "B", "owner_id": "E2", "signed_date": day("2026-02-10"),
         "net_amount_base": 5000},
    ])  # fmt: skip
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-11-01"), "rate_to_base": 7},
        {"currency": "USD", "rate_date": day("2026-11-11"), "rate_to_base": 8},
    ])  # fmt: skip
    lab.build("core.fx_day")
    lab.given("refused.contract", rows)
    return lab.result("core.refused_contract", "side desc")


def contract(rule: str, value: str | None = None, **more: Any) -> Row:
    return refused(rule, value, **({
        "contract_id": "C", "customer_id": "K", "owner_id": "E1", "net_amount": 300,
        "signed_at": moment("2026-11-12 10:00"),
    } | more))  # fmt: skip


@pytest.mark.parametrize(
    ("row", "first", "last", "low", "high"),
    [
        (contract("owner_id.missing_required", owner_id=None), "2026-11-12", "2026-11-12", 0, 300),
        # 待定: as much as the largest contract there is
        (contract("net_amount.not_a_number", "待定", net_amount=None),
         "2026-11-12", "2026-11-12", 0, 5000),
        # 31 February: its month is believed, its day is not
        (contract("signed_at.not_a_date", "2026-02-31 11:00", signed_at=None),
         "2026-02-01", "2026-03-06", 0, 300),
        (contract("signed_at.not_a_date", "2025-13-05", signed_at=None),
         "2025-01-01", "2026-01-01", 0, 300),
        (contract("signed_at.not_a_date", "soon", signed_at=None),
         "0001-01-01", "9999-12-31", 0, 300),
        # the first fault is another one, so nothing says when it was signed
        (contract("owner_id.missing_required", also="signed_at", signed_at=None),
         "0001-01-01", "9999-12-31", 0, 300),
        (contract("owner_id.missing_required", currency="USD", net_amount=10),
         "2026-11-12", "2026-11-12", 0, 80),
        # on a day that nobody knows it may have been worth the highest rate
        (contract("signed_at.not_a_date", "soon", signed_at=None, currency="USD", net_amount=10),
         "0001-01-01", "9999-12-31", 0, 80),
        (contract("owner_id.missing_required", net_amount=-300),
         "2026-11-12", "2026-11-12", -300, 0),
    ],
)  # fmt: skip
def test_a_contract_in_quarantine_may_count_or_not(
    lab: Laboratory, row: Row, first: str, last: str, low: int, high: int
) -> None:
    found = pick(contracts(lab, row), "first_day", "last_day", "low", "high")
    assert found == [(day(first), day(last), low, high)]


@pytest.mark.parametrize(
    "row",
    [
        contract("owner_id.missing_required", status="cancelled"),
        contract("owner_id.missing_required", signed_at=None),
    ],
)
def test_a_contract_that_was_not_signed_moves_nothing(lab: Laboratory, row: Row) -> None:
    assert contracts(lab, row) == []


def test_of_two_rows_of_a_contract_their_difference_is_in_question(lab: Laboratory) -> None:
    again = contract("duplicate_key", contract_id="A", signed_at=moment("2026-11-10 09:00"))
    assert pick(contracts(lab, again), "side", "low", "high") == [("refused", -700, 0)]
    same = {**again, "net_amount": 1000}
    assert pick(contracts(lab, same), "low", "high") == [(0, 0)]


def test_of_two_rows_with_other_days_or_owners_either_may_be_right(lab: Laboratory) -> None:
    moved = contract("duplicate_key", contract_id="A", owner_id="E2")
    assert pick(contracts(lab, moved), "side", "owner_id", "first_day", "low", "high") == [
        ("refused", "E2", day("2026-11-12"), 0, 300),
        ("accepted", "E1", day("2026-11-10"), -1000, 0),
    ]


@pytest.mark.parametrize("more", [{"status": "cancelled"}, {"signed_at": None}])
def test_a_repeated_row_may_say_that_nothing_was_signed(
    lab: Laboratory, more: dict[str, Any]
) -> None:
    again = contract("duplicate_key", contract_id="A", **more)
    assert pick(contracts(lab, again), "side", "first_day", "low", "high") == [
        ("accepted", day("2026-11-10"), -1000, 0)
    ]


# --- deals ---------------------------------------------------------------------------------------


def deals(lab: Laboratory, *rows: Row) -> list[dict[str, Any]]:
    lab.given("core.fct_opportunity", [
        {"opportunity_id": "A", "owner_id": "E1", "outcome": "won", "amount_base": 900,
         "closed_date": day("2026-11-10")},
        {"opportunity_id": "B", "owner_id": "E1", "outcome": "open", "amount_base": 400,
         "expected_close_date": day("2026-12-01")},
    ])  # fmt: skip
    lab.given("staging.fx_rate", [])
    lab.given("refused.opportunity", rows)
    return lab.result("core.refused_opportunity", "side desc, outcome")


def deal(rule: str, value: str | None = None, **more: Any) -> Row:
    return refused(rule, value, **({
        "opportunity_id": "C", "owner_id": "E1", "outcome": "lost", "amount": 100,
        "created_at": moment("2026-10-01"), "closed_at": moment("2026-11-12"),
    } | more))  # fmt: skip


OPEN = {"outcome": "open", "closed_at": None, "expected_close_date": day("2026-12-20")}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (deal("owner_id.missing_required", owner_id=None), [("lost", "2026-11-12", 0, 1)]),
        # which of the two days is wrong nobody knows
        (deal("closed_at.impossible_order", "2026-09-01"), [("lost", "0001-01-01", 0, 1)]),
        (deal("outcome.unknown_value", "gewonnen", outcome=None,
              expected_close_date=day("2026-12-20")),
         [("lost", "2026-11-12", 0, 1), ("open", "2026-12-20", 0, 1), ("won", "2026-11-12", 0, 1)]),
        (deal("owner_id.missing_required", outcome="abandoned"), []),
        (deal("owner_id.missing_required", **OPEN), [("open", "2026-12-20", 0, 1)]),
        (deal("owner_id.missing_required", **(OPEN | {"expected_close_date": None})), []),
    ],
)  # fmt: skip
def test_a_deal_in_quarantine_may_have_been_decided(
    lab: Laboratory, row: Row, expected: list[tuple[str, str, int, int]]
) -> None:
    found = pick(deals(lab, row), "outcome", "first_day", "least_deals", "most_deals")
    assert found == [(outcome, day(first), low, high) for outcome, first, low, high in expected]


@pytest.mark.parametrize(
    ("row", "high"),
    [
        (deal("owner_id.missing_required", **OPEN), 100),
        (deal("amount.not_a_number", "面议", **OPEN, amount=None), 900),
        (deal("owner_id.missing_required", **OPEN, amount=None), 0),
    ],
)
def test_the_pipeline_may_hold_as_much_more(lab: Laboratory, row: Row, high: int) -> None:
    assert pick(deals(lab, row), "low", "high") == [(0, high)]


def test_of_two_rows_of_a_deal_either_may_be_right(lab: Laboratory) -> None:
    lost = deal("duplicate_key", opportunity_id="A")
    assert pick(deals(lab, lost), "side", "outcome", "least_deals", "most_deals") == [
        ("refused", "lost", 0, 1),
        ("accepted", "won", -1, 0),
    ]
    given_up = deal("duplicate_key", opportunity_id="A", outcome="abandoned")
    assert pick(deals(lab, given_up), "side", "outcome", "least_deals") == [("accepted", "won", -1)]
    due = OPEN | {"expected_close_date": day("2026-12-01")}
    dearer = deal("duplicate_key", **due, opportunity_id="B", amount=450)
    assert pick(deals(lab, dearer), "most_deals", "low", "high") == [(0, 0, 50)]


# --- receivables ---------------------------------------------------------------------------------


def receivables(
    lab: Laboratory, table: str, row: Row, receipts: list[Row] | None = None
) -> tuple[Any, ...]:
    """What a document would change: collected, overdue, current, each between low and high."""
    lab.given("core.dim_customer", [{"customer_id": "K", "owner_id": "E1"}])
    lab.given("core.fct_invoice", [
        {"invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": "E1",
         "due_date": day(due), "net_amount_base": 1000, "gross_amount_base": 1130,
         "gross_amount": 1130, "rate_to_base": 1}
        for number, due in (("LATE", "2026-10-31"), ("SOON", "2026-12-31"), ("PAID", "2026-09-30"))
    ])  # fmt: skip
    lab.given("core.open_item_bucket_span", [
        {"item_kind": "invoice", "document_id": number, "customer_id": "K", "is_overdue": overdue,
         "open_amount_base": 400, "valid_from": day("2026-10-01"),
         "valid_before": day("9999-12-31")}
        for number, overdue in (("LATE", True), ("SOON", False))
    ])  # fmt: skip
    lab.given("staging.receipt", receipts or [
        {"receipt_id": "R", "customer_id": "K", "amount": 600, "received_date": day("2026-11-01")}
    ])  # fmt: skip
    lab.given("staging.receipt_allocation", [
        {"receipt_id": "R", "invoice_id": "SOON", "allocated_date": day("2026-11-10"),
         "line_no": 0, "amount": 50}
    ])  # fmt: skip
    for name in ("invoice", "receipt", "receipt_allocation", "invoice_instalment", "write_off"):
        lab.given(f"refused.{name}", [row] if name == table else [])
    (found,) = lab.result("core.refused_receivable")
    assert found["table_name"] == table
    return tuple(
        found[f"{what}_{end}"]
        for what in ("collected", "overdue", "current")
        for end in ("low", "high")
    )


def invoice(rule: str, **more: Any) -> Row:
    return refused(rule, **({
        "invoice_id": "I", "kind": "invoice", "customer_id": "K", "owner_id": "E1",
        "net_amount": 100, "gross_amount": 113, "invoice_date": day("2026-10-01"),
        "due_date": day("2026-10-31"),
    } | more))  # fmt: skip


UNKNOWN = "customer_id.unknown_reference"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (invoice(UNKNOWN), (0, 0, 0, 113, 0, 0)),
        (invoice(UNKNOWN, due_date=day("2026-12-31")), (0, 0, 0, 0, 0, 113)),
        (invoice(UNKNOWN, due_date=None), (0, 0, 0, 113, 0, 113)),
        (invoice(UNKNOWN, kind="credit_note"), (0, 0, -113, 0, 0, 0)),
        # the net amount is known, and no invoice bears more tax than 13 %
        (invoice("gross_amount.not_a_number", gross_amount=None), (0, 0, 0, D("113.01"), 0, 0)),
        (invoice("net_amount.not_a_number", net_amount=None, gross_amount=None),
         (0, 0, 0, 1130, 0, 0)),
        (invoice("duplicate_key", invoice_id="LATE", gross_amount=1230), (0, 0, 0, 100, 0, 100)),
        (invoice("duplicate_key", invoice_id="LATE", gross_amount=1130), (0, 0, 0, 0, 0, 0)),
        # the second of two rows may be right: due on another day, another's, no invoice
        (invoice("duplicate_key", invoice_id="LATE", due_date=day("2026-12-31"), gross_amount=1130),
         (0, 0, -1130, 1130, -1130, 1130)),
        (invoice("duplicate_key", invoice_id="LATE", gross_amount=1130, owner_id="E2"),
         (0, 0, -1130, 1130, -1130, 1130)),
        (invoice("duplicate_key", invoice_id="LATE", gross_amount=1130, kind="credit_note"),
         (0, 0, -2260, 0, -2260, 0)),
        (invoice("duplicate_key", invoice_id="LATE", gross_amount=1130, status="cancelled"),
         (0, 0, -1130, 0, -1130, 0)),
    ],
)  # fmt: skip
def test_an_invoice_in_quarantine_may_be_owed(
    lab: Laboratory, row: Row, expected: tuple[Any, ...]
) -> None:
    assert receivables(lab, "invoice", row) == expected


def receipt(rule: str, **more: Any) -> Row:
    return refused(rule, **({
        "receipt_id": "S", "customer_id": "K", "amount": 50, "received_date": day("2026-11-02"),
    } | more))  # fmt: skip


@pytest.mark.parametrize(
    ("row", "less", "more"),
    [
        (receipt("received_date.not_a_date", received_date=None), 50, 0),
        # no payment is larger than the largest, nor than all that its customer was billed
        (receipt("amount.not_a_number", amount=None), 600, 0),
        (receipt("duplicate_key", receipt_id="R", amount=700, received_date=day("2026-11-01")),
         100, 0),
        # the same money on another day, or money that bounced
        (receipt("duplicate_key", receipt_id="R", amount=600), 600, 600),
        (receipt("duplicate_key", receipt_id="R", amount=600, received_date=day("2026-11-01"),
                 bounced_date=day("2026-11-05")), 600, 600),
    ],
)  # fmt: skip
def test_money_in_quarantine_may_wait_at_its_customer(
    lab: Laboratory, row: Row, less: int, more: int
) -> None:
    assert receivables(lab, "receipt", row) == (0, 0, 0, 0, -less, more)


def test_the_largest_payment_is_that_of_most_worth(lab: Laboratory) -> None:
    """600 dollars are more than 700 yuan."""
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-11-01"), "rate_to_base": 7}
    ])  # fmt: skip
    row = receipt("amount.not_a_number", amount=None, customer_id="?")
    found = receivables(
        lab, "receipt", row,
        receipts=[{"receipt_id": "R", "customer_id": "K", "amount": 600, "currency": "USD"},
                  {"receipt_id": "S", "customer_id": "K", "amount": 700}],
    )  # fmt: skip
    assert found == (0, 0, 0, 0, -4200, 0)


def test_whose_a_document_is_may_be_in_question(lab: Laboratory) -> None:
    row = invoice("duplicate_key", invoice_id="LATE", gross_amount=1130, owner_id="E2")
    receivables(lab, "invoice", row)
    assert pick(lab.result("core.refused_receivable"), "owner_id") == [(None,)]


def allocation(rule: str, **more: Any) -> Row:
    return refused(rule, **({
        "receipt_id": "R", "invoice_id": "LATE", "allocated_date": day("2026-11-10"), "line_no": 0,
        "amount": 50,
    } | more))  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # the money waits at the customer: it may settle what is overdue, and is collected then
        (allocation("invoice_id.unknown_reference", invoice_id="?"), (0, 50, -50, 0, 0, 50)),
        (allocation("receipt_id.unknown_reference", receipt_id="?"), (0, 50, -50, 0, -50, 50)),
        # more than is open cannot be settled
        (allocation("invoice_id.unknown_reference", invoice_id="?", amount=500),
         (0, 500, -400, 0, 0, 500)),
        (allocation("receipt_id.unknown_reference", receipt_id="?", invoice_id="PAID"),
         (0, 50, 0, 0, -50, 50)),
        (allocation("amount.not_a_number", amount=None), (0, 1130, -400, 0, 0, 1130)),
        (allocation("duplicate_key", invoice_id="SOON", amount=70), (0, 20, 0, 0, 0, 20)),
        # the same money for another instalment
        (allocation("duplicate_key", invoice_id="SOON", instalment_seq=2),
         (0, 0, 0, 50, -50, 50)),
    ],
)  # fmt: skip
def test_an_allocation_in_quarantine_may_settle_an_invoice(
    lab: Laboratory, row: Row, expected: tuple[Any, ...]
) -> None:
    assert receivables(lab, "receipt_allocation", row) == expected


@pytest.mark.parametrize(
    ("row", "moved"),
    [
        ({"invoice_id": "SOON", "seq": 1, "amount": 500, "due_date": None}, 400),
        ({"invoice_id": "SOON", "seq": 1, "amount": None, "due_date": day("2026-10-01")}, 400),
        ({"invoice_id": "PAID", "seq": 1, "amount": 500, "due_date": None}, 0),
        ({"invoice_id": "?", "seq": 1, "amount": 500, "due_date": None}, 500),
    ],
)
def test_an_instalment_in_quarantine_moves_what_is_open_of_its_invoice(
    lab: Laboratory, row: Row, moved: int
) -> None:
    found = receivables(lab, "invoice_instalment", refused("due_date.not_a_date", **row))
    assert found == (0, 0, -moved, moved, -moved, moved)


def test_a_write_off_in_quarantine_may_end_an_invoice(lab: Laboratory) -> None:
    row = refused(
        "written_off_date.not_a_date", invoice_id="LATE", amount=70, written_off_date=None
    )
    assert receivables(lab, "write_off", row) == (0, 0, -70, 0, -70, 0)


# --- ranges of figures ---------------------------------------------------------------------------


def recent(kpi: str, kind: str, start: str, value: object, **more: Any) -> Row:
    return {"kpi_id": kpi, "period_kind": kind, "period_start": day(start), "scope_kind": "company",
            "scope_id": "C", "value": value, **more}  # fmt: skip


CHANGED = {"_load": 1, "_line": 2, "first_day": day("2026-11-10"), "last_day": day("2026-11-10")}
SIGNED = {**CHANGED, "side": "refused", "owner_id": "E1", "low": 0, "high": 300}
NOTHING = {
    f"{what}_{end}": 0 for what in ("collected", "overdue", "current") for end in ("low", "high")
}


def ranges(
    lab: Laboratory, shown: Row, *, units: tuple[str, ...] = (), **effects: list[Row]
) -> dict[str, tuple[Any, Any, int]]:
    """Low, high and number of rows by scope."""
    for table in ("contract", "opportunity", "receivable"):
        lab.given(f"core.refused_{table}", effects.get(table, []))
    lab.given("core.org_span", [
        {"employee_id": employee, "from_date": day("2023-01-01"), "to_date": day("2026-12-31"),
         "team_id": f"T-{employee}", "region_id": "R"}
        for employee in ("E1", "E2")
    ])  # fmt: skip
    teams = [{**shown, "scope_kind": "team", "scope_id": unit} for unit in units]
    lab.given("mart.kpi_recent", [shown, *teams])
    return {
        row["scope_id"]: (row["lowest"], row["highest"], row["row_count"])
        for row in lab.result("mart.kpi_range")
    }


WEEK = recent("contract_amount", "week", "2026-11-09", 1000, numerator=1000)


def test_a_sum_lies_between_all_and_none_of_its_rows(lab: Laboratory) -> None:
    second = {**SIGNED, "_line": 3, "low": -200, "high": 0}
    assert ranges(lab, WEEK, contract=[SIGNED, second]) == {"C": (800, 1300, 2)}


def test_a_row_of_another_week_is_none_of_this_one(lab: Laboratory) -> None:
    before = {**SIGNED, "first_day": day("2026-11-01"), "last_day": day("2026-11-08")}
    assert ranges(lab, WEEK, contract=[before]) == {}
    until_now = {**SIGNED, "first_day": day("0001-01-01"), "last_day": day("9999-12-31")}
    assert ranges(lab, WEEK, contract=[until_now]) == {"C": (1000, 1300, 1)}


def test_rows_that_change_nothing_are_none(lab: Laboratory) -> None:
    assert ranges(lab, WEEK, contract=[{**SIGNED, "high": 0}]) == {}


def test_an_amount_without_a_bound_has_none(lab: Laboratory) -> None:
    assert ranges(lab, WEEK, contract=[{**SIGNED, "high": None}]) == {"C": (None, None, 1)}


def test_a_row_counts_in_its_owner_s_unit_and_without_an_owner_in_any(lab: Laboratory) -> None:
    units = ("T-E1", "T-E2")
    assert set(ranges(lab, WEEK, units=units, contract=[SIGNED])) == {"C", "T-E1"}
    nobody_s = {**SIGNED, "owner_id": None}
    assert set(ranges(lab, WEEK, units=units, contract=[nobody_s])) == {"C", "T-E1", "T-E2"}


def test_a_share_moves_with_both_of_its_parts(lab: Laboratory) -> None:
    won = recent("win_rate_count", "rolling_13w", "2026-08-17", "0.5", numerator=10, denominator=20)
    rows = [
        {**CHANGED, "side": "refused", "outcome": outcome, "owner_id": "E1", "least_deals": 0,
         "most_deals": 1, "low": 0, "high": 0, "_line": line}
        for line, outcome in enumerate(("won", "won", "lost"))
    ]  # fmt: skip
    # 10 of 21, and 12 of 22
    assert ranges(lab, won, opportunity=rows) == {"C": (D("0.47619048"), D("0.54545455"), 3)}


def test_what_is_overdue_lies_between_all_paid_and_none(lab: Laboratory) -> None:
    rate = recent("overdue_rate", "week", "2026-11-09", "0.4", numerator=400, denominator=1000)
    row = {"_load": 1, "_line": 2, "table_name": "invoice", "owner_id": "E1", **NOTHING}
    late = {**row, "overdue_high": 100}
    paid = {**row, "_line": 3, "overdue_low": -50, "current_high": 50}
    # 350 of 1000, and 500 of 1100
    assert ranges(lab, rate, receivable=[late, paid]) == {"C": (D("0.35"), D("0.45454545"), 2)}


def test_a_share_of_what_may_be_nothing_has_no_upper_bound(lab: Laboratory) -> None:
    rate = recent("overdue_rate", "week", "2026-11-09", "0.4", numerator=400, denominator=1000)
    row = {"_load": 1, "_line": 2, "table_name": "receipt", "owner_id": "E1", **NOTHING}
    assert ranges(lab, rate, receivable=[{**row, "current_low": -1200}]) == {
        "C": (D("0.4"), None, 1)
    }


def test_the_pipeline_covers_what_may_be_left_of_the_quota(lab: Laboratory) -> None:
    cover = recent("pipeline_coverage", "week", "2026-11-09", 3, numerator=3000, denominator=1000)
    due = {**CHANGED, "first_day": day("2026-12-20"), "last_day": day("2026-12-20"),
           "side": "refused", "outcome": "open", "owner_id": "E1", "least_deals": 0,
           "most_deals": 1, "low": 0, "high": 500, "_line": 3}  # fmt: skip
    # 3000 of 1000, and 3500 of the 700 that 300 more signed would leave
    found = ranges(lab, cover, contract=[SIGNED], opportunity=[due])
    assert found == {"C": (D(3), D(5), 2)}
