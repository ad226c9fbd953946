"""Customers over time: active, lost, buying again, renewing, over their limit."""

from __future__ import annotations

from typing import Any

from tests.support.facts.deals import day, moment
from tests.support.laboratory import Laboratory, Row, pick


def customer(number: str, **more: Any) -> Row:
    return {"customer_id": number, "name": number, "owner_id": "E1", **more}


def order(number: str, placed: str, who: str = "A", **more: Any) -> Row:
    return {"order_id": number, "customer_id": who, "owner_id": "E1",
            "order_date": day(placed), **more}  # fmt: skip


def contract(number: str, signed: str, who: str = "A", **more: Any) -> Row:
    return {"contract_id": number, "customer_id": who, "owner_id": "E1",
            "signed_at": moment(signed), "net_amount": 100, **more}  # fmt: skip


def given(lab: Laboratory, *, orders: Any = (), contracts: Any = (), customers: Any = ()) -> None:
    lab.given("staging.customer", customers or [customer("A"), customer("B")])
    lab.given("staging.sales_order", orders).given("staging.contract", contracts)
    lab.build("core.dim_customer", "core.fct_contract", "core.fct_order")


def test_a_customer_is_active_while_a_contract_runs_and_a_year_after_an_order(
    lab: Laboratory,
) -> None:
    given(
        lab,
        orders=[order("1", "2025-01-01"), order("2", "2025-06-01"), order("3", "2025-06-01")],
        contracts=[
            contract("K", "2026-01-01", "B", start_date=day("2026-02-01"),
                     end_date=day("2026-06-30")),
        ],
    )  # fmt: skip
    rows = lab.result("core.customer_active_span")
    assert pick(rows, "customer_id", "valid_from", "valid_before") == [
        ("A", day("2025-01-01"), day("2026-06-01")),  # two orders, one span
        ("B", day("2026-02-01"), day("2026-07-01")),  # the last day of a contract counts
    ]


def test_a_customer_that_was_merged_into_another_is_no_customer_of_its_own(lab: Laboratory) -> None:
    lab.given("staging.customer_merge", [{"from_id": "A", "into_id": "B"}])
    given(lab)
    assert pick(lab.result("core.dim_customer"), "customer_id") == [("B",)]


def test_a_merged_account_is_followed_as_partner_and_as_parent_to_the_end_of_its_way(
    lab: Laboratory,
) -> None:
    lab.given("staging.customer_merge", [
        {"from_id": "P", "into_id": "Q"}, {"from_id": "Q", "into_id": "B"},
    ])  # fmt: skip
    given(lab, customers=[
        customer("A", partner_id="P", parent_customer_id="Q"),
        customer("B", partner_id="B", parent_customer_id="P"),  # merged with its own parent
        customer("C", partner_id="PT-1", parent_customer_id="A"),
    ])  # fmt: skip
    rows = lab.result("core.dim_customer")
    assert pick(rows, "customer_id", "partner_id", "parent_customer_id") == [
        ("A", "B", "B"), ("B", "B", None), ("C", "PT-1", "A"),
    ]  # fmt: skip


def test_a_gap_ends_a_span(lab: Laboratory) -> None:
    given(lab, orders=[order("1", "2023-01-01"), order("2", "2024-06-01")])
    rows = lab.result("core.customer_active_span")
    assert pick(rows, "valid_from", "valid_before") == [
        (day("2023-01-01"), day("2024-01-01")),
        (day("2024-06-01"), day("2025-06-01")),
    ]


def test_churn_is_of_those_active_at_the_start_whatever_happened_between(lab: Laboratory) -> None:
    span = {"owner_id": "E1", "segment": "sme"}
    lab.given("core.customer_active_span", [
        {**span, "customer_id": "stays", "valid_from": day("2025-01-01"),
         "valid_before": day("2027-01-01")},
        {**span, "customer_id": "goes", "valid_from": day("2025-01-01"),
         "valid_before": day("2026-10-20")},
        {**span, "customer_id": "returns", "valid_from": day("2025-01-01"),
         "valid_before": day("2026-10-10")},
        {**span, "customer_id": "returns", "valid_from": day("2026-10-25"),
         "valid_before": day("2027-10-25")},
        {**span, "customer_id": "new", "valid_from": day("2026-10-05"),
         "valid_before": day("2027-10-05")},
    ])  # fmt: skip
    found = [
        (row["customer_id"], row["is_lost"])
        for row in lab.result("core.fct_retention", "customer_id")
        if (row["period_kind"], row["period_start"], row["variant"])
        == ("month", day("2026-10-01"), "actual")
    ]
    assert found == [("goes", True), ("returns", False), ("stays", False)]


def test_a_second_order_in_time_is_a_repeat_and_a_young_first_order_has_no_verdict(
    lab: Laboratory,
) -> None:
    given(
        lab,
        customers=[customer(number) for number in "ABC"],
        orders=[
            order("1", "2024-01-01"), order("2", "2024-12-31"),
            order("3", "2024-01-01", "B"), order("4", "2025-01-02", "B"),
            order("5", "2026-06-01", "C"), order("6", "2026-07-01", "C"),
        ],
    )  # fmt: skip
    rows = lab.result("core.fct_first_order", "customer_id")
    assert pick(rows, "customer_id", "order_id", "is_repeated", "is_mature") == [
        ("A", "1", True, True),
        ("B", "3", False, True),  # 367 days later
        ("C", "5", True, False),
    ]


def test_a_contract_is_renewed_by_the_one_that_names_it_or_by_the_customer_s_next_renewal(
    lab: Laboratory,
) -> None:
    ended = {"end_date": day("2026-03-31")}
    given(
        lab,
        customers=[customer(number) for number in "ABCD"],
        contracts=[
            contract("named", "2025-01-01", "A", **ended),
            contract("again", "2026-06-01", "A", renews_contract_id="named", type="new"),
            contract("late", "2025-01-01", "B", **ended),
            contract("too late", "2026-07-15", "B", renews_contract_id="late", type="renewal"),
            contract("unnamed", "2025-01-01", "C", **ended),
            contract("follow", "2026-03-01", "C", type="renewal"),
            contract("undecided", "2025-01-01", "D", end_date=day("2026-10-01")),
        ],
    )
    rows = lab.result("core.fct_contract_end", "contract_id")
    assert pick(rows, "contract_id", "is_renewed") == [
        ("late", False), ("named", True), ("unnamed", True),
    ]  # fmt: skip


def test_exposure_is_what_is_open_and_what_is_ordered_without_an_invoice(lab: Laboratory) -> None:
    given(
        lab,
        customers=[customer("A", credit_limit=100), customer("B")],
        orders=[order("1", "2026-10-01", net_amount=120), order("2", "2026-10-01", "B",
                                                                net_amount=999)],
    )  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "order_id": "1", "invoice_date": day("2026-10-10"),
         "net_amount_base": 120},
    ])  # fmt: skip
    lab.given("receivables.open_item_span", [
        {"customer_id": "A", "valid_from": day("2026-10-10"), "valid_before": day("2026-11-01"),
         "open_amount_base": 130},
    ])  # fmt: skip
    lab.build("receivables.order_billed", "receivables.credit_exposure_span")
    rows = lab.result("core.credit_breach_span")
    assert pick(rows, "customer_id", "valid_from", "valid_before", "exposure_base") == [
        ("A", day("2026-10-01"), day("2026-10-10"), 120),  # ordered
        ("A", day("2026-10-10"), day("2026-11-01"), 130),  # invoiced: the order no longer counts
    ]


def test_a_customer_s_health_is_the_newest_export_s(lab: Laboratory) -> None:
    lab.given("staging.customer", [customer("A", health_score=80)]).build("core.dim_customer")
    rows = lab.result("core.fct_customer")
    assert pick(rows, "customer_id", "as_of_date", "health_score") == [("A", day("2026-11-15"), 80)]


def test_items_of_a_partner_s_customers_carry_the_partner(lab: Laboratory) -> None:
    lab.given("staging.customer", [customer("A", partner_id="P1"), customer("B")])
    lab.build("core.dim_customer")
    lab.given("core.open_item_bucket_span", [
        {"document_id": "I", "customer_id": "A", "bucket": "not_due", "open_amount_base": 5},
        {"document_id": "J", "customer_id": "B", "bucket": "not_due", "open_amount_base": 7},
    ])  # fmt: skip
    assert pick(lab.result("core.fct_channel_item"), "document_id", "partner_id") == [("I", "P1")]


def test_a_customer_that_has_ended_is_one_on_the_days_before(lab: Laboratory) -> None:
    lab.given("staging.customer", [
        {"customer_id": "gone", "name": "A", "ended_on": day("2026-11-09")},
        {"customer_id": "goes", "name": "B", "ended_on": day("2026-11-20")},
        {"customer_id": "stays", "name": "C"},
    ]).build("core.dim_customer")  # fmt: skip
    rows = lab.result("core.fct_customer", "customer_id")
    assert pick(rows, "customer_id") == [("goes",), ("stays",)]
