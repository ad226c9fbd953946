"""An invoice over several orders, in any currency, however its money comes: parts add up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pipelines.workspace.currency import MINOR_UNITS
from tests.support.batches import cases
from tests.support.facts.commissions import given_plans, part, plan
from tests.support.facts.documents import allocation, given_documents, invoice, note, receipt
from tests.support.laboratory import Laboratory, Row

FIRST = dt.date(2026, 8, 3)
RATES = {
    code: rate and Decimal(rate)
    for code, rate in (("CNY", ""), ("USD", "7.1234"), ("JPY", "0.0482"), ("KWD", "23.1234"))
}
# smallest units of the invoice's net, percent of VAT, weights of its orders; days and shares of
# cash; in how many notes it is credited whole
CASES = st.fixed_dictionaries({
    "currency": st.sampled_from(sorted(RATES)), "net": st.integers(1, 10**7),
    "tax": st.sampled_from([0, 6, 13]),
    "orders": st.lists(st.integers(1, 999), min_size=1, max_size=4),
    "unbilled": st.sampled_from([0, 0, 7]),
    "paid": st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), min_size=1, max_size=5),
    "notes": st.integers(1, 3),
})  # fmt: skip
# as it came, each day in one receipt, each receipt in two lines, and one order with all of it
CREEP = Decimal("0.0001")  # rates move: what is taken back is worth what it was
BOOKINGS = ("as it came", "by day", "in lines", "one order")


def on(days: int) -> str:
    return (FIRST + dt.timedelta(days=days)).isoformat()


def documents(case: dict[str, Any], booking: str, who: str) -> dict[str, list[Row]]:
    """An invoice over orders of its own, its money, and the notes that credit all of it."""
    unit = Decimal(1) / MINOR_UNITS.get(case["currency"], 100)
    gross = case["net"] + case["net"] * case["tax"] // 100
    number, more = f"I{who}", {"customer_id": f"K{who}", "owner_id": None}
    made: dict[str, list[Row]] = defaultdict(list)
    made["invoice"].append(invoice(
        number, on(0), gross * unit, currency=case["currency"], net_amount=case["net"] * unit,
        **more,
    ))  # fmt: skip
    weights = [sum(case["orders"])] if booking == "one order" else case["orders"]
    whole = sum(weights) + case["unbilled"]
    for place, weight in enumerate(weights):
        order = f"O{who}.{place}"
        made["sales_order"].append({"order_id": order, "owner_id": f"E{who}.{place}"})
        made["invoice_order"].append({
            "invoice_id": number, "order_id": order, "line_no": 0,
            "net_amount": (case["net"] * unit * weight / whole).quantize(Decimal("0.0001")),
        })  # fmt: skip
    came: dict[int, list[int]] = defaultdict(list)
    left = gross
    for day, share in case["paid"]:
        amount = min(gross * share // 100, left)
        left -= amount
        if amount:
            came[day].append(amount)
    for day, amounts in came.items():
        for place, amount in enumerate([sum(amounts)] if booking == "by day" else amounts):
            money = f"R{who}.{day}.{place}"
            made["receipt"].append(receipt(
                money, on(day), amount * unit, customer_id=f"K{who}", currency=case["currency"]
            ))  # fmt: skip
            lines = (amount // 3, amount - amount // 3) if booking == "in lines" else (amount,)
            made["receipt_allocation"] += [
                allocation(money, number, on(day), line * unit, line_no=line_no)
                for line_no, line in enumerate(lines) if line
            ]  # fmt: skip
    net = case["net"]
    for place in range(case["notes"]):
        credited = net // 4 if place < case["notes"] - 1 else net
        net -= credited
        if credited:
            made["invoice"].append(note(
                f"N{who}.{place}", on(70 + place), credited * unit, number,
                currency=case["currency"], net_amount=credited * unit, **more,
            ))  # fmt: skip
    return made


def read(lab: Laboratory, found: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """What each order has been credited for by each day, by invoice and booking."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for n, case in enumerate(found):
        for k, booking in enumerate(BOOKINGS):
            for name, rows in documents(case, booking, f"{n}-{k}").items():
                tables[name] += rows
    lab.given("core.fx_day", [
        {"currency": code, "calendar_date": FIRST + dt.timedelta(days=day),
         "rate_to_base": rate + day * CREEP}
        for code, rate in RATES.items()
        if rate
        for day in range(80)
    ])  # fmt: skip
    lab.given("staging.sales_order", tables.pop("sales_order"))
    given_plans(lab, plan(part(event=kind)))
    given_documents(lab, "core.fct_invoice", "core.fct_settlement", "core.fct_collection", **tables)
    credited: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in lab.result("core.fct_credit_event", "event_id"):
        who = row["customer_id"].removeprefix("K")
        order = (row["order_id"] or "").removeprefix(f"O{who}")
        credited[who][order, str(row["event_date"])] += row["net_amount_base"]
    return {who: dict(parts) for who, parts in credited.items()}


def days(parts: dict[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for (_, day), amount in parts.items():
        found[day] += amount
    return dict(found)


def test_orders_are_credited_alike_however_money_is_grouped_and_add_up_to_the_invoice(
    lab: Laboratory,
) -> None:
    found = cases(CASES, 200)
    for kind in ("cash_received", "invoiced"):
        credited = read(lab, found, kind)
        for n, case in enumerate(found):
            first, *others = (credited.get(f"{n}-{k}", {}) for k in range(len(BOOKINGS)))
            by_day, in_lines, one_order = others
            assert by_day == first, (kind, case)
            assert in_lines == first, (kind, case)
            assert days(one_order) == days(first), (kind, case)


def test_what_is_credited_back_whole_leaves_no_order_a_cent(lab: Laboratory) -> None:
    for parts in read(lab, cases(CASES, 200), "invoiced").values():
        left: dict[str, Decimal] = defaultdict(Decimal)
        for (order, _), amount in parts.items():
            left[order] += amount
        assert set(left.values()) == {Decimal(0)}, parts
