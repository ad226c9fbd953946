"""What is shared out adds up to the whole to the cent; what is open adds up to what was booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from documents import SPANS, allocation, given_documents, invoice, note, receipt, terms, write_off
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import Laboratory, Row

Fresh = Callable[[], AbstractContextManager[Laboratory]]
CENT = Decimal("0.01")
OCTOBER = dt.date(2026, 10, 1)


def money(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=least, max_value=most, places=2)


def parts_of(whole: int, cuts: Iterable[int]) -> list[int]:
    """Positive parts that add up to the whole."""
    ends = [0, *sorted(set(cuts)), whole]
    return [end - start for start, end in pairwise(ends)]


@settings(max_examples=25)
@given(st.lists(st.tuples(money(0, 10**9), st.integers(0, 250), st.integers(6, 120)), min_size=5,
                max_size=15))  # fmt: skip
def test_the_days_of_a_quota_add_up_to_it_and_differ_by_a_cent(
    fresh: Fresh, quotas: list[tuple[Decimal, int, int]]
) -> None:
    rows: list[Row] = [
        {"scope_kind": "employee", "scope_id": f"E{n}", "measure": "m", "amount": amount,
         "period_start": dt.date(2026, 1, 1) + dt.timedelta(days=start),
         "period_end": dt.date(2026, 1, 1) + dt.timedelta(days=start + days)}
        for n, (amount, start, days) in enumerate(quotas)
    ]  # fmt: skip
    with fresh() as lab:
        lab.given("staging.quota", rows)
        days = lab.result("core.quota_day")
    for row in rows:
        own = [d["amount"] for d in days if d["scope_id"] == row["scope_id"]]
        if own:  # the longest holidays leave no working day
            assert sum(own) == row["amount"]
            assert max(own) - min(own) <= CENT


def member(who: str, day: dt.date) -> Row:
    return {"employee_id": who, "calendar_date": day, "role": "rep", "is_active": True}


PLAN: Row = {"plan_id": "P", "plan_version": 1, "role": "rep", "valid_from": dt.date(2020, 1, 1),
             "credit_split": "deal_team", "quota_measure": "m", "quota_period": "quarter",
             "rate_by": "attainment", "without_quota_rate_pct": 0}  # fmt: skip


@settings(max_examples=25)
@given(
    net=st.integers(1, 10**9),
    tax_pct=st.sampled_from([0, 6, 9, 13]),
    cash=st.lists(st.integers(1, 10**6 - 1), max_size=6),
    shares=st.lists(st.integers(1, 10**6 - 1), max_size=4),
)
def test_the_shares_of_a_team_add_up_to_the_net_amount_of_an_invoice(
    fresh: Fresh, net: int, tax_pct: int, cash: list[int], shares: list[int]
) -> None:
    """An invoice paid in parts, each credited to a team whose shares add up to 100 %."""
    net_amount = net * CENT
    gross = net + int((Decimal(net) * tax_pct / 100).quantize(Decimal(1), ROUND_HALF_UP))
    cuts = {cut * gross // 10**6 for cut in cash} - {0}
    paid = parts_of(gross, cuts)
    team = [Decimal(part) / 10**4 for part in parts_of(10**6, shares)]
    day = dt.date(2026, 10, 8)
    with fresh() as lab:
        lab.given("core.fct_collection", [
            {"receipt_id": f"R{n}", "invoice_id": "I", "allocated_date": day, "owner_id": "E0",
             "contract_id": "CT", "amount": part * CENT, "amount_base": part * CENT,
             "rate_to_base": 1, "invoice_net_amount": net_amount,
             "invoice_gross_amount": gross * CENT} for n, part in enumerate(paid)
        ])  # fmt: skip
        lab.given("staging.contract", [{"contract_id": "CT", "opportunity_id": "O"}])
        lab.given("staging.opportunity_split", [
            {"opportunity_id": "O", "employee_id": f"E{n}", "kind": "split", "pct": pct}
            for n, pct in enumerate(team)
        ])  # fmt: skip
        lab.given("core.org_day", [member(f"E{n}", day) for n in range(len(team))])
        lab.given("policy.commission_plan", [PLAN])
        credits = lab.result("core.fct_credit")
    assert sum(row["credit_amount"] for row in credits) == net_amount
    for number in range(len(paid)):
        own = [row for row in credits if row["receipt_id"] == f"R{number}"]
        assert sum(row["credit_amount"] for row in own) == own[0]["receipt_net_amount"]


TIERS = ((0, 60, "1.0"), (60, 100, "2.25"), (100, 130, "3.1"), (130, None, "4.7"))


def commission(position: Decimal, quota: Decimal) -> Decimal:
    """Marginal tiers by hand: each slice of the position at its own rate."""
    if position < 0:
        return (position * Decimal(TIERS[0][2]) / 100).quantize(CENT, ROUND_HALF_UP)
    total = Decimal(0)
    for start, end, rate in TIERS:
        reached = position if end is None else min(position, quota * end / 100)
        total += max(reached - quota * start / 100, Decimal(0)) * Decimal(rate) / 100
    return total.quantize(CENT, ROUND_HALF_UP)


@settings(max_examples=30)
@given(
    quota=money(1, 10**6),
    amounts=st.lists(money(-(10**5), 10**6), min_size=1, max_size=8),
    days=st.lists(st.integers(0, 91), min_size=8, max_size=8),
)
def test_the_months_of_a_quarter_pay_what_the_whole_of_it_would(
    fresh: Fresh, quota: Decimal, amounts: list[Decimal], days: list[int]
) -> None:
    """However the credit of a quarter is cut into receipts and months, in whatever order."""
    with fresh() as lab:
        lab.given("policy.commission_plan", [PLAN])
        lab.given("policy.commission_tier", [
            {"plan_id": "P", "plan_version": 1, "tier_no": n, "tier_from": start, "tier_to": end,
             "rate_pct": Decimal(rate)} for n, (start, end, rate) in enumerate(TIERS, 1)
        ])  # fmt: skip
        lab.given("staging.quota", [
            {"scope_kind": "employee", "scope_id": "E1", "measure": "m", "amount": quota,
             "period_start": OCTOBER, "period_end": dt.date(2026, 12, 31)}
        ])  # fmt: skip
        lab.given("core.fct_credit", [
            {"receipt_id": f"R{n}", "invoice_id": f"I{n}", "payee_id": "E1", "split_pct": 100,
             "allocated_date": (day := OCTOBER + dt.timedelta(days=days[n])),
             "credit_amount": amount, "plan_id": "P", "plan_version": 1, "quota_measure": "m",
             "quota_start": OCTOBER, "month_start": day.replace(day=1),
             "without_quota_rate_pct": 0} for n, amount in enumerate(amounts)
        ])  # fmt: skip
        lines = lab.result("core.fct_commission")
    assert sum(line["credit_amount"] for line in lines) == sum(amounts)
    whole = commission(sum(amounts, Decimal(0)), quota)
    assert sum(line["amount"] for line in lines) == whole


days_2026 = st.integers(0, 300).map(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Invoices, some with terms, credit notes, receipts (some bounce), allocations, write-offs."""
    book: dict[str, list[Any]] = {name: [] for name in (
        "invoice", "invoice_instalment", "receipt", "receipt_allocation", "write_off")}  # fmt: skip
    for n in range(draw(st.integers(1, 4))):
        date, gross = draw(days_2026), draw(money(1, 10**6))
        due = draw(st.none() | st.integers(0, 120))
        due_date = None if due is None else (date + dt.timedelta(days=due)).isoformat()
        book["invoice"].append(invoice(f"I{n}", date.isoformat(), gross, due_date))
        if draw(st.booleans()):
            first = (gross * draw(st.integers(1, 99)) / 100).quantize(CENT)
            book["invoice_instalment"] += terms(
                f"I{n}", ((date + dt.timedelta(days=10)).isoformat(), first),
                ((date + dt.timedelta(days=70)).isoformat(), gross - first),
            )  # fmt: skip
        if draw(st.booleans()):
            of = draw(st.sampled_from([None, f"I{n}"]))
            day = date + dt.timedelta(days=draw(st.integers(0, 60)))
            book["invoice"].append(note(f"N{n}", day.isoformat(), draw(money(1, 10**6)), of))
        if draw(st.booleans()):
            day = date + dt.timedelta(days=draw(st.integers(0, 90)))
            book["write_off"].append(write_off(f"I{n}", day.isoformat(), draw(money(1, 1000))))
    for n in range(draw(st.integers(0, 4))):
        date, amount = draw(days_2026), draw(money(1, 10**6))
        bounced = draw(st.none() | st.integers(0, 90))
        bounced_on = None if bounced is None else (date + dt.timedelta(days=bounced)).isoformat()
        book["receipt"].append(receipt(f"R{n}", date.isoformat(), amount, bounced_on))
        for against in draw(st.lists(st.sampled_from(["I0", "I1"]), max_size=2, unique=True)):
            if any(row["invoice_id"] == against for row in book["invoice"]):
                day = date + dt.timedelta(days=draw(st.integers(0, 60)))
                share = (amount * draw(st.integers(1, 50)) / 100).quantize(CENT)
                book["receipt_allocation"].append(
                    allocation(f"R{n}", against, day.isoformat(), share)
                )
    return book


def outstanding(book: dict[str, list[Any]], day: dt.date) -> Decimal:
    """What is owed on a day, from the documents alone: allocations only move money about."""
    total = Decimal(0)
    for row in book["invoice"]:
        if row["invoice_date"] <= day:
            total += row["gross_amount"] * (-1 if row["kind"] == "credit_note" else 1)
    for row in book["receipt"]:
        if row["received_date"] <= day and not (row["bounced_date"] and row["bounced_date"] <= day):
            total -= row["amount"]
    return total - sum(r["amount"] for r in book["write_off"] if r["written_off_date"] <= day)


@settings(max_examples=25)
@given(book=ledgers(), offsets=st.lists(st.integers(0, 318), min_size=4, max_size=4))
def test_the_buckets_of_any_day_add_up_to_what_is_owed(
    fresh: Fresh, book: dict[str, list[Any]], offsets: list[int]
) -> None:
    with fresh() as lab:
        given_documents(lab, *SPANS, **book)
        for offset in offsets:
            day = dt.date(2026, 1, 1) + dt.timedelta(days=offset)
            inside = f"valid_from <= date '{day}' and valid_before > date '{day}'"
            sums = [
                lab.query(f"select coalesce(sum(open_amount), 0) as total from {table} "
                          f"where {inside}")[0]["total"]
                for table in ("core.open_item_span", "core.open_item_bucket_span")
            ]  # fmt: skip
            assert sums == [outstanding(book, day)] * 2, day
