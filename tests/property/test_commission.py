"""Commission is exact: nothing is lost between shares, tiers, months, closings and load orders."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.support.batches import cases
from tests.support.facts.commissions import (
    CHAIN,
    PAID,
    account,
    credit,
    event,
    given_payees,
    given_plans,
    member,
    part,
    plan,
    planned,
    planned_versions,
    quota,
    tiers,
    versions,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row

CENT = Decimal("0.01")
OCTOBER = dt.date(2026, 10, 8)
SHARES = st.lists(st.integers(1, 10**6 - 1), max_size=4, unique=True).map(sorted)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def parts_of(whole: int, ends: Sequence[int]) -> list[int]:
    """Positive parts that add up to the whole."""
    return [end - start for start, end in pairwise(sorted({0, *ends, whole}))]


TEAMS = st.fixed_dictionaries({
    "net": st.integers(1, 10**9), "tax_pct": st.sampled_from([0, 6, 9, 13]),
    "cash": st.lists(st.integers(1, 10**6 - 1), max_size=4), "shares": SHARES,
})  # fmt: skip


def test_the_shares_of_a_team_add_up_to_the_net_amount_of_an_invoice(lab: Laboratory) -> None:
    """An invoice paid in parts, each credited to a team whose shares add up to 100 %."""
    found = cases(TEAMS)
    invoices, receipts, splits, people = [], [], [], []
    for n, case in enumerate(found):
        gross = case["net"] + int(rounded(Decimal(case["net"]) * case["tax_pct"]) // 100)
        invoices.append({
            "invoice_id": f"I{n}", "kind": "invoice", "contract_id": f"C{n}", "owner_id": f"E{n}.0",
            "invoice_date": OCTOBER, "rate_to_base": 1, "net_amount": case["net"] * CENT,
            "gross_amount": gross * CENT,
        })  # fmt: skip
        receipts += [
            {"receipt_id": f"R{n}.{k}", "invoice_id": f"I{n}", "document_id": f"I{n}",
             "allocated_date": OCTOBER, "line_no": 0, "place": 1,
             "allocated_amount": amount * CENT, "amount": amount * CENT}
            for k, amount in enumerate(parts_of(gross, [c * gross // 10**6 for c in case["cash"]]))
        ]  # fmt: skip
        for k, share in enumerate(parts_of(10**6, case["shares"])):
            splits.append({"opportunity_id": f"O{n}", "employee_id": f"E{n}.{k}", "kind": "split",
                           "pct": Decimal(share) / 10**4})  # fmt: skip
            people.append(planned(f"E{n}.{k}"))
    given_plans(lab, plan(part(to="deal_team")))
    lab.given("core.fct_invoice", invoices).given("core.fct_collection", receipts)
    lab.given("staging.contract", [
        {"contract_id": f"C{n}", "opportunity_id": f"O{n}"} for n in range(len(found))
    ])  # fmt: skip
    lab.given("staging.opportunity_split", splits)
    given_payees(lab, *people)
    lab.build("core.fct_credit_event", "core.fct_credit")
    by_event = lab.query("""
        select event.event_id, event.net_amount_base, sum(credit.credit_amount) as credited
        from core.fct_credit_event as event
        left join core.fct_credit as credit on event.event_id = credit.event_id
        group by all having event.net_amount_base is distinct from sum(credit.credit_amount)
    """)
    assert by_event == []
    whole = lab.query(
        "select invoice_id, sum(credit_amount) as c from core.fct_credit group by all"
    )
    assert {row["invoice_id"]: row["c"] for row in whole} == {
        f"I{n}": case["net"] * CENT for n, case in enumerate(found)
    }


GROUPED = st.fixed_dictionaries({
    "net": st.integers(2, 10**6), "tax_pct": st.sampled_from([0, 6, 13]),
    "days": st.lists(st.integers(1, 10**6 - 1), max_size=2), "cuts": SHARES,
    "shares": SHARES.filter(bool), "rate": st.sampled_from(["1", "7.1234"]),
})  # fmt: skip


def test_a_team_shares_the_cash_of_a_day_alike_however_its_receipts_are_grouped(
    lab: Laboratory,
) -> None:
    """An invoice paid on some days: by a receipt a day, or by several that come to the same."""
    found = cases(GROUPED, 200)
    invoices, receipts, splits, people, contracts = [], [], [], [], []
    for n, case in enumerate(found):
        gross = case["net"] + int(rounded(Decimal(case["net"]) * case["tax_pct"]) // 100)
        days = [share * gross // 10**6 for share in case["days"]]
        parts = parts_of(10**6, case["shares"])
        for way, cuts in (("A", days), ("B", days + [c * gross // 10**6 for c in case["cuts"]])):
            name, so_far = f"{way}{n}", 0
            invoices.append({
                "invoice_id": f"I{name}", "kind": "invoice", "contract_id": f"C{name}",
                "owner_id": f"{name}.0", "invoice_date": OCTOBER, "rate_to_base": case["rate"],
                "net_amount": case["net"] * CENT, "gross_amount": gross * CENT,
            })  # fmt: skip
            contracts.append({"contract_id": f"C{name}", "opportunity_id": f"O{name}"})
            for k, amount in enumerate(parts_of(gross, cuts)):
                later = sum(so_far >= day for day in days)
                so_far += amount
                receipts.append({
                    "receipt_id": f"R{name}.{k:02}", "invoice_id": f"I{name}",
                    "document_id": f"I{name}", "line_no": 0, "place": 1, "amount": amount * CENT,
                    "allocated_date": OCTOBER + dt.timedelta(days=later),
                    "allocated_amount": amount * CENT,
                })  # fmt: skip
            for k, share in enumerate(parts):
                splits.append({"opportunity_id": f"O{name}", "employee_id": f"{name}.{k}",
                               "kind": "split", "pct": Decimal(share) / 10**4})  # fmt: skip
                people.append(planned(f"{name}.{k}"))
    given_plans(lab, plan(part(to="deal_team")))
    lab.given("core.fct_invoice", invoices).given("core.fct_collection", receipts)
    lab.given("staging.contract", contracts).given("staging.opportunity_split", splits)
    given_payees(lab, *people)
    lab.build("core.fct_credit_event", "core.fct_credit")
    shares: dict[str, dict[tuple[str, dt.date], Decimal]] = {"A": {}, "B": {}}
    for row in lab.query(
        "select payee_id, event_date, sum(credit_amount) as amount "
        "from core.fct_credit group by all having sum(credit_amount) <> 0"
    ):
        shares[row["payee_id"][0]][row["payee_id"][1:], row["event_date"]] = row["amount"]
    assert len(shares["A"]) >= len(found)
    assert shares["A"] == shares["B"]


POOLS = st.tuples(
    st.integers(-(10**9), 10**9).filter(bool),
    st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
)


def test_a_pool_is_paid_out_exactly_and_nobody_is_a_cent_off(lab: Laboratory) -> None:
    found = cases(POOLS)
    given_plans(
        lab,
        plan(part(to="pool", pool={"share": "credit", "members": {"rep": 1}},
                  quota={"measure": "m", "period": "month"}), role="pool"),
        plan(part(quota={"measure": "m", "period": "month"})),
    )  # fmt: skip
    lab.given("commission.credit_earning", [
        {"line_id": str(n), "payee_id": f"pool:team:T{n}", "plan_id": "P-pool", "plan_version": 1,
         "component_id": "c", "period": "2026-10", "amount": cents * CENT}
        for n, (cents, _) in enumerate(found)
    ])  # fmt: skip
    members = [(n, k, weight) for n, (_, own) in enumerate(found) for k, weight in enumerate(own)]
    lab.given("core.org_day", [
        member(f"E{n}.{k}", "2026-10-31", team_id=f"T{n}") for n, k, _ in members
    ])  # fmt: skip
    lab.given("core.fct_credit", [
        credit(f"{n}.{k}", weight * CENT, payee_id=f"E{n}.{k}") for n, k, weight in members
    ])  # fmt: skip
    lab.given("commission.account", [
        account(f"E{n}.{k}", number) for number, (n, k, _) in enumerate(members)
    ])  # fmt: skip
    lab.build("commission.account_month", "commission.pool_month")
    paid: dict[str, list[Row]] = defaultdict(list)
    for row in lab.result("commission.pool_share"):
        paid[row["pool_id"]].append(row)
    for n, (cents, own) in enumerate(found):
        rows = paid[f"pool:team:T{n}"]
        assert sum(row["amount"] for row in rows) == cents * CENT
        for row in rows:
            weight = own[int(row["employee_id"].split(".")[1])]
            exact = cents * CENT * weight / sum(own)
            assert abs(row["amount"] - exact) < CENT


LIMITS = ((0, 60, Decimal("1.0")), (60, 100, Decimal("2.25")), (100, 130, Decimal("3.1")),
          (130, None, Decimal("4.7")))  # fmt: skip
RATES = ("1.0", 60, "2.25", 100, "3.1", 130, "4.7")
ABOVE_QUOTA = ("1.0", 100, "3.1", 130, "4.7")  # hybrid pays its base rate up to the quota
MODES = ("marginal", "whole", "interpolated", "hybrid", "whole_to_quota")
KINDS = [(mode, boundary) for mode in MODES for boundary in ("lower", "upper")]


def rates_of(mode: str) -> tuple[Any, ...]:
    return ABOVE_QUOTA if mode == "hybrid" else RATES


def given_modes(lab: Laboratory, found: Sequence[tuple[Any, int, Sequence[Row]]]) -> None:
    """Credits of each case under the plan of its mode and boundary, with its own quota."""
    given_plans(lab, *(
        plan(part(quota={"measure": "m", "period": "quarter"},
                  rate=tiers(*rates_of(mode), mode=mode, by="attainment", boundary=boundary,
                             base_rate_pct=1)), role=f"{mode}-{boundary}")
        for mode, boundary in KINDS
    ))  # fmt: skip
    lab.given("core.fct_credit", [
        credit(**{**row, "number": f"{n}.{k}"}, payee_id=f"E{n}", quota_scope_id=f"E{n}",
               plan_id=f"P-{mode}-{boundary}")
        for n, ((mode, boundary), _, rows) in enumerate(found) for k, row in enumerate(rows)
    ])  # fmt: skip
    lab.given("core.quota_day", [quota(own * CENT, f"E{n}") for n, (_, own, _) in enumerate(found)])
    lab.build(*PAID)


def by_hand(mode: str, boundary: str, position: Decimal, own: Decimal) -> Decimal:
    """The commission of a position, from the text of the plan."""
    limits = [(own * a / 100, None if b is None else own * b / 100, rate) for a, b, rate in LIMITS]
    if mode == "marginal":
        if position < 0:
            return rounded(position * LIMITS[0][2] / 100)
        return rounded(sum(
            (max(min(position, position if b is None else b) - a, Decimal(0)) * rate / 100
             for a, b, rate in limits), Decimal(0)))  # fmt: skip
    if mode == "whole_to_quota":
        whole = min(position, own)
        beyond = whole >= limits[0][1] if boundary == "upper" else whole > limits[0][1]
        slices = sum(
            (
                (min(position, position if b is None else b) - a) * rate / 100
                for a, b, rate in limits[2:]
                if position > a
            ),
            Decimal(0),
        )
        return rounded(whole * limits[1 if beyond else 0][2] / 100 + slices)
    at = max(
        k for k, (start, _, _) in enumerate(limits)
        if k == 0 or position > start or (boundary == "upper" and position == start)
    )  # fmt: skip
    start, end, rate = limits[at]
    if mode == "hybrid":
        over = max(position - own, Decimal(0))
        return rounded(min(position, own) / 100 + over * rate / 100)
    if mode == "interpolated" and end is not None:
        way = (limits[at + 1][2] - rate) * max(position - start, Decimal(0)) / (end - start)
        rate += way.quantize(Decimal("1e-8"), "ROUND_FLOOR")
    return rounded(position * rate / 100)


CREDITS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(100, 10**8),
    st.lists(st.tuples(st.integers(-(10**7), 10**8).filter(bool), st.integers(1, 31)),
             min_size=1, max_size=6),
)  # fmt: skip


def test_the_lines_of_every_mode_add_up_to_the_commission_of_the_position(lab: Laboratory) -> None:
    """However the credit of a quarter is cut into receipts, in whatever order they come."""
    found = cases(CREDITS, 240)
    given_modes(lab, [
        (kind, own, [{"amount": cents * CENT, "date": f"2026-10-{on:02}"} for cents, on in rows])
        for kind, own, rows in found
    ])  # fmt: skip
    paid = {
        row["payee_id"]: row["amount"]
        for row in lab.query("select payee_id, sum(amount) as amount "
                             "from commission.credit_earning group by payee_id")
    }  # fmt: skip
    for n, (kind, own, rows) in enumerate(found):
        position = sum(cents for cents, _ in rows) * CENT
        assert paid.get(f"E{n}", 0) == by_hand(*kind, position, own * CENT), (n, found[n])


def test_marginal_commission_never_falls_and_never_jumps(lab: Laboratory) -> None:
    """A cent more of credit is worth a cent at most; any more is worth no less than nothing."""
    found = cases(st.tuples(st.integers(100, 10**8), st.integers(1, 2 * 10**8),
                            st.integers(1, 10**8)))  # fmt: skip
    given_modes(lab, [
        (("marginal", "lower"), own, [
            {"amount": cents * CENT, "date": f"2026-10-0{on}"}
            for on, cents in enumerate((position, 1, more), 1)
        ]) for own, position, more in found
    ])  # fmt: skip
    paid = {
        row["credit_id"]: row["amount"]
        for row in lab.query("select credit_id, sum(amount) as amount "
                             "from commission.credit_earning group by credit_id")
    }  # fmt: skip
    for n, (_, _, more) in enumerate(found):
        assert paid[f"{n}.1"] in (0, CENT)
        assert 0 <= paid[f"{n}.2"] <= more * CENT * Decimal("0.047") + CENT


CUTS = (("2026-10-16",), ("2026-11-01", "2026-11-16"), ("2026-10-10", "2026-10-20", "2026-12-02"))
LIMITING: dict[str, Row] = {
    "free": {},
    "capped": {"cap": {"per_month": 40_000, "carry_forward": True}},
    "gated": {"gates": [{"on": "attainment", "at_least": 50, "pays_pct": 33}]},
}
VERSIONED = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(sorted(LIMITING)), st.integers(0, len(CUTS) - 1),
    st.integers(100, 10**8),
    st.lists(
        # cents, the day it comes, and how many days before it the credit was first given
        st.tuples(st.integers(-(10**7), 10**8).filter(bool), st.integers(0, 91),
                  st.sampled_from([0, 0, 0, 20, 40])),
        min_size=1, max_size=7,
    ),
)  # fmt: skip


def test_any_cut_of_a_plan_into_equal_versions_pays_the_same(lab: Laboratory) -> None:
    """In every mode, month by month, gates and caps that carry included."""
    found = cases(VERSIONED, 240)
    whole = {
        f"{mode}-{boundary}-{limit}": plan(
            part(quota={"measure": "m", "period": "quarter"},
                 rate=tiers(*rates_of(mode), mode=mode, by="attainment", boundary=boundary,
                            base_rate_pct=1), **LIMITING[limit]),
            role=f"{mode}-{boundary}-{limit}",
        )
        for mode, boundary in KINDS for limit in LIMITING
    }  # fmt: skip
    plans, payees, events, quotas = list(whole.values()), [], [], []
    for role, uncut in whole.items():
        for k, cut in enumerate(CUTS):
            plans += versions({**uncut, "role": f"{role}-{k}", "id": f"P-{role}-{k}"}, *cut)
    for n, ((mode, boundary), limit, k, own, rows) in enumerate(found):
        role = f"{mode}-{boundary}-{limit}"
        payees += [planned(f"E{n}", role), *planned_versions(f"F{n}", f"{role}-{k}", *CUTS[k])]
        for who in (f"E{n}", f"F{n}"):
            quotas.append(quota(own * CENT, who))
            for place, (cents, on, earlier) in enumerate(rows):
                came = dt.date(2026, 10, 1) + dt.timedelta(days=on)
                first = came - dt.timedelta(days=min(earlier, on))
                events.append(event(f"{who}.{place}", cents * CENT, str(came), owner_id=who,
                                    quota_date=first))  # fmt: skip
    given_plans(lab, *plans)
    given_payees(lab, *payees)
    lab.given("core.fct_credit_event", events).given("core.quota_day", quotas)
    lab.build(*CHAIN[CHAIN.index("core.fct_credit") : CHAIN.index("commission.earned") + 1])
    paid: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in lab.query("select payee_id, period, sum(amount) as amount from commission.earned "
                         "group by all having sum(amount) <> 0"):  # fmt: skip
        paid[row["payee_id"]][row["period"]] = row["amount"]
    for n, case in enumerate(found):
        assert paid[f"F{n}"] == paid[f"E{n}"], (n, case)
    assert sum(bool(paid[f"E{n}"]) for n in range(len(found))) > len(found) // 2


BOOKS = st.lists(
    st.tuples(
        st.integers(100, 10**7),  # cents of an invoice
        st.integers(1, 28),
        st.lists(st.tuples(st.integers(1, 30), st.integers(1, 15)), max_size=3),  # cash
        st.none() | st.integers(1, 100),  # percent credited again
    ),
    min_size=1, max_size=3,
)  # fmt: skip


def books_of(found: Sequence[Any]) -> dict[str, list[Row]]:
    """Invoices, credit notes and cash of one payee for each case."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for n, rows in enumerate(found):
        for k, (cents, on, cash, credited) in enumerate(rows):
            number, date = f"I{n}.{k}", dt.date(2026, 9, on)
            tables["core.fct_invoice"].append(document(number, n, date, cents))
            if credited:
                note = document(f"N{number}", n, dt.date(2026, 10, on), -(cents * credited // 100))
                tables["core.fct_invoice"].append(
                    {**note, "kind": "credit_note", "references_invoice_id": number}
                )
            for place, (pct, later) in enumerate(cash):
                tables["core.fct_settlement"].append({
                    "item_kind": "invoice", "document_id": number, "kind": "cash",
                    "settled_date": dt.date(2026, 10, later), "source_id": f"{number}.{place}",
                    "amount": (cents * pct // 100) * CENT, "is_known": True,
                })  # fmt: skip
        tables["core.org_day"] += [
            member(f"E{n}", str(dt.date(2026, 9, on))) for on in sorted({row[1] for row in rows})
        ]
    return tables


def document(number: str, n: int, date: dt.date, cents: int) -> Row:
    amount = cents * CENT
    return {"invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": f"E{n}",
            "invoice_date": date, "rate_to_base": 1, "net_amount": amount, "gross_amount": amount,
            "net_amount_base": amount, "gross_amount_base": amount}  # fmt: skip


RELEASED = part(event="invoiced", rate=tiers(1, 1000, 3, 20_000, 5),
                release={"when": "cash", "hold_pct": 10, "hold_months": 1})  # fmt: skip
LEDGER = (
    "select payee_id, ledger, period, source_id, cause, amount, position_to "
    "from commission.computed_line order by all"
)


def computed(lab: Laboratory, tables: dict[str, list[Row]], order: Random | None = None) -> Any:
    given_plans(lab, plan(RELEASED))
    for name, rows in tables.items():
        shuffled = list(rows)
        if order:
            order.shuffle(shuffled)
        lab.given(name, shuffled)
    lab.build(*CHAIN)
    return lab.query(LEDGER)


def test_events_in_any_load_order_give_the_same_ledger(lab: Laboratory) -> None:
    tables = books_of(cases(BOOKS))
    assert computed(lab, tables) == computed(lab, tables, Random(1))


def test_what_is_payable_never_exceeds_what_is_earned_unless_it_is_taken_back_later(
    lab: Laboratory,
) -> None:
    """On any day; and whatever happened, what is earned is payable or held."""
    found = cases(BOOKS)
    computed(lab, books_of(found))
    taken_back = {f"E{n}" for n, rows in enumerate(found) if any(row[3] for row in rows)}
    ahead = lab.query("""
        select payee_id, credit_date, sum(sum(case ledger when 'earned' then amount
          when 'payable' then -amount else 0 end)) over (partition by payee_id order by credit_date)
          as left_over
        from commission.computed_line group by payee_id, credit_date
        qualify left_over < 0
    """)
    assert {row["payee_id"] for row in ahead} <= taken_back
    off = lab.query("""
        select payee_id from commission.computed_line group by payee_id having
        sum(case when ledger = 'earned' then amount else -amount end) <> 0
    """)
    assert off == []


LINE = st.tuples(st.integers(-(10**6), 10**6), st.sampled_from(["2026-08", "2026-09", "2026-10"]),
                 st.sampled_from(["earned", "payable", "held"]))  # fmt: skip
HISTORY = st.lists(
    st.tuples(LINE, st.none() | st.integers(-(10**6), 10**6), st.none() | st.integers(-9, 9)),
    min_size=1, max_size=4,
)  # fmt: skip


def ledger_of(found: Sequence[Any], step: int) -> list[Row]:
    """The lines of every case as computed before, after a change, and after another."""
    rows = []
    for n, lines in enumerate(found):
        for k, ((cents, period, ledger), second, third) in enumerate(lines):
            amount = (cents, second, third)[step]
            if amount is not None:
                rows.append({
                    "line_id": f"{n}.{k}", "ledger": ledger, "payee_id": f"E{n}",
                    "period": period, "credit_date": day(f"{period}-05"), "event_id": f"{n}.{k}",
                    "credit_id": f"{n}.{k}", "source_kind": "receipt", "source_id": "R",
                    "credit_amount": amount, "amount": amount * CENT, "cause": "receipt",
                })  # fmt: skip
    return rows


def close(lab: Laboratory, period: str, number: int) -> None:
    """Freeze what is posted up to a month, beside what was frozen before."""
    names = ", ".join(row["column_name"] for row in lab.query(
        "select column_name from information_schema.columns where table_schema = 'core' "
        "and table_name = 'closed_line' order by ordinal_position"))  # fmt: skip
    lab.build("commission.correction_line", "mart.commission_line")
    lab.con.execute(f"insert into core.closed_line select {names} from mart.commission_line "
                    f"where not is_closed and posted_period <= '{period}'")  # fmt: skip
    lab.con.execute("insert into core.closed_period (period, number) values (?, ?)",
                    [period, number])  # fmt: skip
    lab.build("commission.open_period")


def test_closing_changing_and_posting_the_difference_gives_what_a_fresh_computation_does(
    lab: Laboratory,
) -> None:
    """Closed twice with a change before, between and after: the sums are those computed anew."""
    found = cases(HISTORY)
    lab.given("core.closed_line", []).given("core.closed_period", []).build(
        "commission.open_period"
    )
    for step, month in enumerate(("2026-08", "2026-09", None)):
        lab.given("commission.computed_line", ledger_of(found, step))
        lab.build("commission.correction_line", "mart.commission_line")
        off = lab.query("""
            with posted as (select payee_id, ledger, sum(amount) as amount
              from mart.commission_line group by all),
            anew as (select payee_id, ledger, sum(amount) as amount
              from commission.computed_line group by all)
            select * from posted full outer join anew using (payee_id, ledger)
            where coalesce(posted.amount, 0) <> coalesce(anew.amount, 0)
        """)
        assert off == []
        if month:
            close(lab, month, step + 1)


RETURNED = st.fixed_dictionaries({
    "whole": st.integers(1, 10**7), "came": SHARES, "went": SHARES,
    "kind": st.sampled_from(["rules", "matrix"]),
})  # fmt: skip
PERCENTS = {
    "rules": {"rules": [{"rate_pct": "7.77"}]},
    "matrix": {"matrix": [{"attainment": 0, "collection_rate": 0, "rate_pct": "3.33"}]},
}


def test_a_percent_pays_for_what_is_left_of_a_document_in_however_many_parts_it_comes_and_goes(
    lab: Laboratory,
) -> None:
    """Paid in parts, then paid back in others until nothing is left: to the cent at each step."""
    found, credits = cases(RETURNED, 200), []
    for n, case in enumerate(found):
        parts = [
            sign * part
            for sign, cuts in ((1, case["came"]), (-1, case["went"]))
            for part in parts_of(case["whole"], [cut * case["whole"] // 10**6 for cut in cuts])
        ]
        credits += [
            credit(f"{n:03}-{place:02}", part * CENT, f"2026-10-{place + 1:02}",
                   invoice_id=f"I{n}", component_id=case["kind"], rate_kind=case["kind"])
            for place, part in enumerate(parts)
        ]  # fmt: skip
    given_plans(lab, plan(*(
        part(kind, rate=rate, quota={"measure": "m", "period": "quarter"})
        for kind, rate in PERCENTS.items()
    )))  # fmt: skip
    given_payees(lab, planned("E1"))
    lab.given("core.quota_day", [quota(10**6)])
    lab.given("core.fct_credit", credits).build(*PAID)
    rate = {"rules": Decimal("0.0777"), "matrix": Decimal("0.0333")}
    left, paid = defaultdict(Decimal), defaultdict(Decimal)
    lines = lab.query(
        "select credit.invoice_id, credit.component_id, credit.credit_amount, line.amount "
        "from core.fct_credit as credit "
        "inner join commission.credit_earning as line on credit.credit_id = line.credit_id "
        "order by credit.credit_id"
    )
    assert len(lines) == len(credits)
    for line in lines:
        document = line["invoice_id"]
        left[document] += line["credit_amount"]
        paid[document] += line["amount"]
        assert paid[document] == rounded(left[document] * rate[line["component_id"]])
    assert set(left.values()) == set(paid.values()) == {Decimal(0)}
