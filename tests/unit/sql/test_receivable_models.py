"""What balances are held against: policy switches, revaluation, flows, loss rates, credit use."""

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

REPORT = day("2026-11-15")
USD = [
    {"currency": "USD", "rate_date": day("2026-09-01"), "rate_to_base": 7},
    {"currency": "USD", "rate_date": day("2026-11-10"), "rate_to_base": 8},
]


def policy(lab: Laboratory, **settings: object) -> None:
    for name, value in settings.items():
        lab.con.execute(f"update policy.receivable set {name} = ?", [value])


def on(rows: list[dict[str, Any]], date: str, kind: str = "company") -> list[dict[str, Any]]:
    return [r for r in rows if r["as_of_date"] == day(date) and r["scope_kind"] == kind]


def test_money_by_a_method_that_waits_counts_on_the_day_it_cleared(lab: Laboratory) -> None:
    lab.given("policy.receipt_method", [{"method": "cheque", "counted": "when_cleared"}])
    lab.given("staging.receipt", [
        receipt("cash", "2026-11-01", 1, method="transfer"),
        receipt("cleared", "2026-11-01", 2, method=" Cheque ", cleared_date=day("2026-11-09")),
        receipt("waiting", "2026-11-01", 4, method="cheque"),
        receipt("no method", "2026-11-02", 8),
    ])  # fmt: skip
    assert pick(lab.result("core.fct_receipt"), "receipt_id", "counted_date") == [
        ("cash", day("2026-11-01")), ("cleared", day("2026-11-09")),
        ("no method", day("2026-11-02")),
    ]  # fmt: skip
    policy(lab, receipts_count="when_cleared")
    assert pick(lab.result("core.fct_receipt"), "receipt_id") == [("cleared",)]


def test_an_invoice_stays_open_until_the_cheque_has_cleared(lab: Laboratory) -> None:
    lab.given("policy.receipt_method", [{"method": "cheque", "counted": "when_cleared"}])
    given_documents(
        lab,
        *ITEMS,
        invoice=[invoice("I", "2026-10-01", 100)],
        receipt=[receipt("R", "2026-10-05", 100, method="cheque", cleared_date=day("2026-10-20"))],
        receipt_allocation=[allocation("R", "I", "2026-10-05", 100)],
    )
    assert pick(
        lab.result("receivables.open_item_span"), "document_id", "valid_from", "valid_before"
    ) == [("I", day("2026-10-01"), day("2026-10-20"))]
    assert [r["amount"] for r in lab.result("core.fct_collection")] == [100]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("apply_when_it_fits", [("I", 60), ("N", -100)]),
        ("apply_up_to_balance", [("N", -40)]),
        ("keep_open", [("I", 60), ("N", -100)]),
    ],
)
def test_a_credit_note_beyond_the_balance_goes_as_far_as_policy_lets_it(
    lab: Laboratory, setting: str, expected: list[tuple[str, int]]
) -> None:
    policy(lab, credit_notes=setting)
    given_documents(
        lab,
        *SPANS,
        invoice=[invoice("I", "2026-10-01", 100), note("N", "2026-10-20", 100, "I")],
        receipt=[receipt("R", "2026-10-10", 40)],
        receipt_allocation=[allocation("R", "I", "2026-10-10", 40)],
    )
    rows = lab.result("mart.receivable_item", "invoice_id")
    assert pick(rows, "invoice_id", "open_amount") == expected


def test_notes_one_after_another_never_take_more_than_the_balance(lab: Laboratory) -> None:
    policy(lab, credit_notes="apply_up_to_balance")
    given_documents(
        lab,
        *SPANS,
        invoice=[
            invoice("I", "2026-10-01", 100), note("N1", "2026-10-05", 70, "I"),
            note("N2", "2026-10-06", 70, "I"), note("N3", "2026-10-07", 5, "I"),
        ],
    )  # fmt: skip
    rows = lab.result("mart.receivable_item", "invoice_id")
    assert pick(rows, "invoice_id", "open_amount") == [("N2", -40), ("N3", -5)]


def test_a_small_note_is_kept_open_where_policy_says_so(lab: Laboratory) -> None:
    policy(lab, credit_notes="keep_open")
    given_documents(
        lab, *ITEMS, invoice=[invoice("I", "2026-10-01", 100), note("N", "2026-10-20", 10, "I")]
    )
    assert lab.result("core.fct_settlement") == []


def test_every_day_leads_to_the_next_day_looked_at(lab: Laboratory) -> None:
    found = {r["calendar_date"]: r for r in lab.result("receivables.balance_calendar")}
    assert found[day("2026-11-02")]["as_of_date"] == day("2026-11-08")
    assert found[day("2026-11-02")]["customer_as_of_date"] == day("2026-11-08")
    assert found[day("2026-10-26")]["as_of_date"] == day("2026-10-31")
    assert max(found) == REPORT
    assert all(row["as_of_date"] >= date for date, row in found.items())


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 80),
        ({"sales_credit_notes": "left_out"}, 113),
        ({"sales_amount": "net", "sales_credit_notes": "left_out"}, 100),
    ],
)
def test_the_sales_that_ratios_divide_by_are_those_policy_names(
    lab: Laboratory, settings: dict[str, str], expected: int
) -> None:
    """For the KPIs as well as for the metric of a day."""
    policy(lab, **settings)
    given_documents(
        lab,
        *ITEMS[:1],
        invoice=[invoice("I", "2026-11-02", 113, net_amount=100),
                 note("N", "2026-11-03", 33, net_amount=30)],
    )  # fmt: skip
    assert sum(row["sales_base"] for row in lab.result("receivables.sales_day")) == expected
    kpis = [
        row for row in lab.result("kpi.invoice")
        if (row["period_kind"], row["period_start"]) == ("month", day("2026-11-01"))
        and row["scope_kind"] == "company"
    ]  # fmt: skip
    assert [row["credit_sales__num"] for row in kpis] == [expected]


def test_what_came_in_of_an_instalment_stands_between_its_payments(lab: Laboratory) -> None:
    given_documents(
        lab,
        *ITEMS,
        invoice=[invoice("I", "2026-09-01", 100, "2026-10-01"),
                 invoice("later", "2026-11-01", 9, "2026-12-01")],
        receipt=[receipt("R", "2026-09-20", 30), receipt("S", "2026-10-10", 70, "2026-10-20")],
        receipt_allocation=[allocation("R", "I", "2026-09-20", 30),
                            allocation("S", "I", "2026-10-10", 70)],
    )  # fmt: skip
    rows = lab.result("receivables.due_span", "valid_from")
    columns = ("valid_from", "valid_before", "due_amount_base", "collected_amount_base")
    assert pick(rows, *columns) == [
        (day("2026-10-01"), day("2026-10-10"), 100, 30),
        (day("2026-10-10"), day("2026-10-20"), 100, 100),
        (day("2026-10-20"), FOREVER, 100, 30),
    ]


def test_flows_are_of_the_window_before_the_day_and_the_opening_of_the_day_before_it(
    lab: Laboratory,
) -> None:
    """91 days before 15 November is 16 August: what is dated then is before the window."""
    given_documents(
        lab,
        *SPANS,
        "receivables.sales_day",
        "receivables.due_span",
        invoice=[
            invoice("old", "2026-08-16", 1000, "2026-08-16"),
            invoice("new", "2026-08-17", 100, "2026-09-17"),
        ],
        receipt=[receipt("R", "2026-10-01", 1060)],
        receipt_allocation=[
            allocation("R", "old", "2026-10-01", 1000), allocation("R", "new", "2026-10-01", 60),
        ],
    )  # fmt: skip
    columns = ("opening", "credit_sales", "due_amount_base", "collected_amount_base")
    rows = lab.result("receivables.flow_day")
    assert pick(on(rows, "2026-11-15"), *columns) == [(1000, 100, 100, 60)]
    # on the last day of October the window still holds all of it, and nothing was open before
    assert pick(on(rows, "2026-10-31"), *columns) == [(0, 1100, 1100, 1060)]


def foreign(lab: Laboratory, setting: str) -> None:
    policy(lab, foreign_currency=setting)
    lab.given("staging.fx_rate", USD).build("core.fx_day")
    given_documents(
        lab,
        *SPANS,
        invoice=[
            invoice("F", "2026-10-01", Decimal("100.01"), "2026-11-01", currency="USD"),
            invoice("B", "2026-10-01", 50),
        ],
    )


def test_foreign_items_are_worth_the_rate_of_the_day_looked_at(lab: Laboratory) -> None:
    foreign(lab, "closing_rate")
    rows = lab.result("receivables.revaluation_day", "as_of_date")
    found = {row["as_of_date"]: row["revaluation_base"] for row in rows}
    assert found[REPORT] == Decimal("100.01")
    assert found[day("2026-11-08")] == 0


def test_a_revaluation_row_stands_beside_the_item_and_in_its_bucket(lab: Laboratory) -> None:
    foreign(lab, "closing_rate")
    rows = lab.result("mart.receivable_item", "open_amount_base")
    columns = ("item_kind", "invoice_id", "bucket", "open_amount", "open_amount_base")
    assert pick(rows, *columns) == [
        ("invoice", "B", "not_due", 50, 50),
        ("invoice_revaluation", "F", "d1_30", 0, Decimal("100.01")),
        ("invoice", "F", "d1_30", Decimal("100.01"), Decimal("700.07")),
    ]
    lab.build("receivables.revaluation_day", "receivables.balance_day", "mart.receivable_ageing")
    totals = lab.query(
        "select scope_kind, sum(open_amount_base) as amount from mart.receivable_ageing "
        "where as_of_date = date '2026-11-15' and scope_kind <> 'partner' group by all"
    )
    assert {row["amount"] for row in totals} == {Decimal("850.08")}


@pytest.mark.parametrize("setting", ["invoice_rate", "closing_rate"])
def test_the_revaluation_is_shown_whether_or_not_it_is_booked(
    lab: Laboratory, setting: str
) -> None:
    foreign(lab, setting)
    lab.build("receivables.revaluation_day", "receivables.balance_day", "mart.receivable_ageing")
    row = next(r for r in lab.result("mart.receivable_revaluation") if r["as_of_date"] == REPORT)
    columns = ("currency", "closing_rate", "document_rate_base", "closing_rate_base")
    assert pick([row], *columns) == [("USD", 8, Decimal("700.07"), Decimal("800.08"))]
    assert row["is_in_outstanding"] == (setting == "closing_rate")


def losses(lab: Laboratory, **settings: object) -> dict[str, dict[str, Any]]:
    """Due on 1 Sep; lost after 60 days. A is paid on day 40, B written off, C never paid."""
    policy(lab, **{"lost_from_day": 60, "loss_min_n": 1, **settings})
    given_documents(
        lab,
        *SPANS,
        invoice=[invoice(n, "2026-08-01", 100, "2026-09-01") for n in "ABC"],
        receipt=[receipt("R", "2026-10-11", 100), receipt("S", "2026-09-11", 30)],
        receipt_allocation=[allocation("R", "A", "2026-10-11", 100),
                            allocation("S", "B", "2026-09-11", 30)],
        write_off=[write_off("B", "2026-10-20", 70)],
    )  # fmt: skip
    rows = lab.result("mart.receivable_loss_rate")
    return {row["bucket"]: row for row in rows if row["as_of_date"] == REPORT}


def test_own_loss_rates_are_lost_over_the_balance_that_entered_the_bucket(lab: Laboratory) -> None:
    found = losses(lab, loss_rates="own_history")
    columns = ("entered_amount_base", "lost_amount_base", "entered_items", "rate_source")
    buckets = ("not_due", "d1_30", "d31_60", "d61_90")
    assert pick([found[name] for name in buckets], *columns) == [
        (300, 170, 3, "own_history"),
        (300, 170, 3, "own_history"),
        (270, 170, 3, "own_history"),
        (0, 0, 0, "policy_begins_later"),
    ]
    assert found["d31_60"]["loss_rate"] == Decimal("0.62962963")
    assert found["d61_90"]["loss_rate"] == found["d61_90"]["set_rate"] == Decimal("0.1")


@pytest.mark.parametrize("same_day", [False, True])
def test_what_is_written_off_is_lost_of_the_instalment_no_money_was_named_for(
    lab: Laboratory, same_day: bool
) -> None:
    """40 are paid for the second instalment of 40, and the first one's 60 are written off."""
    policy(lab, lost_from_day=60, loss_min_n=1, loss_rates="own_history")
    paid = "2026-10-10" if same_day else "2026-09-11"
    given_documents(
        lab,
        *SPANS,
        invoice=[invoice("A", "2026-08-01", 100)],
        invoice_instalment=terms("A", ("2026-08-20", 60), ("2026-09-05", 40)),
        receipt=[receipt("R", paid, 40)],
        receipt_allocation=[allocation("R", "A", paid, 40, instalment_seq=2)],
        write_off=[write_off("A", "2026-10-10", 60)],
    )  # fmt: skip
    rows = {r["bucket"]: r for r in lab.result("mart.receivable_loss_rate")
            if r["as_of_date"] == REPORT}  # fmt: skip
    columns = ("entered_amount_base", "lost_amount_base")
    late = 100 if same_day else 60
    assert pick([rows["d1_30"], rows["d31_60"]], *columns) == [(100, 60), (late, 60)]


@pytest.mark.parametrize(
    ("settings", "source"),
    [({"loss_rates": "set"}, "policy"),
     ({"loss_rates": "own_history", "loss_min_n": 4}, "policy_too_few"),
     ({"loss_rates": "own_history", "loss_window_days": 10}, "policy_too_few")],
)  # fmt: skip
def test_a_bucket_keeps_the_rate_set_and_says_why(
    lab: Laboratory, settings: dict[str, object], source: str
) -> None:
    row = losses(lab, **settings)["d1_30"]
    assert (row["loss_rate"], row["rate_source"]) == (Decimal("0.02"), source)


def limits(lab: Laboratory) -> list[Row]:
    lab.given("staging.customer", [
        {"customer_id": "K", "name": "K", "owner_id": "E1", "segment": "sme", "credit_limit": 100},
        {"customer_id": "L", "name": "L", "owner_id": "E1", "segment": "sme", "credit_limit": 300},
        {"customer_id": "M", "name": "M", "owner_id": "E1", "segment": "sme"},
    ])  # fmt: skip
    given_documents(
        lab,
        *SPANS,
        invoice=[invoice("I", "2026-10-05", 120), invoice("J", "2026-11-05", 999, customer_id="M")],
    )
    return lab.result("receivables.credit_exposure_span")


def test_exposure_is_of_customers_with_a_limit(lab: Laboratory) -> None:
    columns = ("customer_id", "valid_from", "exposure_base", "credit_limit")
    assert pick(limits(lab), *columns) == [("K", day("2026-10-05"), 120, 100)]


def test_credit_use_counts_limits_that_nobody_used(lab: Laboratory) -> None:
    limits(lab)
    lab.build("receivables.credit_exposure_span")
    columns = ("scope_id", "credit_limit", "credit_exposure", "credit_breaches")
    rows = lab.result("receivables.credit_use_day")
    assert pick(on(rows, "2026-11-15"), *columns) == [("C", 400, 120, 1)]
    assert pick(on(rows, "2026-09-30"), *columns) == [("C", 400, 0, 0)]


def test_credit_use_is_known_of_customers_that_use_it_at_every_week_end(lab: Laboratory) -> None:
    limits(lab)
    lab.build("receivables.credit_exposure_span")
    rows = [r for r in lab.result("receivables.credit_use_day") if r["scope_kind"] == "customer"]
    columns = ("as_of_date", "scope_id", "credit_limit", "credit_exposure", "credit_breaches")
    assert {r["scope_id"] for r in rows} == {"K"}
    assert pick(rows, *columns)[-2:] == [
        (day("2026-11-08"), "K", 100, 120, 1), (day("2026-11-15"), "K", 100, 120, 1),
    ]  # fmt: skip
    partners = [r for r in lab.result("receivables.credit_use_day") if r["scope_kind"] == "partner"]
    assert partners == []  # (none) is no partner


def test_a_customer_that_uses_nothing_of_its_limit_has_one_still(lab: Laboratory) -> None:
    lab.given("core.dim_customer", [{"customer_id": "K", "credit_limit": 100}])
    scope = {"as_of_date": REPORT, "scope_kind": "customer", "scope_id": "K"}
    lab.given("mart.receivable_ageing", [
        {**scope, "bucket": bucket, "open_amount_base": amount, "overdue_amount_base": 0,
         "revaluation_base": 0, "overdue_revaluation_base": 0}
        for bucket, amount in [("not_due", -50), ("d1_30", 20)]
    ])  # fmt: skip
    row = lab.result("mart.receivable_metric")[0]
    assert pick(
        [row], "credit_limit", "credit_exposure", "credit_limit_use", "credit_breaches"
    ) == [(100, 0, 0, 0)]


def test_ratios_are_exact_and_rounded_half_up_once(lab: Laboratory) -> None:
    """CEI of Gaviti: (100,000 + 1,000,000 − 120,000) ÷ (100,000 + 1,000,000 − 100,000)."""
    lab.given("mart.receivable_ageing", [
        {"as_of_date": REPORT, "scope_kind": "company", "scope_id": "C", "bucket": bucket,
         "open_amount_base": amount, "overdue_amount_base": late, "revaluation_base": 0,
         "overdue_revaluation_base": 0}
        for bucket, amount, late in [("not_due", 100_000, 0), ("d1_30", 20_000, 20_000)]
    ])  # fmt: skip
    lab.given("receivables.flow_day", [
        {"as_of_date": REPORT, "scope_kind": "company", "scope_id": "C", "credit_sales": 1_000_000,
         "opening": 100_000, "due_amount_base": 3, "collected_amount_base": 2},
    ])  # fmt: skip
    row = lab.result("mart.receivable_metric")[0]
    assert row["cei"] == Decimal("0.98")
    assert row["collection_rate"] == Decimal("0.666667")
    assert row["overdue_rate"] == Decimal("0.166667")
    assert row["dso"] - row["bpdso"] == row["add"] == Decimal("1.82")


def test_a_ratio_to_next_to_nothing_has_no_value_and_stops_nothing(lab: Laboratory) -> None:
    """Billions used of a limit of one cent; what can be written stands, what cannot is no data."""
    lab.given("mart.receivable_ageing", [
        {"as_of_date": REPORT, "scope_kind": "company", "scope_id": "C", "bucket": "d1_30",
         "open_amount_base": 90_000_000_000, "overdue_amount_base": 0, "revaluation_base": 0,
         "overdue_revaluation_base": 0},
    ])  # fmt: skip
    lab.given("receivables.flow_day", [
        {"as_of_date": REPORT, "scope_kind": "company", "scope_id": "C", "opening": 0,
         "credit_sales": Decimal("0.01"), "due_amount_base": Decimal("0.01"),
         "collected_amount_base": 5_420_271},
    ])  # fmt: skip
    lab.given("receivables.credit_use_day", [
        {"as_of_date": REPORT, "scope_kind": "company", "scope_id": "C",
         "credit_limit": Decimal("0.01"), "credit_exposure": 90_000_000_000},
    ])  # fmt: skip
    row = lab.result("mart.receivable_metric")[0]
    assert row["collection_rate"] == 542_027_100
    assert row["credit_limit_use"] is None
    assert row["credit_exposure"] == row["outstanding"] == 90_000_000_000
