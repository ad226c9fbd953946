"""What a credit earns: positions, tiers in every mode, two-way tables, rules, clawback."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest

from tests.support.facts.commissions import (
    credit,
    earned,
    given_plans,
    of_quota,
    part,
    plan,
    quota,
    tiers,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

QUOTA = of_quota(1, 100, 2)
WHOLE = of_quota(1, 100, 2, mode="whole")


def test_the_opening_position_is_carried_from_credit_to_credit(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", 900), credit("B", 300, "2026-11-05")], QUOTA, 1000)
    assert pick(rows, "source_id", "tier_no", "credit_amount", "rate", "amount") == [
        ("A", 1, 900, Decimal("0.01"), 9),
        ("B", 1, 100, Decimal("0.01"), 1), ("B", 2, 200, Decimal("0.02"), 4),
    ]  # fmt: skip


def test_a_running_position_places_each_credit_in_its_quota_period(lab: Laboratory) -> None:
    given_plans(lab, plan(part(**QUOTA)))
    lab.given("core.fct_credit", [
        credit("A", 900), credit("B", 300, "2026-11-05"),
        credit("C", 50, "2026-09-30", quota_start=day("2026-07-01")),
    ])  # fmt: skip
    lab.given("core.quota_day", [quota(1000), quota(7, calendar_date=day("2027-01-01"))])
    accounts = lab.result("commission.account", "account_no")
    assert pick(accounts, "account_no", "quota_start", "quota") == [
        (1, day("2026-07-01"), None), (2, day("2026-10-01"), 1000),
    ]  # fmt: skip
    lab.build("commission.account")
    rows = lab.result("commission.credit_position", "credit_id")
    assert pick(rows, "credit_id", "account_no", "place", "position_to", "quota") == [
        ("A", 2, 1, 900, 1000), ("B", 2, 2, 1200, 1000), ("C", 1, 1, 50, None),
    ]  # fmt: skip


def test_tiers_are_money_of_the_payee_s_own_quota_with_what_lies_below(lab: Laboratory) -> None:
    earned(lab, [credit("A", 100)], of_quota(1, 60, 2, 100, 3), 1000)
    rows = lab.result("commission.account_tier", "tier_no")
    assert pick(rows, "amount_from", "amount_to", "rate_pct", "commission_before") == [
        (0, 600, 1, 0), (600, 1000, 2, 6), (1000, None, 3, 14),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("boundary", "expected"), [("lower", [("A", 1), ("B", 2)]), ("upper", [("A", 2), ("B", 2)])]
)
def test_a_position_exactly_on_a_limit_belongs_to_the_side_the_plan_names(
    lab: Laboratory, boundary: str, expected: list[tuple[str, int]]
) -> None:
    part_of = of_quota(1, 100, 2, mode="whole", boundary=boundary)
    rows = earned(lab, [credit("A", 1000), credit("B", Decimal("0.01"), "2026-10-06")],
                  part_of, 1000)  # fmt: skip
    assert [(r["source_id"], r["tier_no"]) for r in rows if r["step_kind"] == "reached"] == expected


def test_the_month_of_a_line_is_that_of_the_cash_not_of_the_quota(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", 100, "2026-11-05")], QUOTA, 1000)
    assert pick(rows, "period", "quota_start") == [("2026-11", day("2026-10-01"))]


def test_without_a_quota_the_plan_s_base_rate_pays(lab: Laboratory) -> None:
    rate = {**QUOTA["rate"], "without_quota_rate_pct": 5}
    rows = earned(lab, [credit("A", 200)], {**QUOTA, "rate": rate})
    assert pick(rows, "tier_no", "amount") == [(0, 10)]


def test_cents_are_rounded_on_the_running_total(lab: Laboratory) -> None:
    """0.40 at 1 % ten times is 0.04 in all, not ten times nothing."""
    rows = earned(lab, [credit(f"R{n}", Decimal("0.40")) for n in range(10)], QUOTA, 1000)
    assert sum(row["amount"] for row in rows) == Decimal("0.04")


def test_a_returned_payment_takes_back_each_slice_at_the_rate_it_had_earned(
    lab: Laboratory,
) -> None:
    rows = earned(lab, [credit("A", 1200), credit("B", -300, "2026-10-20")], QUOTA, 1000)
    assert pick(rows, "source_id", "tier_no", "credit_amount", "amount") == [
        ("A", 1, 1000, 10), ("A", 2, 200, 4), ("B", 1, -100, -1), ("B", 2, -200, -4),
    ]  # fmt: skip


def test_a_position_below_nothing_is_taken_back_at_the_first_rate(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", -300), credit("B", 500, "2026-10-20")], QUOTA, 1000)
    assert pick(rows, "source_id", "tier_no", "credit_amount", "amount") == [
        ("A", 1, -300, -3), ("B", 1, 500, 5),
    ]  # fmt: skip


@pytest.mark.parametrize("own", [1000, None])
def test_tiers_by_amount_need_no_quota(lab: Laboratory, own: object) -> None:
    rows = earned(lab, [credit("A", 1200)], {"rate": tiers(1, 500, 2)}, own)
    assert pick(rows, "tier_no", "credit_amount", "amount") == [(1, 500, 5), (2, 700, 14)]


def test_a_rate_per_transaction_begins_anew_with_each_credit(lab: Laboratory) -> None:
    both = [credit(n, 600, is_per_transaction=True) for n in ("A", "B")]
    rows = earned(lab, both, {"rate": tiers(1, 500, 2, per="transaction")})
    assert pick(rows, "source_id", "amount") == [("A", 5), ("A", 2), ("B", 5), ("B", 2)]


def test_the_whole_tier_reached_pays_the_credit_before_again_in_a_line_of_its_own(
    lab: Laboratory,
) -> None:
    """900 at 1 % is 9; 1,200 at 2 % is 24: 6 for the 300, 9 more for the 900."""
    rows = earned(lab, [credit("A", 900), credit("B", 300, "2026-10-20")], WHOLE, 1000)
    assert pick(rows, "source_id", "step_kind", "credit_amount", "amount") == [
        ("A", "reached", 900, 9), ("B", "reached", 300, 6), ("B", "rerated", 0, 9),
    ]  # fmt: skip


def test_a_tier_that_is_lost_again_takes_back_what_reaching_it_had_paid(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", 1200), credit("B", -300, "2026-10-20")], WHOLE, 1000)
    assert sum(row["amount"] for row in rows) == 9


def test_between_two_rates_an_interpolated_rate_runs_on_a_straight_line(lab: Laboratory) -> None:
    """Halfway from 1 % to 3 % is 2 %: 500 pays 10; from the last limit on it is 3 %."""
    mode = of_quota(1, 100, 3, mode="interpolated")
    rows = earned(lab, [credit("A", 500), credit("B", 1500, "2026-10-20")], mode, 1000)
    assert pick(rows, "source_id", "amount") == [("A", 10), ("B", 50)]


def test_a_position_below_nothing_is_taken_back_at_the_first_rate_of_an_interpolated_one(
    lab: Laboratory,
) -> None:
    mode = of_quota(1, 100, 3, mode="interpolated")
    rows = earned(lab, [credit("A", -2000)], mode, 1000)
    assert pick(rows, "source_id", "amount") == [("A", -20)]


def test_a_hybrid_rate_pays_all_overage_at_the_tier_reached(lab: Laboratory) -> None:
    """10 % of 1,000 is 100; 200 more at 20 % are 40; 600 more, at 30 % now, are 180."""
    mode = of_quota(10, 100, 20, 150, 30, mode="hybrid", base_rate_pct=10)
    rows = earned(lab, [credit("A", 1200), credit("B", 400, "2026-10-20")], mode, 1000)
    assert pick(rows, "source_id", "amount") == [("A", 140), ("B", 140)]


@pytest.mark.parametrize("amount", [99_999_950, 100_000_050])
@pytest.mark.parametrize("sign", [1, -1], ids=["earned", "taken back"])
def test_a_percent_of_a_hundred_million_is_as_exact_as_one_of_less(
    lab: Laboratory, amount: int, sign: int
) -> None:
    """Half a cent goes up: 1.23 % of either ends in one."""
    mode = of_quota("1.23", 100, 3, mode="whole")
    rows = earned(lab, [credit("A", sign * amount)], mode, 10**9)
    paid = (amount * Decimal("0.0123")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert pick(rows, "step_kind", "amount") == [("reached", sign * paid)]
    table = {"quota": QUOTA["quota"], "rate": {"matrix": [
        {"attainment": 0, "collection_rate": 0, "rate_pct": "1.23"}]}}  # fmt: skip
    rows = earned(lab, [credit("A", sign * amount, rate_kind="matrix")], table, 10**9)
    assert pick(rows, "step_kind", "amount") == [("table", sign * paid)]


MATRIX = {
    "quota": {"measure": "m", "period": "quarter"},
    "rate": {"matrix": [
        {"attainment": a, "collection_rate": c, "rate_pct": rate}
        for a, c, rate in [(0, 0, 1), (0, 80, 2), (100, 0, 3), (100, 80, 4)]
    ]},
}  # fmt: skip


def due(collected: object, who: str = "E1") -> Row:
    return {"invoice_id": "I", "owner_id": who, "due_date": day("2026-10-10"),
            "period_kind": "month", "period_start": day("2026-10-01"), "variant": "actual",
            "due_amount_base": 100, "collected_amount_base": collected}  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "collected", "pays"),
    [(500, 79, 5), (500, 80, 10), (999, 100, Decimal("19.98")), (1000, 0, 30), (1000, 80, 40)],
)
def test_a_two_way_table_pays_by_attainment_and_collection_rate(
    lab: Laboratory, amount: object, collected: object, pays: object
) -> None:
    lab.given("core.fct_due_item", [due(collected)])
    rows = earned(lab, [credit("A", amount, rate_kind="matrix")], MATRIX, 1000)
    assert [row["amount"] for row in rows] == [pays]


@pytest.mark.parametrize(("per", "positions"), [(None, [60, 50]), ("transaction", [20, -10])])
def test_a_month_ends_where_its_last_credit_has_come_to(
    lab: Laboratory, per: str | None, positions: list[int]
) -> None:
    """40 and 20 in October, 10 taken back in November; gates look at what was sold in full."""
    found = [credit("A", 40), credit("B", 20, "2026-10-20", full_amount=30),
             credit("C", -10, "2026-11-05")]  # fmt: skip
    earned(lab, [{**one, "is_per_transaction": per is not None} for one in found],
           {"rate": {"flat_pct": 10, **({"per": per} if per else {})}})  # fmt: skip
    rows = lab.result("commission.account_month", "month_start")
    last = lab.query(
        "select position_to from commission.credit_position "
        "qualify row_number() over (partition by account_no, month_start order by place desc) = 1 "
        "order by month_start"
    )
    assert pick(rows, "full_amount", "full_amount_so_far") == [(70, 70), (-10, 60)]
    assert [row["position_to"] for row in rows] == [row["position_to"] for row in last] == positions


def test_attainment_is_cut_off_to_four_decimals_and_nothing_due_is_nothing_late(
    lab: Laboratory,
) -> None:
    """999,999.99 of 1,000,000 is not yet 100 %."""
    found = [credit("A", Decimal("999999.99"), rate_kind="matrix")]
    earned(lab, found, MATRIX, 1_000_000)
    rows = lab.result("commission.gauge")
    assert pick(rows, "attainment_pct", "collection_rate_pct") == [
        (Decimal("99.9999"), 100),
    ]  # fmt: skip


def test_a_lead_is_judged_by_what_their_people_collect(lab: Laboratory) -> None:
    lab.given("core.fct_due_item", [due(100, "E2"), due(50, "E3")])
    lab.given("core.manager_span", [
        {"employee_id": who, "level": 1, "manager_id": "E1", "valid_from": day("2025-01-01"),
         "valid_to": day("9999-12-31")} for who in ("E2", "E3")
    ])  # fmt: skip
    earned(lab, [credit("A", 100, rate_kind="matrix")], MATRIX, 1000)
    rows = lab.result("commission.gauge")
    assert [row["collection_rate_pct"] for row in rows] == [75]


RULES = {"rate": {"rules": [
    {"rate_pct": 1}, {"new_customer": True, "rate_pct": 2},
    {"product_category": "bike", "amount": 20},
    {"product_name": "road", "rate_pct": 5}, {"product": "RB", "rate_pct": 15},
]}}  # fmt: skip


@pytest.mark.parametrize(
    ("product", "pays"),
    [
        ({"product_id": "X"}, 10),
        ({"product_id": "X", "is_new_customer": True}, 20),
        ({"product_id": "X", "is_new_customer": True, "product_category": "bike"}, 20),
        ({"product_id": "Y", "product_name": "road", "product_category": "bike"}, 50),
        ({"product_id": "RB", "product_name": "road", "product_category": "bike"}, 150),
    ],
)
def test_of_the_rules_that_fit_the_most_particular_one_pays(
    lab: Laboratory, product: Row, pays: object
) -> None:
    found = credit("A", 1000, rate_kind="rules", **{"is_new_customer": False, **product})
    assert [row["amount"] for row in earned(lab, [found], RULES)] == [pays]


def test_an_amount_per_document_goes_back_with_it(lab: Laboratory) -> None:
    found = [credit(n, sign * 1000, rate_kind="rules", product_category="bike",
                    is_new_customer=False) for n, sign in (("A", 1), ("B", -1))]  # fmt: skip
    assert [row["amount"] for row in earned(lab, found, RULES)] == [20, -20]


def test_an_amount_per_document_is_paid_once_in_however_many_parts(lab: Laboratory) -> None:
    """20 for a bike: of three receipts each has its part, of a team each member."""
    thirds = ("0.3333333333", "0.6666666666", "1", "0.5")
    found = [
        credit(str(n), 100 if Decimal(end) > Decimal(start) else -150, f"2026-10-0{n}",
               rate_kind="rules", product_category="bike", is_new_customer=False,
               document_from=Decimal(start), document_to=Decimal(end))
        for n, (start, end) in enumerate(pairwise(("0", *thirds)), 1)
    ]  # fmt: skip
    assert [row["amount"] for row in earned(lab, found, RULES)] == [
        Decimal("6.67"), Decimal("6.66"), Decimal("6.67"), -10,
    ]  # fmt: skip
    shared = [{**credit("A", 300, rate_kind="rules", product_category="bike",
                        is_new_customer=False), "split_pct": Decimal("33.33")}]  # fmt: skip
    assert [row["amount"] for row in earned(lab, shared, RULES)] == [Decimal("6.67")]


def test_a_reward_per_unit_pays_each_unit(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", 7)], {"rate": {"per_unit": 120}})
    assert [row["amount"] for row in rows] == [840]


def back(number: str, amount: object, of: str, **more: object) -> Row:
    return credit(number, amount, "2026-10-20", source_kind="bounce", reverses_event_id=of, **more)


def test_what_takes_back_names_the_line_it_takes_back(lab: Laboratory) -> None:
    rows = earned(lab, [credit("A", 1200), back("B", -300, "A")], QUOTA, 1000)
    assert pick(rows, "source_id", "amount", "reverses_line_id") == [
        ("A", 10, None), ("A", 4, None), ("B", -1, "A|1"), ("B", -4, "A|1"),
    ]  # fmt: skip
    taken = lab.result("commission.reversal")
    assert pick(taken, "credit_id", "original_line_id", "original_amount", "original_credit") == [
        ("B", "A|1", 14, 1200),
    ]  # fmt: skip


def test_a_clawback_at_the_original_rate_takes_that_and_leaves_the_position(
    lab: Laboratory,
) -> None:
    """B took the tier of 2 %; A goes back at the 1 % it was paid at, and C is at 2 % still."""
    rows = earned(
        lab,
        [credit("A", 1000), credit("B", 500, "2026-10-06"),
         back("N", -1000, "A", is_at_original_rate=True), credit("C", 100, "2026-10-21")],
        {**QUOTA, "clawback": {"by": "original_rate"}}, 1000,
    )  # fmt: skip
    assert pick(rows, "source_id", "step_kind", "amount") == [
        ("A", "slice", 10), ("B", "slice", 10), ("N", "original_rate", -10), ("C", "slice", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        # B reached 2 % for both: a half of it goes back at 2 %, not at what it brought A as well
        ([back("N", -300, "B", is_at_original_rate=True)], [-6]),
        ([back("N", -600, "A", is_at_original_rate=True)], [-12]),
        # both: nothing is left of 24
        ([back("N", -600, "A", is_at_original_rate=True),
          back("O", -600, "B", is_at_original_rate=True)], [-12, -12]),
        # while A was paid at 1 %
        ([back("N", -600, "A", event_date=day("2026-10-05"), is_at_original_rate=True)], [-6]),
    ],
)  # fmt: skip
def test_where_the_tier_pays_the_whole_each_credit_goes_back_at_it(
    lab: Laboratory, notes: list[Row], expected: list[int]
) -> None:
    rows = earned(
        lab, [credit("A", 600), credit("B", 600, "2026-10-06"), *notes],
        {**WHOLE, "clawback": {"by": "original_rate"}}, 1000,
    )  # fmt: skip
    assert [row["amount"] for row in rows if row["step_kind"] == "original_rate"] == expected
    assert sum(row["amount"] for row in rows if row["source_id"] in "AB") == 24


@pytest.mark.parametrize("mode", ["whole", "interpolated"])
def test_credits_that_go_back_at_their_rate_leave_not_a_cent_between_them(
    lab: Laboratory, mode: str
) -> None:
    """Thirds of 1,000.01 whose rounded rates do not add up."""
    parts = [Decimal("333.33"), Decimal("333.34"), Decimal("333.34"), Decimal("170.17")]
    paid = [credit(f"C{n}", part, f"2026-10-0{n + 1}") for n, part in enumerate(parts)]
    taken = [back(f"N{n}", -part, f"C{n}", is_at_original_rate=True)
             for n, part in enumerate(parts)]  # fmt: skip
    rows = earned(
        lab, [*paid, *taken],
        {**of_quota(1, 100, 2, mode=mode), "clawback": {"by": "original_rate"}}, 1000,
    )  # fmt: skip
    assert sum(row["amount"] for row in rows) == 0
    rates = {row["rate"] for row in rows if row["step_kind"] == "original_rate"}
    assert max(rates) - min(rates) < Decimal("0.0001")


def test_a_loss_that_is_taken_back_at_the_original_rate_gives_again_what_it_took(
    lab: Laboratory,
) -> None:
    rows = earned(
        lab,
        [credit("A", 1000), credit("L", -500, "2026-10-06"),
         back("N", 500, "L", is_at_original_rate=True)],
        {**QUOTA, "clawback": {"by": "original_rate"}}, 1000,
    )  # fmt: skip
    assert pick(rows, "source_id", "step_kind", "rate", "amount") == [
        ("A", "slice", Decimal("0.01"), 10), ("L", "slice", Decimal("0.01"), -5),
        ("N", "original_rate", Decimal("0.01"), 5),
    ]  # fmt: skip


def test_the_lines_of_a_credit_are_what_it_earned_before_limits(lab: Laboratory) -> None:
    earned(lab, [credit("A", 1200)], QUOTA, 1000)
    assert pick(lab.result("commission.priced_slice", "tier_no"), "credit_id", "amount") == [
        ("A", 10), ("A", 4),
    ]  # fmt: skip
    rows = lab.result("commission.credit_earning", "line_id")
    assert pick(rows, "line_id", "payee_id", "amount") == [("A|1", "E1", 10), ("A|2", "E1", 4)]
