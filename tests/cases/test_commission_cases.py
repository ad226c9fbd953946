"""Worked commission cases of vendors, open-source systems and Chinese practice, each with its source.

One company holds them all: a role with a plan of its own for each case. Canonical files and plan files
go in, `mart.commission_line` comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from books import Books, computed, rows

from pipelines.session import Session

AS_OF = "2026-12-31"
INVOICED = {"event": "invoiced", "to": "owner"}
CASH = {"event": "cash_received", "to": "owner"}


def tiers(*limits: object, mode: str = "marginal", **more: Any) -> dict[str, Any]:
    """Tiers from rate, limit, rate, limit, … rate, by amount."""
    rates, ends = limits[0::2], [*limits[1::2], None]
    starts = [0, *ends[:-1]]
    return {
        "mode": mode,
        "tiers": [
            {"from": start, "rate_pct": rate, **({} if end is None else {"to": end})}
            for start, end, rate in zip(starts, ends, rates, strict=True)
        ],
        **more,
    }


def sell(books: Books, who: str, amounts: Sequence[object], date: str = "2026-10-05") -> None:
    for number, amount in enumerate(amounts, 1):
        books.invoice(f"{who}-{number}", who, date, amount)


def step_rates(books: Books) -> None:
    books.plan("ven01", {"credit": INVOICED, "rate": tiers(
        1, 1000, 2, 3000, 3, 8000, 5, per="transaction")}).person("ven01", "ven01")  # fmt: skip
    sell(books, "ven01", [200, 300, 1500, 1200, 2000, 4500])
    for mode in ("whole", "marginal"):
        role = f"ven03_{mode}"
        books.plan(role, {"credit": INVOICED, "rate": tiers(
            1, 10000, 2, 50000, 3, 100000, 4, mode=mode, per="transaction")}).person(role, role)  # fmt: skip
        sell(books, role, [5000, 15000, 60000])
    books.plan("ven04", {"credit": INVOICED, "rate": tiers(1, 1000, 2, 5000, 3)})
    books.person("ven04", "ven04")
    sell(books, "ven04", [2500])
    books.plan("ven06", {"credit": INVOICED, "rate": tiers(4, 150000, 6, 250000, 8)})
    books.person("ven06", "ven06")
    books.invoice("ven06-1", "ven06", "2026-10-05", 145000)
    books.invoice("ven06-2", "ven06", "2026-10-06", 20000)
    books.plan("oss13", {"credit": INVOICED, "rate": {"mode": "whole", "per": "transaction", "tiers": [
        {"from": 0, "to": 15000, "rate_pct": 0, "boundary": "upper"},
        {"from": 15000, "to": 16000, "rate_pct": 20, "boundary": "lower"},
        {"from": 16000, "rate_pct": 0}]}}).person("oss13", "oss13")  # fmt: skip
    sell(books, "oss13", ["14999.99", 15000, 16000, "16000.01"])
    for role, rate, amount in [
        ("zh02", tiers(2, 1_000_000, 4), 1_200_000),
        ("zh02_whole", tiers(2, 1_000_000, 4, mode="whole"), 1_200_000),
        ("zh02_flat", {"flat_pct": 3}, 1_000_000),
    ]:
        books.plan(role, {"credit": INVOICED, "rate": rate}).person(role, role)
        sell(books, role, [amount])


def draws(books: Books) -> None:
    books.plan("ven09", {"credit": INVOICED, "rate": {"flat_pct": 10}}, since="2026-01-01", draw={
        "monthly": 1000, "for": "everyone", "recover_from_month": 4})  # fmt: skip
    books.person("ven09", "ven09")
    for month, amount in enumerate([5000, 7000, 4000, 12000, 30000], 1):
        books.invoice(f"ven09-{month}", "ven09", f"2026-{month:02}-05", amount)
    books.plan("oss24", {"credit": INVOICED, "rate": {"flat_pct": 10}}, since="2026-01-01", draw={
        "monthly": 4000, "months": 1, "recoverable": False})  # fmt: skip
    books.person("oss24", "oss24", since="2026-09-01")
    books.invoice("oss24-1", "oss24", "2026-09-05", 1000)


def releases(books: Books) -> None:
    released = {"credit": INVOICED, "rate": {"flat_pct": 20}, "release": {"when": "cash"}}
    books.plan("oss15", released).person("oss15", "oss15")
    books.invoice("oss15-1", "oss15", "2026-09-01", 20000)
    books.cash("oss15-a", "oss15-1", "2026-10-07", 10000)
    books.cash("oss15-b", "oss15-1", "2026-10-28", 10000)
    books.plan("ven12", released).person("ven12", "ven12")
    books.invoice("ven12-1", "ven12", "2026-10-01", 10000)
    books.cash("ven12-a", "ven12-1", "2026-10-20", 5000)
    in_full = {**released, "release": {"when": "paid_in_full"}}
    books.plan("oss01", in_full).person("oss01", "oss01")
    books.invoice("oss01-1", "oss01", "2026-10-01", 5).cash("oss01-a", "oss01-1", "2026-10-02", 5)
    note = {"kind": "credit_note", "references_invoice_id": "oss01-1"}
    books.invoice("oss01-2", "oss01", "2026-10-03", 3, **note)
    books.plan("oss02", in_full).person("oss02", "oss02")
    books.invoice("oss02-1", "oss02", "2026-10-01", 5)
    note = {"kind": "credit_note", "references_invoice_id": "oss02-1"}
    books.invoice("oss02-2", "oss02", "2026-10-02", 5, **note)
    signed = {"credit": {"event": "signed", "to": "owner"}, "rate": {"flat_pct": 10},
              "release": {"when": "cash"}}  # fmt: skip
    books.plan("ven14", signed).person("ven14", "ven14")
    books.add("contract", {"contract_id": "ven14", "customer_id": "K", "owner_id": "ven14",
                           "type": "new", "net_amount": 10000, "signed_at": "2026-08-01 09:00:00",
                           "end_date": "2026-10-15", "status": "cancelled"})  # fmt: skip
    books.invoice("ven14-1", "ven14", "2026-08-05", 10000, contract_id="ven14")
    books.cash("ven14-a", "ven14-1", "2026-09-01", 5000)
    books.plan("oss11", {"credit": INVOICED, "rate": {"flat_pct": 10}}).person("oss11", "oss11")
    sell(books, "oss11", [100, 900])


def clawbacks(books: Books) -> None:
    keep = {"credit": INVOICED, "rate": tiers(5, 10000, 10), "clawback": {"by": "original_rate"}}
    books.plan("ven15", keep).person("ven15", "ven15")
    books.invoice("ven15-1", "ven15", "2026-06-10", 10000)
    books.invoice("ven15-2", "ven15", "2026-08-01", 10000, kind="credit_note",
                  references_invoice_id="ven15-1")  # fmt: skip
    books.plan("oss29", {"credit": INVOICED, "quota": {"measure": "m", "period": "quarter"},
                         "rate": tiers(0, 50000, 3, 100000, 5, mode="whole", boundary="upper")})  # fmt: skip
    books.person("oss29", "oss29")
    books.invoice("oss29-1", "oss29", "2026-07-10", 60000)
    books.invoice("oss29-2", "oss29", "2026-08-10", 50000)
    books.invoice("oss29-3", "oss29", "2026-10-02", 50000, kind="credit_note",
                  references_invoice_id="oss29-2")  # fmt: skip


def teams(books: Books) -> None:
    sale = {"event": "signed"}
    for who, manager in [("Steve", "Bob"), ("John", "M2"), ("Bill", "M3")]:
        books.person(who, "ven16_rep", manager=manager)
    books.plan("ven16_rep",
               {"credit": {**sale, "to": "owner"}, "rate": {"flat_pct": 1}},
               {"credit": {**sale, "to": "overlay"}, "rate": {"flat_pct": 1}})  # fmt: skip
    books.plan("ven16_lead", {"credit": {**sale, "to": "managers"}, "rate": {"flat_pct": 1}})
    for who in ("Bob", "M2", "M3"):
        books.person(who, "ven16_lead")
    books.add("opportunity", {"opportunity_id": "ven16", "owner_id": "Steve", "outcome": "won",
                              "created_at": "2026-09-01 09:00:00", "stage": "negotiation"})  # fmt: skip
    books.add("contract", {"contract_id": "ven16", "customer_id": "K", "owner_id": "Steve",
                           "type": "new", "opportunity_id": "ven16", "net_amount": 100,
                           "signed_at": "2026-10-01 09:00:00"})  # fmt: skip
    books.add("opportunity_split", *(
        {"opportunity_id": "ven16", "employee_id": who, "kind": "overlay", "pct": 100}
        for who in ("John", "Bill")))  # fmt: skip
    above = {"U0": "U1", "U1": "U2", "U2": "U3", "U3": ""}
    for who, manager in above.items():
        books.person(who, f"oss27_{who}", manager=manager)
    books.plan("oss27_U0", {"credit": {**sale, "to": "owner"}, "rate": {"flat_pct": 50}})
    for who, rate in [("U1", 2), ("U2", "1.5"), ("U3", 1)]:
        books.plan(
            f"oss27_{who}", {"credit": {**sale, "to": "managers"}, "rate": {"flat_pct": rate}}
        )
    books.add("contract", {"contract_id": "oss27", "customer_id": "K", "owner_id": "U0",
                           "type": "new", "net_amount": 100000, "signed_at": "2026-10-01 09:00:00"})  # fmt: skip
    books.plan("oss18", {"credit": CASH, "rate": {"flat_pct": 5}}).person("oss18", "oss18")
    books.invoice("oss18-1", "oss18", "2026-10-01", 1000).cash(
        "oss18-a", "oss18-1", "2026-10-02", 1000
    )
    by_quantity = {"credit": {"event": "ordered", "base": "units", "to": "deal_team"},
                   "quota": {"measure": "m", "period": "month"},
                   "rate": tiers(1, 100, 2, by="attainment")}  # fmt: skip
    books.plan("oss19", by_quantity)
    for who in ("oss19_a", "oss19_b"):
        books.person(who, "oss19").quota(who, "2026-10-01", "2026-10-31", 50)
    books.add("opportunity", {"opportunity_id": "oss19", "owner_id": "oss19_a", "outcome": "won",
                              "created_at": "2026-09-01 09:00:00", "stage": "negotiation"})  # fmt: skip
    books.add("opportunity_split", *(
        {"opportunity_id": "oss19", "employee_id": who, "kind": "split", "pct": 50}
        for who in ("oss19_a", "oss19_b")))  # fmt: skip
    books.add("product", {"product_id": "P", "name": "P", "category": "none"})
    books.add("sales_order", {"order_id": "oss19", "opportunity_id": "oss19", "customer_id": "K",
                              "owner_id": "oss19_a", "order_date": "2026-10-10", "net_amount": 200})  # fmt: skip
    books.add("sales_order_line", {"order_id": "oss19", "line_no": 1, "product_id": "P",
                                   "quantity": 20, "net_amount": 200})  # fmt: skip


def product_rules(books: Books) -> None:
    books.plan("oss07", {"credit": {"event": "ordered", "to": "owner"}, "rate": {"rules": [
        {"amount": 10}, {"product_category": "bikes", "amount": 20},
        {"product_name": "road bike", "rate_pct": 5}, {"product": "RB-RED", "rate_pct": 15}]}})  # fmt: skip
    books.person("oss07", "oss07")
    products = [("X", "other", "parts"), ("CB", "city bike", "bikes"), ("RB-BLUE", "road bike", "bikes"),
                ("RB-RED", "road bike", "bikes")]  # fmt: skip
    for number, (product, name, category) in enumerate(products, 1):
        books.add("product", {"product_id": product, "name": name, "category": category})
        books.add("sales_order", {"order_id": f"oss07-{number}", "customer_id": "K",
                                  "owner_id": "oss07", "order_date": "2026-10-10",
                                  "net_amount": 1000})  # fmt: skip
        books.add("sales_order_line", {"order_id": f"oss07-{number}", "line_no": 1,
                                       "product_id": product, "quantity": 1, "net_amount": 1000})  # fmt: skip


HYBRID = [(80000, 60), (100000, 50), (110000, 60), (140000, 50), (175000, 60), (100010, 50),
          (250000, 50)]  # fmt: skip


def quotas(books: Books) -> None:
    for number, (revenue, rate) in enumerate(HYBRID):
        role = f"oss21_{number}"
        books.plan(role, {"credit": INVOICED, "quota": {"measure": "m", "period": "month"}, "rate": {
            "by": "attainment", "mode": "hybrid", "boundary": "upper", "base_rate_pct": rate,
            "high_rates": True, "tiers": [
                {"from": 0, "to": 100, "multiplier": 1}, {"from": 100, "to": 125, "multiplier": "1.5"},
                {"from": 125, "to": 150, "multiplier": 2}, {"from": 150, "multiplier": "2.5"}]}})  # fmt: skip
        books.person(role, role).quota(role, "2026-10-01", "2026-10-31", 100000)
        sell(books, role, [revenue])
    prorated = {"credit": INVOICED, "quota": {"measure": "m", "period": "month"},
                "rate": tiers(1, 100, 2, by="attainment")}  # fmt: skip
    books.plan("oss23", prorated).person("oss23", "oss23", since="2025-01-15")
    books.quota("oss23", "2025-01-01", "2025-01-31", 10000)
    sell(books, "oss23", [6000], "2025-01-20")
    yearly = {**prorated, "quota": {"measure": "m", "period": "year"}}
    books.plan("ven18", yearly).person("ven18", "ven18", since="2019-06-01")
    books.quota("ven18", "2019-01-01", "2019-12-31", 800000)
    sell(books, "ven18", [100000], "2019-08-01")
    books.add(
        "salary", {"employee_id": "ven18", "valid_from": "2019-06-01", "target_variable": 75000}
    )


def pools(books: Books) -> None:
    for number, (role, share, members, rate, net) in enumerate([
        ("equal", "equal", {"pool_rep": 1}, 100, 10000),
        ("weighted", "weight", {"pool_quarter": 25, "pool_rest": 75}, 10, 1_200_000),
        ("zh02", "equal", {"pool_zh": 1}, 2, 5_000_000),
    ]):  # fmt: skip
        team = f"POOL{number}"
        books.add(
            "org_unit", {"unit_id": team, "name": team, "kind": "team", "parent_unit_id": "R"}
        )
        pool: dict[str, Any] = {"share": share, "members": members}
        part: dict[str, Any] = {"credit": {"event": "invoiced", "to": "pool"}, "pool": pool,
                                "rate": {"flat_pct": rate, "high_rates": True}}  # fmt: skip
        if role == "equal":
            part["quota"] = {"measure": "m", "period": "month"}
            pool["min_attainment_pct"] = 50
            own = {"credit": INVOICED, "quota": {"measure": "m", "period": "month"},
                   "rate": tiers(0, 100, 0, by="attainment")}  # fmt: skip
            books.plan("pool_rep", own)
            for place in range(11):  # ten reach the gate, one does not
                who = f"pool_{place:02}"
                books.person(who, "pool_rep", unit=team)
                books.quota(who, "2026-10-01", "2026-10-31", 900)
                amount = 300 if place == 10 else 970
                books.invoice(f"{who}-1", who, "2026-10-05", amount)
        else:
            for place, (member, _) in enumerate(members.items()):
                books.person(f"{member}_{place}", member, unit=team)
            first = f"{next(iter(members))}_0"
            books.invoice(f"{team}-1", first, "2026-10-05", net)
        books.plan(f"pool_{role}", part, units=[team])


def conditions(books: Books) -> None:
    rule_a = {"on": "overdue", "steps": [
        {"over": over, "cut_pct": cut}
        for over, cut in [(30, 20), (60, 40), (90, 50), (120, 80), (180, 100)]]}  # fmt: skip
    rule_b = {"on": "overdue", "steps": [
        {"over": 90, "per_day_pct": "0.1"}, {"over": 182, "cut_pct": 100}]}  # fmt: skip
    for role, cut, due in [("zh08a", rule_a, "2026-07-22"), ("zh08a_late", rule_a, "2026-04-07"),
                           ("zh08b", rule_b, "2026-06-17")]:  # fmt: skip
        books.plan(role, {"credit": CASH, "rate": {"flat_pct": 1}, "cuts": [cut]}).person(
            role, role
        )
        books.invoice(f"{role}-1", role, "2026-04-01", 100000, due_date=due)
        books.cash(f"{role}-a", f"{role}-1", "2026-10-05", 100000)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    books = Books()
    for part in (step_rates, draws, releases, clawbacks, teams, product_rules, quotas, pools,
                 conditions):  # fmt: skip
        part(books)
    root = tmp_path_factory.mktemp("cases")
    books.write(root)
    with computed(root, AS_OF) as opened:
        yield opened


def amounts(
    session: Session, who: str, ledger: str = "earned", by: str = "source_id"
) -> list[Decimal]:
    """Sums of a payee's lines by source document, in its order."""
    found = rows(session, f"select sum(amount) from mart.commission_line where payee_id = '{who}' "
                          f"and ledger = '{ledger}' group by {by} order by {by}")  # fmt: skip
    return [amount for (amount,) in found]


def lines(
    session: Session, who: str, columns: str, ledger: str = "earned"
) -> list[tuple[Any, ...]]:
    return rows(session, f"select {columns} from mart.commission_line where payee_id = '{who}' "
                         f"and ledger = '{ledger}' order by credit_date, line_id")  # fmt: skip


def statement(session: Session, who: str, columns: str) -> list[tuple[Any, ...]]:
    return rows(session, f"select {columns} from mart.commission_statement where payee_id = '{who}' "
                         "order by period")  # fmt: skip


def test_step_rates_per_transaction(session: Session) -> None:
    """COM-VEN-01, Oracle Fusion IC, examples of calculating earnings using step rates."""
    assert amounts(session, "ven01") == [2, 3, 20, 14, 30, 95]


def test_the_same_tiers_pay_flat_or_in_steps(session: Session) -> None:
    """COM-VEN-03, Oracle Fusion IC, options for splitting attainment across rate tiers."""
    assert amounts(session, "ven03_whole") == [50, 300, 1800]
    assert lines(session, "ven03_whole", "cast(rate * 100 as int)") == [(1,), (2,), (3,)]
    assert amounts(session, "ven03_marginal") == [50, 200, 1200]


def test_the_trace_of_a_blended_rate(session: Session) -> None:
    """COM-VEN-04, Oracle SPM 24B: 2,500 is 1,000 at 1 % and 1,500 at 2 %, blended 1.6 %."""
    found = lines(session, "ven04", "credit_amount, rate, amount")
    assert found == [(1000, Decimal("0.01"), 10), (1500, Decimal("0.02"), 30)]
    assert sum(amount for _, _, amount in found) / 2500 == Decimal("0.016")


def test_a_deal_that_crosses_a_tier_continues_from_the_position_reached(session: Session) -> None:
    """COM-VEN-06, Salesforce Spiff mamount."""
    assert amounts(session, "ven06")[1] == 1100


def test_a_band_pays_the_whole_line_at_both_its_ends_and_nothing_outside(session: Session) -> None:
    """COM-OSS-13, OCA/commission models/commission.py: both ends inclusive, the gaps pay nothing."""
    assert amounts(session, "oss13") == [0, 3000, 3200, 0]


def test_marginal_and_whole_read_one_table_of_tiers_differently(session: Session) -> None:
    """02, langejiahua.com 148820: 28,000 as 20,000 + 8,000; the whole-amount reading is 48,000."""
    assert lines(session, "zh02", "amount") == [(20000,), (8000,)]
    assert amounts(session, "zh02_whole") == [48000]
    assert amounts(session, "zh02_flat") == [30000]


def test_a_recoverable_draw_is_owed_and_taken_back_later(session: Session) -> None:
    """COM-VEN-09, Oracle Fusion IC, draw and recovery; months 4 and 5 follow from the rule."""
    found = rows(session, "select drawn, recovered, balance from core.commission_draw "
                          "where payee_id = 'ven09' and period <= '2026-05' order by period")  # fmt: skip
    assert found == [(500, 0, 500), (300, 0, 800), (600, 0, 1400), (0, 200, 1200), (0, 1200, 0)]
    assert statement(session, "ven09", "payable, draw_balance")[:5] == [
        (1000, 500), (1000, 800), (1000, 1400), (1000, 1200), (1800, 0),
    ]  # fmt: skip


def test_a_guaranteed_draw_tops_up_the_ramp_month(session: Session) -> None:
    """COM-OSS-24, theodortrampe/commission-calculator: 100 earned, 3,900 on top, 4,000 paid."""
    assert amounts(session, "oss24", by="cause") == [3900, 100]
    assert statement(session, "oss24", "earned, payable, draw_balance") == [(4000, 4000, 0)]


def test_commission_is_released_in_proportion_to_cash(session: Session) -> None:
    """COM-OSS-15, OCA/commission PR 104."""
    assert lines(session, "oss15", "amount, cast(release_date as varchar)", "payable") == [
        (2000, "2026-10-07"), (2000, "2026-10-28"),
    ]  # fmt: skip


def test_earned_and_payable_are_two_numbers(session: Session) -> None:
    """COM-VEN-12, QuotaPath payouts eligibility: half the cash, half the commission."""
    assert statement(session, "ven12", "earned, payable, held") == [(2000, 1000, 1000)]


def test_a_partial_credit_note_takes_its_part_back(session: Session) -> None:
    """COM-OSS-01, OCA/commission test_account_commission: 1.00 and -0.60, in all 0.40."""
    assert [amount for (amount,) in lines(session, "oss01", "amount", "payable")] == [
        1, Decimal("-0.6"),
    ]  # fmt: skip


def test_the_full_reversal_of_an_unpaid_invoice_nets_to_nothing(session: Session) -> None:
    """COM-OSS-02, OCA/commission, PR 503, 463, 607: no spurious -1.00."""
    assert lines(session, "oss02", "amount") == [(1,), (-1,)]
    assert statement(session, "oss02", "earned, payable, held") == [(0, 0, 0)]


def test_a_clawback_takes_what_was_released_and_the_rest_is_not_paid(session: Session) -> None:
    """COM-VEN-14, Centify: half of 1,000 was paid; -500, and the other half never comes."""
    assert lines(session, "ven14", "amount", "payable") == [(500,), (-500,)]
    assert statement(session, "ven14", "held")[-1] == (0,)


def test_a_clawback_of_pay_may_leave_attainment_alone(session: Session) -> None:
    """COM-VEN-15, Salesforce Spiff: 500 of June comes back in August, at June's rate."""
    assert lines(session, "ven15", "period, amount, position_to, cause") == [
        ("2026-06", 500, 10000, "invoice"), ("2026-08", -500, None, "clawback"),
    ]  # fmt: skip
    assert lines(session, "ven15", "reverses_line_id")[1] == lines(session, "ven15", "line_id")[0]


def test_a_cancellation_takes_back_the_recomputed_difference(session: Session) -> None:
    """COM-OSS-29: 110,000 at 5 % is 5,500, 60,000 at 3 % is 1,800; -3,700, not 5 % of the sale."""
    assert amounts(session, "oss29", by="period") == [1800, 3700, -3700]


def test_an_overlay_does_not_roll_up_to_its_manager(session: Session) -> None:
    """COM-VEN-16, Oracle Fusion IC, how team credit rules are processed."""
    found = rows(session, "select payee_id, sum(credit_amount) from mart.commission_line "
                          "where ledger = 'earned' and source_id = 'ven16' group by all order by 1")  # fmt: skip
    assert found == [("Bill", 100), ("Bob", 100), ("John", 100), ("Steve", 100)]


def test_overrides_climb_the_hierarchy(session: Session) -> None:
    """COM-OSS-27: 50 % to the seller, 2, 1.5 and 1 % above."""
    assert [amounts(session, who) for who in ("U0", "U1", "U2", "U3")] == [
        [50000], [2000], [1500], [1000],
    ]  # fmt: skip


def test_net_times_contribution_times_rate(session: Session) -> None:
    """COM-OSS-18, frappe/erpnext sales_person_commission_summary."""
    assert lines(session, "oss18", "credit_amount, split_pct, amount") == [(1000, 100, 50)]


def test_attainment_counts_only_the_contributed_share(session: Session) -> None:
    """COM-OSS-19, frappe/erpnext sales_person_target_variance: half of 20 each against 50."""
    for who in ("oss19_a", "oss19_b"):
        assert lines(session, who, "position_to, quota, position_to - quota") == [(10, 50, -40)]


def test_the_most_particular_rule_pays(session: Session) -> None:
    """COM-OSS-07, OCA sale_commission_product_criteria: all 10, category 20, product 5 %, variant 15 %."""
    assert amounts(session, "oss07") == [10, 20, 50, 150]


def test_a_down_payment_takes_its_share_and_the_final_invoice_the_rest(session: Session) -> None:
    """COM-OSS-11, OCA sale_commission_advance."""
    assert amounts(session, "oss11") == [10, 90]


@pytest.mark.parametrize(
    ("number", "expected"), list(enumerate([48000, 50000, 69000, 90000, 172500, "50007.5", 237500]))
)
def test_an_accelerator_multiplies_all_overage(
    session: Session, number: int, expected: object
) -> None:
    """COM-OSS-21, theodortrampe/commission-calculator: 125 and 150 belong to the higher tier."""
    assert amounts(session, f"oss21_{number}") == [Decimal(str(expected))]


def test_a_quota_is_prorated_and_the_rate_is_not(session: Session) -> None:
    """COM-OSS-23: 17 of 31 days of 10,000 is 5,483.87; 6,000 is 109.41 %."""
    found = lines(session, "oss23", "quota, tier_from, rate")
    assert found == [
        (Decimal("5483.87"), 0, Decimal("0.01")), (Decimal("5483.87"), 100, Decimal("0.02")),
    ]  # fmt: skip
    assert round(Decimal(6000) / found[0][0] * 100, 2) == Decimal("109.41")


def test_an_annual_plan_is_prorated_from_the_start_date(session: Session) -> None:
    """COM-VEN-18, seanmmasters.com: 214 of 365 days; quota 469,041.10, variable 43,972.60."""
    assert lines(session, "ven18", "quota") == [(Decimal("469041.10"),)]
    found = rows(session, "select active_days, days, target_variable from mart.commission_target "
                          "where payee_id = 'ven18' and year = '2019'")  # fmt: skip
    assert found == [(214, 365, Decimal("43972.60"))]


def test_a_pool_is_shared_equally_by_who_qualifies(session: Session) -> None:
    """COM-VEN-20, Core Commissions: 10,000 among the ten who reached 50 % of their quota."""
    found = rows(session, "select employee_id, amount from core.commission_pool_share "
                          "where pool_id = 'pool:team:POOL0' order by 1")  # fmt: skip
    assert found == [(f"pool_{place:02}", 1000) for place in range(10)]


def test_a_pool_is_shared_by_weight(session: Session) -> None:
    """COM-VEN-20, SparrowGenie: a quarter of 10 % of 1,200,000 is 30,000."""
    assert amounts(session, "pool_quarter_0") == [30000]
    assert amounts(session, "pool_rest_1") == [90000]


def test_a_team_pool_takes_its_percentage_of_the_team_s_sales(session: Session) -> None:
    """02, langejiahua.com 148820: 2 % of 5,000,000."""
    assert amounts(session, "pool_zh_0") == [100000]


def test_late_cash_cuts_the_credit(session: Session) -> None:
    """08, dybbs8.com and 360docs.net: 75 days cost 40 %, 181 all of it; 0.1 % a day beyond 3 months."""
    assert lines(session, "zh08a", "credit_amount, cut_pct, amount") == [(60000, 40, 600)]
    assert sum(amounts(session, "zh08a_late")) == 0
    assert lines(session, "zh08b", "credit_amount, amount") == [(98000, 980)]
