"""Who is credited with what: events of the business, plans of the day, teams, managers, pools."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    event,
    given_payees,
    given_plans,
    member,
    of_quota,
    part,
    plan,
    planned,
)
from tests.support.facts.documents import FOREVER, day
from tests.support.laboratory import Laboratory, Row, pick


def placed(who: str, manager: str | None, since: str = "2025-01-01", last: bool = True) -> Row:
    return {"employee_id": who, "manager_id": manager, "valid_from": day(since), "is_last": last}


def test_a_manager_s_manager_is_two_levels_up(lab: Laboratory) -> None:
    lab.given("core.employee_assignment", [
        placed("E1", "L"), placed("L", "M"), placed("M", None),
    ])  # fmt: skip
    rows = lab.result("core.manager_span", "employee_id, level")
    assert pick(rows, "employee_id", "level", "manager_id") == [
        ("E1", 1, "L"), ("E1", 2, "M"), ("L", 1, "M"),
    ]  # fmt: skip


def test_an_override_follows_the_manager_of_the_day(lab: Laboratory) -> None:
    lab.given("core.employee_assignment", [
        placed("E1", "L", last=False), placed("E1", "N", "2026-10-06"),
    ])  # fmt: skip
    rows = lab.result("core.manager_span", "valid_from")
    assert pick(rows, "manager_id", "valid_to") == [
        ("L", day("2026-10-05")), ("N", day("9999-12-31")),
    ]  # fmt: skip


def test_a_chain_that_leads_back_pays_nobody_twice(lab: Laboratory) -> None:
    """E1 under L, L under M, and M, by mistake, under L again."""
    lab.given("core.employee_assignment", [
        placed("E1", "L"), placed("L", "M"), placed("M", "L"),
    ])  # fmt: skip
    rows = lab.result("core.manager_span", "employee_id, level")
    assert pick(rows, "employee_id", "level", "manager_id") == [
        ("E1", 1, "L"), ("E1", 2, "M"), ("L", 1, "M"), ("M", 1, "L"),
    ]  # fmt: skip


def test_who_manages_themselves_is_paid_no_override(lab: Laboratory) -> None:
    lab.given("core.employee_assignment", [placed("E1", "E1")])
    assert lab.result("core.manager_span") == []


def seated(who: str, **more: Any) -> Row:
    """A place in the organisation, the only one unless it says otherwise."""
    return {"employee_id": who, "role": "rep", "unit_id": "T", "team_id": "T", "region_id": "R",
            "valid_from": day("2025-01-01"), "is_last": True, **more}  # fmt: skip


def spans(lab: Laboratory) -> list[tuple[Any, ...]]:
    rows = lab.result("commission.payee_plan_span", "valid_from")
    return pick(rows, "plan_id", "valid_from", "valid_to")


def plans_of(lab: Laboratory, *plans: Row, **place: Any) -> list[tuple[Any, ...]]:
    given_plans(lab, *plans)
    lab.given("core.employee_assignment", [seated("E1", **place)])
    return pick(lab.result("commission.payee_plan_span"), "plan_id", "plan_version")


@pytest.mark.parametrize("unit", ["T", "R", "C"])
def test_a_plan_that_names_the_unit_or_one_above_it_goes_before_one_for_all(
    lab: Laboratory, unit: str
) -> None:
    assert plans_of(lab, plan(id="all"), plan(id="ours", units=[unit])) == [("ours", 1)]


def test_a_plan_of_another_unit_pays_nobody_here(lab: Laboratory) -> None:
    assert plans_of(lab, plan(id="theirs", units=["T2"])) == []


def test_a_plan_pays_from_its_first_to_its_last_day(lab: Laboratory) -> None:
    given_plans(lab, plan(valid_from="2026-10-06", valid_to="2026-10-07"))
    lab.given("core.employee_assignment", [seated("E1")])
    assert spans(lab) == [("P-rep", day("2026-10-06"), day("2026-10-07"))]


def test_one_plan_at_a_time_whichever_begin_and_end_within_another(lab: Laboratory) -> None:
    given_plans(
        lab,
        plan(id="all", valid_from="2026-01-01"),
        plan(id="ours", units=["T"], valid_from="2026-05-01", valid_to="2026-05-31"),
    )
    lab.given("core.employee_assignment", [seated("E1")])
    assert spans(lab) == [
        ("all", day("2026-01-01"), day("2026-04-30")),
        ("ours", day("2026-05-01"), day("2026-05-31")),
        ("all", day("2026-06-01"), FOREVER),
    ]  # fmt: skip


def test_who_left_has_no_plan_from_the_next_day_on(lab: Laboratory) -> None:
    given_plans(lab, plan(valid_from="2026-01-01"))
    lab.given("core.employee_assignment", [seated("E1", valid_to=day("2026-10-05"))])
    assert spans(lab) == [("P-rep", day("2026-01-01"), day("2026-10-05"))]


def test_the_plan_follows_the_role_of_the_day_or_of_today(lab: Laboratory) -> None:
    given_plans(lab, plan(valid_from="2026-01-01"), plan(role="csm", valid_from="2026-01-01"))
    lab.given("core.employee_assignment", [
        seated("E1", valid_to=day("2026-10-05"), is_last=False),
        seated("E1", role="csm", valid_from=day("2026-10-06")),
    ])  # fmt: skip
    assert spans(lab) == [
        ("P-rep", day("2026-01-01"), day("2026-10-05")), ("P-csm", day("2026-10-06"), FOREVER),
    ]  # fmt: skip
    lab.con.execute("update core.parameter set org_view = 'as_is'")
    assert [found for found, *_ in spans(lab)] == ["P-csm", "P-csm"]


def test_each_component_is_measured_by_the_person_or_their_unit(lab: Laboratory) -> None:
    of_unit = {"measure": "m", "period": "quarter", "of": "unit"}
    pool = {"share": "equal", "members": {"rep": 1}}
    parts = part("own"), part("over", to="managers", quota=of_unit)
    given_plans(lab, plan(*parts), plan(part("c", to="pool", pool=pool), role="pool"))
    lab.given("core.dim_unit", [{"unit_id": "T", "kind": "team"}])
    lab.given("commission.payee_plan_span", [planned("E1"), planned("E1", "pool")])
    rows = lab.result("commission.payee_component_span", "component_id")
    assert pick(rows, "component_id", "quota_scope_kind", "quota_scope_id") == [
        ("over", "team", "T"), ("own", "employee", "E1"),
    ]  # fmt: skip


def credits(
    lab: Laboratory,
    events: Sequence[Row],
    *parts: Row,
    payees: Sequence[Row] = (),
    **tables: Sequence[Row],
) -> list[dict[str, Any]]:
    """Credits of events under the components of one plan for all."""
    given_plans(lab, plan(*(parts or [part(to="deal_team")])))
    lab.given("core.fct_credit_event", events)
    lab.given("staging.opportunity_split", [
        {"opportunity_id": "O", "employee_id": who, "kind": kind, "pct": pct}
        for who, pct, kind in tables.pop("splits", [])
    ])  # fmt: skip
    for name, rows in tables.items():
        lab.given(name.replace("__", "."), rows)
    given_payees(lab, *(payees or [planned("E1"), planned("E2"), planned("E3")]))
    return lab.result("core.fct_credit", "payee_id, event_id, product_id")


def test_a_deal_team_shares_the_credit(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, opportunity_id="O")],
                   splits=[("E1", 70, "split"), ("E2", 30, "split")])  # fmt: skip
    assert pick(rows, "payee_id", "split_pct", "credit_amount") == [("E1", 70, 70), ("E2", 30, 30)]


def test_shares_are_rounded_so_that_no_cent_is_lost(lab: Laboratory) -> None:
    """10.01 in halves: 5.01 and 5.00."""
    rows = credits(lab, [event("V", Decimal("10.01"), opportunity_id="O")],
                   splits=[("E1", 50, "split"), ("E2", 50, "split")])  # fmt: skip
    assert [row["credit_amount"] for row in rows] == [Decimal("5.01"), Decimal("5.00")]


def test_splits_that_do_not_add_up_credit_the_owner_alone(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, opportunity_id="O")],
                   splits=[("E2", 70, "split"), ("E3", 20, "split")])  # fmt: skip
    assert pick(rows, "payee_id", "credit_amount") == [("E1", 100)]


def test_a_component_for_the_owner_leaves_the_deal_team_out(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, opportunity_id="O")], part(to="owner"),
                   splits=[("E2", 70, "split"), ("E3", 30, "split")])  # fmt: skip
    assert pick(rows, "payee_id", "credit_amount") == [("E1", 100)]


def test_an_overlay_is_credited_in_full_beside_the_owner(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, opportunity_id="O")], part("own"),
                   part("over", to="overlay"), splits=[("E2", 100, "overlay")])  # fmt: skip
    assert pick(rows, "payee_id", "component_id", "credit_amount") == [
        ("E1", "own", 100), ("E2", "over", 100),
    ]  # fmt: skip


def span(who: str, manager: str, level: int = 1) -> Row:
    return {"employee_id": who, "manager_id": manager, "level": level,
            "valid_from": day("2025-01-01"), "valid_to": day("9999-12-31")}  # fmt: skip


def test_managers_are_credited_for_their_people_and_never_for_overlays(lab: Laboratory) -> None:
    rows = credits(
        lab, [event("V", 100, opportunity_id="O")], part(to="managers"),
        payees=[planned("L"), planned("M")], splits=[("E2", 100, "overlay")],
        core__manager_span=[span("E1", "L"), span("E2", "M")],
    )  # fmt: skip
    assert pick(rows, "payee_id", "credit_amount") == [("L", 100)]


def test_a_manager_of_two_members_of_a_team_is_credited_once_with_both_shares(
    lab: Laboratory,
) -> None:
    rows = credits(
        lab, [event("V", 100, opportunity_id="O")], part(to="managers"), payees=[planned("L")],
        splits=[("E1", 70, "split"), ("E2", 30, "split")],
        core__manager_span=[span("E1", "L"), span("E2", "L")],
    )  # fmt: skip
    assert pick(rows, "payee_id", "split_pct", "credit_amount") == [("L", 100, 100)]


def test_an_override_reaches_as_many_levels_up_as_the_plan_says(lab: Laboratory) -> None:
    rows = credits(
        lab, [event("V", 100)], part(to="managers", credit={"levels": 1}),
        payees=[planned("L"), planned("M")],
        core__manager_span=[span("E1", "L"), span("E1", "M", 2)],
    )  # fmt: skip
    assert [row["payee_id"] for row in rows] == ["L"]


def test_a_pool_is_credited_for_the_members_of_its_unit(lab: Laboratory) -> None:
    """E1 of team T brings 70, E2 of team T2 brings 30."""
    pool = part(to="pool", pool={"share": "equal", "members": {"rep": 1}})
    rows = credits(
        lab, [event("V", 100, opportunity_id="O")], pool,
        splits=[("E1", 70, "split"), ("E2", 30, "split")],
        core__org_day=[member("E1"), member("E2", team_id="T2")],
    )  # fmt: skip
    assert pick(rows, "payee_id", "credit_amount") == [("pool:team:T", 70), ("pool:team:T2", 30)]


def test_a_pool_of_named_units_is_that_of_no_other(lab: Laboratory) -> None:
    given_plans(lab, plan(part(to="pool", pool={"share": "equal", "members": {"rep": 1}}),
                          units=["T2"]))  # fmt: skip
    lab.given("core.fct_credit_event", [event("V", 100)])
    lab.given("core.org_day", [member("E1")])
    assert lab.result("core.fct_credit") == []


def test_who_has_no_plan_on_the_day_of_the_credit_is_not_credited(lab: Laboratory) -> None:
    assert credits(lab, [event("V", 100)], payees=[planned("E1", since="2026-10-06")]) == []


@pytest.mark.parametrize(("base", "amount"), [("net", 100), ("margin", 40), ("units", 7)])
def test_a_credit_is_counted_in_the_base_its_component_names(
    lab: Laboratory, base: str, amount: int
) -> None:
    rows = credits(lab, [event("V", 100, margin_amount_base=40, units=7)],
                   part(credit={"base": base}))  # fmt: skip
    assert [row["credit_amount"] for row in rows] == [amount]


@pytest.mark.parametrize(
    ("says", "amount", "waits"),
    [({}, 15, 20), ({"unknown_cost": "net"}, 35, 0)],
)
def test_what_has_no_cost_waits_for_it_unless_it_is_paid_on(
    lab: Laboratory, says: dict[str, str], amount: int, waits: int
) -> None:
    rows = credits(lab, [event("V", 50, margin_amount_base=15, uncosted_amount_base=20)],
                   part(credit={"base": "margin", **says}))  # fmt: skip
    assert pick(rows, "credit_amount", "uncosted_amount") == [(amount, waits)]


@pytest.mark.parametrize(("floor", "amounts"), [(None, [-15, 15]), ("zero", [0, 0])])
def test_a_loss_counts_against_the_rest_unless_the_plan_floors_it(
    lab: Laboratory, floor: str | None, amounts: list[int]
) -> None:
    """An invoice below its cost, and the credit note that takes it back."""
    base = {"base": "margin", **({"margin_floor": floor} if floor else {})}
    rows = credits(lab, [event("A", 50, margin_amount_base=-15),
                         event("B", -50, margin_amount_base=15)], part(credit=base))  # fmt: skip
    assert [row["credit_amount"] for row in rows] == amounts


def test_each_product_has_its_own_margin(lab: Laboratory) -> None:
    """Of 10 each A brings 6, B loses 2, C has no cost; a document over half of them."""
    rules = part(credit={"base": "margin"},
                 rate={"rules": [{"product": "A", "rate_pct": 1}, {"rate_pct": 2}]})  # fmt: skip
    rows = credits(
        lab, [event("V", 15, order_id="S"), event("W", -15, order_id="S")], rules,
        core__fct_order_line=[
            {**line("A", 10), "cost_amount_base": 4}, {**line("B", 10), "cost_amount_base": 12},
            line("C", 10),
        ],
    )  # fmt: skip
    assert pick(rows, "event_id", "product_id", "credit_amount", "uncosted_amount") == [
        ("V", "A", 3, 0), ("V", "B", -1, 0), ("V", "C", 0, 5),
        ("W", "A", -3, 0), ("W", "B", 1, 0), ("W", "C", 0, -5),
    ]  # fmt: skip


def test_only_a_new_customer_s_money_counts_where_the_plan_says_so(lab: Laboratory) -> None:
    rows = credits(lab, [event("A", 100, is_new_customer=True), event("B", 50)],
                   part(credit={"only": {"new_customers": True}}))  # fmt: skip
    assert pick(rows, "event_id", "credit_amount") == [("A", 100)]


@pytest.mark.parametrize(
    ("only", "column", "value"),
    [
        ({"contract_types": ["renewal"]}, "contract_type", "renewal"),
        ({"segments": ["strategic"]}, "segment", "strategic"),
    ],
)
def test_only_what_a_component_names_counts(
    lab: Laboratory, only: Row, column: str, value: str
) -> None:
    rows = credits(lab, [event("A", 100, **{column: value}), event("B", 50, **{column: "sme"})],
                   part(credit={"only": only}))  # fmt: skip
    assert [row["event_id"] for row in rows] == ["A"]


def line(product: str, net: object, key: bool = False, category: str = "x") -> Row:
    return {"order_id": "S", "line_no": 1, "product_id": product, "product_category": category,
            "is_key_product": key, "net_amount_base": net}  # fmt: skip


def test_the_products_of_a_document_add_up_to_it_to_the_cent(lab: Laboratory) -> None:
    """100.00 over three equal lines: 33.33, 33.33, 33.34."""
    rules = part(rate={"rules": [{"product": "A", "rate_pct": 1}, {"rate_pct": 2}]})
    rows = credits(lab, [event("V", 100, order_id="S")], rules,
                   core__fct_order_line=[line("A", 10), line("B", 10), line("C", 10)])  # fmt: skip
    assert pick(rows, "product_id", "credit_amount") == [
        ("A", Decimal("33.33")), ("B", Decimal("33.33")), ("C", Decimal("33.34")),
    ]  # fmt: skip


def test_only_the_key_product_s_part_of_a_document_counts(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, order_id="S")],
                   part(credit={"only": {"key_products": True}}),
                   core__fct_order_line=[line("A", 75), line("B", 25, key=True)])  # fmt: skip
    assert pick(rows, "product_id", "credit_amount") == [("B", 25)]


def test_a_category_s_part_counts_where_the_plan_names_it(lab: Laboratory) -> None:
    rows = credits(lab, [event("V", 100, order_id="S")],
                   part(credit={"only": {"product_categories": ["service"]}}),
                   core__fct_order_line=[line("A", 75),
                                         line("B", 25, category="service")])  # fmt: skip
    assert pick(rows, "product_id", "credit_amount") == [("B", 25)]


def test_what_is_cut_stays_visible_beside_the_full_credit(lab: Laboratory) -> None:
    cut = {"event_id": "V", "plan_id": "P-rep", "plan_version": 1, "component_id": "c"}
    rows = credits(lab, [event("V", 100)], part(), core__fct_credit_cut=[
        {**cut, "cut_kind": "overdue", "cut_pct": 20},
        {**cut, "cut_kind": "discount", "cut_pct": 10},
    ])  # fmt: skip
    assert pick(rows, "full_amount", "cut_pct", "credit_amount") == [(100, 30, 70)]


def test_cuts_take_the_whole_credit_at_most(lab: Laboratory) -> None:
    cut = {"event_id": "V", "plan_id": "P-rep", "plan_version": 1, "component_id": "c"}
    rows = credits(lab, [event("V", 100)], part(), core__fct_credit_cut=[
        {**cut, "cut_kind": "overdue", "cut_pct": 80},
        {**cut, "cut_kind": "records", "cut_pct": 50},
    ])  # fmt: skip
    assert pick(rows, "cut_pct", "credit_amount") == [(100, 0)]


def test_money_that_goes_back_belongs_to_the_quota_period_of_what_it_takes_back(
    lab: Laboratory,
) -> None:
    rows = credits(lab, [event("V", -100, "2026-10-05", quota_date=day("2026-09-30"))],
                   part(**of_quota(1)), payees=[planned("E1")])  # fmt: skip
    assert pick(rows, "quota_start", "month_start") == [(day("2026-07-01"), day("2026-10-01"))]


def test_a_unit_s_quota_is_that_of_the_payee_s_unit(lab: Laboratory) -> None:
    of_unit = part(quota={"measure": "m", "period": "quarter", "of": "unit"})
    rows = credits(lab, [event("V", 100)], of_unit,
                   core__dim_unit=[{"unit_id": "T", "kind": "team"}])  # fmt: skip
    assert pick(rows, "quota_scope_kind", "quota_scope_id") == [("team", "T")]
