"""The engine's commission on cash of 2025 is what another way of counting gives.

Worked out a second time, row by row and in `Decimal`: from the staged rows and the quota by day, by
the text of `policy/commission/rep_2024.yaml`, without any table of the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.workspace import Workspace

CENT = Decimal("0.01")
Key = tuple[str, str]


@pytest.fixture(scope="module")
def con(sample_company: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        yield warehouse.con


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def teams(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, Decimal]]]:
    """The deal team of an order, by its opportunity's splits."""
    found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for order, who, pct in rows(
        con,
        "select o.order_id, s.employee_id, s.pct from staging.sales_order as o "
        "inner join staging.opportunity_split as s on o.opportunity_id = s.opportunity_id "
        "where s.kind = 'split' order by o.order_id, s.employee_id",
    ):
        found[order].append((who, pct))
    return {order: team for order, team in found.items() if sum(p for _, p in team) == 100}


def representatives(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[date, date]]]:
    """Days as a representative; nobody is one after having left."""
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for who, first, last, left in rows(
        con,
        "select a.employee_id, a.valid_from, a.valid_to, e.leave_date "
        "from staging.assignment as a "
        "inner join staging.employee as e on a.employee_id = e.employee_id where a.role = 'rep'",
    ):
        found[who].append((first, min(last or date.max, left or date.max)))
    return found


def credits(con: duckdb.DuckDBPyConnection) -> list[tuple[str, date, str, str, Decimal]]:
    """Cash of 2025, net of VAT in base currency, by who is credited with it."""
    team_of, reps = teams(con), representatives(con)
    notes = rows(
        con,
        "select references_invoice_id, invoice_date, abs(gross_amount) from staging.invoice "
        "where kind = 'credit_note' and status = 'posted' and references_invoice_id is not null",
    )
    running: dict[str, Decimal] = defaultdict(Decimal)
    reached: dict[str, Decimal] = defaultdict(Decimal)
    found = []
    for receipt, invoice, on, amount, owner, order, net, gross, rate in rows(
        con,
        "select a.receipt_id, a.invoice_id, a.allocated_date, a.amount, i.owner_id, i.order_id, "
        "i.net_amount, i.gross_amount, coalesce(fx.rate_to_base, 1) "
        "from staging.receipt_allocation as a "
        "inner join staging.receipt as r on a.receipt_id = r.receipt_id "
        "inner join staging.invoice as i on a.invoice_id = i.invoice_id "
        "left join staging.fx_rate as fx on i.currency = fx.currency "
        "and i.invoice_date = fx.rate_date "
        "where r.cleared_date is not null and r.bounced_date is null and i.status = 'posted' "
        "and a.allocated_date < date '2026-01-01' order by a.allocated_date, a.receipt_id",
    ):
        before = reached[invoice]
        running[invoice] += amount
        # beyond what was owed it is the customer's credit, and nobody's commission
        let_off = sum((part for of, day, part in notes if of == invoice and day <= on), Decimal(0))
        reached[invoice] = min(running[invoice], gross - let_off)
        whole = cents(cents(reached[invoice] * net / gross) * rate) - cents(
            cents(before * net / gross) * rate
        )
        given = Decimal(0)
        for who, pct in team_of.get(order) or [(owner, Decimal(100))]:
            part = cents(whole * (given + pct) / 100) - cents(whole * given / 100)
            given += pct
            if on.year == 2025 and is_in(reps.get(who, []), on):
                found.append((who, on, receipt, invoice, part))
    return found


def is_in(spans: list[tuple[date, date]], on: date) -> bool:
    return any(first <= on <= last for first, last in spans)


def quotas(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, date], Decimal]:
    return {
        (who, quarter): amount
        for who, quarter, amount in rows(
            con,
            "select q.scope_id, cast(date_trunc('quarter', q.calendar_date) as date), "
            "sum(q.amount) from core.quota_day as q "
            "where q.scope_kind = 'employee' and q.measure = 'collections_net' group by all",
        )
    }


def commission(position: Decimal, quota: Decimal) -> Decimal:
    """Marginal tiers: to 60 % 1 %, to 100 % 2 %, to 130 % 3 %, above 4 %; no quota: 1 %."""
    if quota <= 0:
        return position * Decimal("0.01")
    limits = [quota * part / 100 for part in (0, 60, 100, 130)]
    upper = [*limits[1:], Decimal("Infinity")]
    paid = (
        max(Decimal(0), min(position, high) - low) * pct / 100
        for low, high, pct in zip(limits, upper, (1, 2, 3, 4), strict=True)
    )
    return sum(paid, Decimal(0))


def by_hand(con: duckdb.DuckDBPyConnection) -> dict[Key, Decimal]:
    quota = quotas(con)
    position: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    earned: dict[Key, Decimal] = defaultdict(Decimal)
    for who, on, _, _, part in sorted(credits(con), key=lambda credit: credit[1:4]):
        at = who, date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
        own = quota.get(at, Decimal(0))
        line = cents(commission(position[at] + part, own)) - cents(commission(position[at], own))
        position[at] += part
        earned[who, f"{on:%Y-%m}"] += line
    return {key: amount for key, amount in earned.items() if amount}


def test_the_engine_pays_what_a_second_way_of_counting_gives(
    con: duckdb.DuckDBPyConnection,
) -> None:
    engine = {
        (who, period): amount
        for who, period, amount in rows(
            con,
            "select payee_id, period, sum(amount) from commission.credit_earning "
            "where component_id = 'cash' and period between '2025-01' and '2025-12' "
            "and source_kind = 'receipt' group by all having sum(amount) <> 0",
        )
    }
    expected = by_hand(con)
    different = {
        key: (engine.get(key), expected.get(key))
        for key in engine.keys() | expected.keys()
        if engine.get(key) != expected.get(key)
    }
    assert different == {}
    assert len(engine) > 200


def success_by_hand(con: duckdb.DuckDBPyConnection) -> dict[Key, Decimal]:
    """By the text of `policy/commission/csm_2026.yaml`: 1 % of renewals, 0.6 % of expansion.

    A month's contracts are rounded cumulatively, so that its lines are the rate of its sum.
    """
    position: dict[tuple[str, Decimal, str], Decimal] = defaultdict(Decimal)
    earned: dict[Key, Decimal] = {}
    for who, contract, kind, month, net, rate in rows(
        con,
        "select s.employee_id, c.contract_id, c.type, strftime(c.signed_at, '%Y-%m'), "
        "c.net_amount, coalesce(fx.rate_to_base, 1) from staging.contract as c "
        "inner join staging.opportunity_split as s on c.opportunity_id = s.opportunity_id "
        "inner join staging.assignment as a on s.employee_id = a.employee_id "
        "left join staging.fx_rate as fx on c.currency = fx.currency "
        "and cast(c.signed_at as date) = fx.rate_date "
        "where s.kind = 'overlay' and a.role = 'csm' and c.type <> 'new' "
        "and c.signed_at >= date '2026-01-01' order by cast(c.signed_at as date), c.contract_id",
    ):
        pct = Decimal(1) if kind == "renewal" else Decimal("0.6")
        before = position[who, pct, month]
        after = position[who, pct, month] = before + cents(net * rate)
        earned[who, contract] = cents(after * pct / 100) - cents(before * pct / 100)
    return earned


def test_customer_success_is_paid_for_renewals_and_expansion(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Every customer has a success manager, who is named on what the customer renews or adds."""
    engine = rows(
        con,
        "select payee_id, source_id, component_id, sum(amount) from mart.commission_line "
        "where ledger = 'earned' and plan_id = 'csm' and source_kind = 'contract' group by all",
    )
    assert {(who, contract): amount for who, contract, _, amount in engine} == success_by_hand(con)
    assert {component for _, _, component, _ in engine} == {"renewal", "expansion"}
    payable = rows(
        con,
        "select e.employee_id, coalesce(sum(l.amount), 0) from core.dim_employee as e "
        "left join mart.commission_line as l on e.employee_id = l.payee_id "
        "and l.ledger = 'payable' and l.plan_id = 'csm' where e.role = 'csm' group by all",
    )
    assert len(payable) == 4
    assert all(amount > 0 for _, amount in payable)
