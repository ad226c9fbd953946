"""Commission at a million credits beside a hand-written query: seconds and peak memory.

    python -m benchmarks.commission [--receipts 300000]

A made-up organisation (1,000 representatives in 100 teams and 10 regions) collects receipts for two
years; the shipped plans turn them into credits for sellers, leads, managers and pools. The peer is
what an analyst would write for one plan: a running position and marginal tiers over the same
credits, all of them; who has no quota of their own is given one. It knows no caps, gates, releases,
pools, ledgers or statements. Both sum by payee and month; the sums of the component both compute
must be equal. Each side runs three times, in turn, and the fastest counts.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.models.catalog import all_models, ancestors
from pipelines.models.shape import fill_empty
from pipelines.policy.load import load_policies
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Label, Settings, Workspace

TARGET = "mart.commission_statement"

_FILL = """
insert into staging.org_unit by name
  select 'C' as unit_id, 'C' as name, 'company' as kind;
insert into staging.org_unit by name
  select 'R' || i as unit_id, 'R' || i as name, 'region' as kind, 'C' as parent_unit_id
  from range(10) as t (i);
insert into staging.org_unit by name
  select 'T' || i as unit_id, 'T' || i as name, 'team' as kind, 'R' || (i % 10) as parent_unit_id
  from range(100) as t (i);
insert into staging.employee by name
  select 'E' || i as employee_id, 'E' || i as name, date '2020-01-01' as hire_date
  from range(1111) as t (i);
insert into staging.assignment by name
  select 'E' || i as employee_id,
    case when i < 1000 then 'T' || (i % 100) when i < 1100 then 'T' || (i - 1000)
      when i < 1110 then 'R' || (i - 1100) else 'C' end as unit_id,
    case when i < 1000 then 'rep' when i < 1100 then 'team_lead'
      when i < 1110 then 'region_manager' else 'director' end as role,
    case when i < 1000 then 'E' || (1000 + i % 100)
      when i < 1100 then 'E' || (1100 + (i - 1000) % 10)
      when i < 1110 then 'E1110' end as manager_id,
    date '2020-01-01' as valid_from
  from range(1111) as t (i);
insert into staging.salary by name
  select employee_id, date '2020-01-01' as valid_from, 10000 as base_salary from staging.employee;
insert into staging.quota by name
  select 'employee' as scope_kind, 'E' || i as scope_id, 'collections_net' as measure,
    month as period_start, (month + interval 1 month - interval 1 day)::date as period_end,
    200000 as amount
  from range(1000) as t (i),
    (select unnest(generate_series(date '2025-01-01', date '2026-10-01', interval 1 month))::date)
    as m (month);
insert into staging.quota by name
  select 'unit' as scope_kind, unit_id as scope_id, 'collections_net' as measure,
    month as period_start, (month + interval 1 month - interval 1 day)::date as period_end,
    2000000 as amount
  from staging.org_unit,
    (select unnest(generate_series(date '2025-01-01', date '2026-10-01', interval 1 month))::date)
    as m (month)
  where kind <> 'company';
insert into staging.customer by name
  select 'K' || i as customer_id, 'K' || i as name from range(20000) as t (i);
insert into staging.invoice by name
  select 'I' || i as invoice_id, 'invoice' as kind, 'K' || (i % 20000) as customer_id,
    'E' || (i * 7 % 1000) as owner_id,
    (date '2025-01-01' + (i * 13 % 600)::int) as invoice_date,
    (date '2025-01-31' + (i * 13 % 600)::int) as due_date,
    (1000 + i % 9000)::decimal(18, 4) as net_amount,
    ((1000 + i % 9000) * 1.13)::decimal(18, 2) as gross_amount, 'posted' as status
  from range({receipts}) as t (i);
insert into staging.receipt by name
  select 'P' || i as receipt_id, customer_id, invoice_date + (i % 50)::int as received_date,
    gross_amount as amount, invoice_date + (i % 50)::int as cleared_date
  from (select *, substr(invoice_id, 2)::bigint as i from staging.invoice);
insert into staging.receipt_allocation by name
  select 'P' || substr(invoice_id, 2) as receipt_id, invoice_id,
    invoice_date + (substr(invoice_id, 2)::bigint % 50)::int as allocated_date,
    gross_amount as amount
  from staging.invoice;
"""

_BY_HAND = """
with running as (
  select credit_id, payee_id, quota_start, month_start, credit_amount,
    sum(credit_amount) over (
      partition by payee_id, plan_id, component_id, quota_start order by event_date, credit_id
      rows between unbounded preceding and current row
    )::decimal(18, 4) as position
  from core.fct_credit
),
given as (
  select scope_id, date_trunc('quarter', period_start)::date as quota_start, sum(amount) as quota
  from staging.quota where scope_kind = 'employee' group by all
),
quota as (
  select account.payee_id, account.quota_start,
    coalesce(given.quota, 600000)::decimal(18, 4) as quota
  from (select distinct payee_id, quota_start from core.fct_credit) as account
  left join given
    on account.payee_id = given.scope_id and account.quota_start = given.quota_start
),
tier (no, low, high, rate) as (
  values (1, 0, 60, 1.0::decimal(9, 4)), (2, 60, 100, 2.0), (3, 100, 130, 3.0),
    (4, 130, 999999, 4.0)
),
bound as (
  select q.payee_id, q.quota_start, t.no, t.rate,
    (q.quota * t.low / 100)::decimal(22, 4) as low,
    (q.quota * t.high / 100)::decimal(22, 4) as high,
    coalesce(sum((q.quota * (t.high - t.low) / 100)::decimal(22, 4) * t.rate / 100) over (
      partition by q.payee_id, q.quota_start order by t.no
      rows between unbounded preceding and 1 preceding
    ), 0)::decimal(22, 4) as below
  from quota as q cross join tier as t
)
select r.credit_id, r.payee_id, r.month_start, b.no as tier_no, b.rate,
  least(r.position, b.high) - greatest(r.position - r.credit_amount, b.low) as credit_amount,
  (round(b.below + (least(r.position, b.high) - b.low) * b.rate * 0.01::decimal(3, 2), 2)
    - round(b.below + (greatest(r.position - r.credit_amount, b.low) - b.low) * b.rate
      * 0.01::decimal(3, 2), 2))::decimal(18, 4) as amount
from running as r
inner join bound as b
  on r.payee_id = b.payee_id and r.quota_start = b.quota_start
  and r.position > b.low and r.position - r.credit_amount < b.high
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=300_000)
    receipts = parser.parse_args().receipts
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(shipped(), Settings(name=Label(zh="—", en="—"), memory_limit="2GB"))
        policies = load_policies(workspace)
        with open_warehouse(Path(folder) / "w.duckdb", "2GB") as warehouse:
            fill_empty(warehouse, workspace, policies)
            warehouse.con.execute("update core.parameter set company_id = 'C'")
            for statement in _FILL.format(receipts=receipts).split(";"):
                if statement.strip():
                    warehouse.con.execute(statement)
            _measure(warehouse, list(ancestors(all_models(policies), [TARGET])))


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of the processor."""

    clock: float
    processor: float

    def __add__(self, other: Took) -> Took:
        return Took(self.clock + other.clock, self.processor + other.processor)

    def __str__(self) -> str:
        return f"{self.clock:7.2f} s {self.processor:7.2f} s of processor time"


def _timed(con: duckdb.DuckDBPyConnection, sql: str) -> Took:
    started, spent = time.perf_counter(), time.process_time()
    con.execute(sql)
    return Took(time.perf_counter() - started, time.process_time() - spent)


def _build(con: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> dict[str, Took]:
    return {
        model.name: _timed(
            con,
            f"create or replace {'view' if model.is_view else 'table'} {model.name} as {model.sql}",
        )
        for model in models
    }


def _measure(warehouse: Warehouse, models: Sequence[Model]) -> None:
    """Every side three times, one after the other; of each the fastest."""
    con = warehouse.con
    commission = [model for model in models if model.group == "commission"]
    paying = [model for model in commission if model.name not in _BEFORE_CREDITS]
    _build(con, [model for model in models if model.group != "commission"])
    before = _build(con, [model for model in commission if model.name in _BEFORE_CREDITS])
    passes, peers = [], []
    for _ in range(3):
        passes.append(_build(con, paying))
        peers.append(_timed(con, f"create or replace temp table by_hand as {_BY_HAND}"))
    fastest = min(passes, key=_clock)
    by_hand = Took(min(p.clock for p in peers), min(p.processor for p in peers))
    credited = Took(_clock(fastest), min(_processor(one) for one in passes))
    whole = credited + Took(_clock(before), _processor(before))
    print(
        f"{warehouse.scalar('select count(*) from core.fct_credit'):,} credits, "
        f"{warehouse.scalar('select count(*) from mart.commission_line'):,} lines"
    )
    for name, took in sorted((before | fastest).items(), key=lambda item: -item[1].clock)[:12]:
        print(f"  {took}  {name}")
    print(f"  {whole}  all commission models")
    print(f"  {credited}  of them from credits to statements, fastest of three")
    print(f"  {by_hand}  by hand: one plan, marginal tiers, one row a slice, fastest of three")
    print(
        f"  from credits {credited.clock / by_hand.clock:.2f} times by the clock, "
        f"{credited.processor / by_hand.processor:.2f} times in processor time"
    )
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")
    _hold_against_each_other(con)


def _clock(found: dict[str, Took]) -> float:
    return sum(took.clock for took in found.values())


def _processor(found: dict[str, Took]) -> float:
    return sum(took.processor for took in found.values())


_BEFORE_CREDITS = frozenset(
    {
        "commission.payee_plan_span",
        "commission.payee_component_span",
        "core.fct_credit_event",
        "core.fct_credit_cut",
        "core.fct_credit",
    }
)


def _hold_against_each_other(con: duckdb.DuckDBPyConnection) -> None:
    """The plan of 2025 is what the query by hand computes; cents may differ by rounding alone."""
    (months, worst) = con.execute(
        "with ours as (select payee_id, cast(concat(period, '-01') as date) as month_start, "
        "sum(amount) as amount from commission.credit_earning where component_id = 'cash' "
        "and period < '2026' group by all), "
        "theirs as (select line.payee_id, line.month_start, sum(line.amount) as amount "
        "from by_hand as line inner join core.fct_credit as credit using (credit_id) "
        "where credit.component_id = 'cash' group by all) "
        "select count(*), max(abs(ours.amount - theirs.amount)) from ours "
        "inner join theirs using (payee_id, month_start)"
    ).fetchone() or (0, None)
    print(f"  {months:,} payee months of 2025 compared, largest difference {worst:.2f}")


if __name__ == "__main__":
    main()
