"""One settlement has one reading: however it is booked, items, collections and commission agree."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.support.batches import cases
from tests.support.facts.commissions import CHAIN, given_payees, given_plans, part, plan, planned
from tests.support.facts.commissions import tiers as tiered
from tests.support.facts.documents import ITEMS, allocation, given_documents, invoice, note, receipt
from tests.support.laboratory import Laboratory, Row

CENT = Decimal("0.01")
FIRST = dt.date(2026, 8, 3)
DAYS = st.integers(0, 80)
# cents of an invoice, percent of VAT, days on which it is paid and the share paid on the first;
# notes by share of the invoice and day; by how much and when each is paid back
CASES = st.fixed_dictionaries({
    "net": st.integers(100, 10**7), "tax": st.sampled_from([0, 6, 13]),
    "first": st.integers(1, 99), "paid": st.tuples(DAYS, DAYS).map(sorted),
    "notes": st.lists(st.tuples(st.integers(1, 40), DAYS), min_size=1, max_size=2),
    "back": DAYS, "cut": st.integers(1, 99), "line": st.integers(1, 99),
})  # fmt: skip
BOOKINGS = ("on the note", "on the invoice", "in lines", "on both", "unnamed", "on the customer")
POLICIES = ("apply_when_it_fits", "apply_up_to_balance", "keep_open")


def on(days: int) -> str:
    return (FIRST + dt.timedelta(days=days)).isoformat()


def documents(case: dict[str, Any], booking: str, who: str) -> dict[str, list[Row]]:
    """An invoice that is paid, its notes, and the refund of all of them, booked one way."""
    gross = case["net"] + case["net"] * case["tax"] // 100
    made: dict[str, list[Row]] = defaultdict(list)
    made["invoice"].append(invoice(
        f"I{who}", on(0), gross * CENT, on(20), customer_id=f"K{who}", owner_id=f"E{who}",
        net_amount=case["net"] * CENT,
    ))  # fmt: skip
    first = gross * case["first"] // 100
    for place, (cents, day) in enumerate(zip((first, gross - first), case["paid"], strict=True), 1):
        made["receipt"].append(
            receipt(f"R{who}.{place}", on(day), cents * CENT, customer_id=f"K{who}")
        )
        made["receipt_allocation"].append(
            allocation(f"R{who}.{place}", f"I{who}", on(day), cents * CENT)
        )
    for place, (share, day) in enumerate(case["notes"]):
        net = max(case["net"] * share // 100, 1)
        cents = net + net * case["tax"] // 100
        number = f"N{who}.{place}"
        made["invoice"].append(note(
            number, on(day), cents * CENT, None if booking == "unnamed" else f"I{who}",
            customer_id=f"K{who}", owner_id=f"E{who}", net_amount=net * CENT,
        ))  # fmt: skip
        back = f"B{who}.{place}"
        paid_back = max(case["back"], case["paid"][1])
        made["receipt"].append(receipt(back, on(paid_back), -cents * CENT, customer_id=f"K{who}"))
        part = cents * case["cut"] // 100
        lines = {
            "on the note": [(number, cents)], "on the invoice": [(f"I{who}", cents)],
            "in lines": [(f"I{who}", part), (f"I{who}", cents - part)],
            "on both": [(number, part), (f"I{who}", cents - part)],
            "unnamed": [(f"I{who}", cents)],
            "on the customer": [],
        }[booking]  # fmt: skip
        made["receipt_allocation"] += [
            allocation(back, target, on(paid_back), -amount * CENT, line_no=line)
            for line, (target, amount) in enumerate(lines) if amount
        ]  # fmt: skip
    return made


RATES = tiered(5, 1000, 8, 20_000, 12)
PAYS = plan(
    part("cash", rate=RATES, cuts=[{"on": "overdue", "steps": [{"over": 10, "cut_pct": 30}]}]),
    part("sold", event="invoiced", rate=RATES, release={"when": "cash"},
         clawback={"by": "original_rate"}),
)  # fmt: skip


def readings(lab: Laboratory, sql: str) -> dict[str, list[tuple[Any, ...]]]:
    """Rows by who they are of, without it."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in lab.query(sql):
        who, *rest = row.values()
        found[who[1:]].append(tuple(rest))
    return found


def read(lab: Laboratory, found: Sequence[dict[str, Any]], policy: str) -> list[dict[str, Any]]:
    lab.con.execute(f"update policy.receivable set credit_notes = '{policy}'")
    tables: dict[str, list[Row]] = defaultdict(list)
    payees = []
    for n, case in enumerate(found):
        for k, booking in enumerate(BOOKINGS):
            payees.append(planned(f"E{n}-{k}"))
            for name, rows in documents(case, booking, f"{n}-{k}").items():
                tables[name] += rows
    given_documents(lab, *ITEMS, "receivables.open_item_span", "core.fct_collection", **tables)
    given_plans(lab, PAYS)
    given_payees(lab, *payees)
    lab.build(*CHAIN[CHAIN.index("core.fct_credit_event") :])
    return [
        readings(lab, "select customer_id, item_kind, instalment_seq, valid_from, valid_before, "
                 "sum(open_amount) from receivables.open_item_span group by all order by all"),
        readings(lab, "select customer_id, allocated_date, sum(amount) from core.fct_collection "
                 "group by all order by all"),
        readings(lab, "select payee_id, ledger, period, component_id, sum(amount) "
                 "from commission.computed_line group by all having sum(amount) <> 0 order by all"),
    ]  # fmt: skip


def test_a_settlement_reads_the_same_however_it_is_booked(lab: Laboratory) -> None:
    """A refund on the note, its invoice, both, in lines or on the customer alone; a note with or
    without a reference."""
    for policy, found in zip(POLICIES, _parts(cases(CASES, 210)), strict=True):
        for what, by_who in zip(("items", "cash", "commission"), read(lab, found, policy),
                                strict=True):  # fmt: skip
            assert by_who or what == "items"
            for n, case in enumerate(found):
                first = by_who.get(f"{n}-0", [])
                for k, booking in enumerate(BOOKINGS):
                    assert by_who.get(f"{n}-{k}", []) == first, (what, policy, booking, case)


def _parts(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [found[place::3] for place in range(3)]
