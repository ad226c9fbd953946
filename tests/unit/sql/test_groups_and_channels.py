"""Groups of customers against their limit, new partners, and channels in each other's way."""

from __future__ import annotations

from tests.support.facts.deals import closed, day, deal, given_deals
from tests.support.laboratory import Laboratory, pick

END = day("9999-12-31")


def given_groups(lab: Laboratory) -> None:
    lab.given("staging.customer", [
        {"customer_id": "P", "name": "P", "owner_id": "E1", "credit_limit": 400},
        {"customer_id": "A", "name": "A", "parent_customer_id": "P", "credit_limit": 300},
        {"customer_id": "B", "name": "B", "parent_customer_id": "A"},  # below a customer below
        {"customer_id": "Q", "name": "Q"},  # a parent without a limit
        {"customer_id": "C", "name": "C", "parent_customer_id": "Q"},
        {"customer_id": "X", "name": "X", "parent_customer_id": "Y"},  # each other's parent
        {"customer_id": "Y", "name": "Y", "parent_customer_id": "X"},
        {"customer_id": "Z", "name": "Z", "credit_limit": 100},  # of no group
    ])  # fmt: skip
    lab.build("core.dim_customer")


def test_a_group_is_all_that_stands_below_one_customer(lab: Laboratory) -> None:
    given_groups(lab)
    rows = lab.result("core.customer_group", "group_id, customer_id")
    assert pick(rows, "group_id", "customer_id") == [
        ("P", "A"), ("P", "B"), ("P", "P"), ("Q", "C"), ("Q", "Q"),
    ]  # fmt: skip


def test_members_within_their_limits_can_be_beyond_the_group_s(lab: Laboratory) -> None:
    given_groups(lab)
    lab.given("receivables.open_item_span", [
        {"customer_id": who, "valid_from": day("2026-10-01"), "valid_before": END,
         "open_amount_base": amount}
        for who, amount in (("A", 250), ("B", 200), ("C", 900), ("Z", 50))
    ])  # fmt: skip
    lab.build("core.customer_group", "receivables.credit_exposure_span")
    rows = lab.result("core.group_exposure_span", "is_limit, customer_id")
    assert pick(rows, "group_id", "customer_id", "owner_id", "exposure_base", "group_limit") == [
        ("P", "A", "E1", 250, 0), ("P", "B", "E1", 200, 0), ("P", "P", "E1", 0, 400),
    ]  # fmt: skip
    assert lab.result("core.credit_breach_span") == []  # nobody is beyond a limit of their own


def test_a_partner_is_new_with_its_first_deal_and_whose_that_was(lab: Laboratory) -> None:
    given_deals(lab, [
        deal("2", "2026-10-02", partner_id="P", owner_id="E2"),
        deal("1", "2026-10-01", partner_id="P", owner_id="E1"),
        deal("3", "2026-09-01"),
    ])  # fmt: skip
    rows = lab.result("core.fct_first_partner_deal")
    assert pick(rows, "partner_id", "opportunity_id", "created_owner_id", "created_date") == [
        ("P", "1", "E1", day("2026-10-01")),
    ]  # fmt: skip


def test_channels_conflict_while_another_s_deal_with_the_customer_is_open(lab: Laboratory) -> None:
    given_deals(lab, [
        closed("old", "2026-05-01", "lost", "2026-06-01 10:00", "proposal", customer_id="K",
               partner_id="R"),
        deal("first", "2026-09-01", customer_id="K", partner_id="P"),
        deal("same", "2026-09-15", customer_id="K", partner_id="P"),
        deal("other", "2026-10-01", customer_id="K", partner_id="Q"),
        deal("direct", "2026-10-02", customer_id="K"),
        deal("alone", "2026-10-02", customer_id="M", partner_id="Q"),
        deal("nobody's", "2026-10-02", partner_id="Q"),
    ])  # fmt: skip
    rows = lab.result("core.fct_partner_conflict", "opportunity_id")
    assert pick(rows, "opportunity_id", "partner_id", "other_channel_id") == [
        ("direct", None, "P"), ("other", "Q", "P"),
    ]  # fmt: skip


def test_of_two_channels_on_one_day_one_is_in_the_other_s_way(lab: Laboratory) -> None:
    given_deals(lab, [
        deal("1", "2026-10-01", customer_id="K", partner_id="P"),
        deal("2", "2026-10-01", customer_id="K", partner_id="Q"),
    ])  # fmt: skip
    assert pick(lab.result("core.fct_partner_conflict"), "opportunity_id") == [("2",)]


def test_two_direct_deals_are_no_conflict(lab: Laboratory) -> None:
    given_deals(lab, [
        deal("1", "2026-10-01", customer_id="K"), deal("2", "2026-10-02", customer_id="K"),
    ])  # fmt: skip
    assert lab.result("core.fct_partner_conflict") == []
