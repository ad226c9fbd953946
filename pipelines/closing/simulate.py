"""What if: another plan, the open pipeline won, an invoice collected. Computed, never posted.

Belongs here: rehearsing the commission models on changed policies or facts. Does not belong here:
how commission is computed (`sql/commission/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pipelines.closing.commission import check_period
from pipelines.closing.rehearsal import Rehearsal, rehearsed
from pipelines.errors import UserError
from pipelines.models.catalog import all_models, ancestors
from pipelines.policy.load import Policies, load_policies, read_plan
from pipelines.policy.plan_tables import write_plans
from pipelines.policy.plans import CommissionPlan
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import did_you_mean, read_yaml

Pipeline = Literal["all", "weighted"]
_TABLE = "commission.computed_line"


@dataclass(frozen=True)
class Collected:
    """An invoice that is imagined to be paid in full on a day."""

    invoice_id: str
    day: dt.date


@dataclass(frozen=True)
class Simulation:
    """Pay by payee and month, as it is and as it would be; amounts in base currency."""

    rows: list[dict[str, Any]]
    what: str

    @property
    def before(self) -> Decimal:
        return sum((row["before"] for row in self.rows), Decimal(0))

    @property
    def after(self) -> Decimal:
        return sum((row["after"] for row in self.rows), Decimal(0))

    def by_payee(self) -> list[dict[str, Any]]:
        """Sums over the months, those whose pay changes most first."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            one = found.setdefault(
                row["payee_id"],
                {"payee_id": row["payee_id"], "name": row["name"], "role": row["role"],
                 "before": Decimal(0), "after": Decimal(0)},
            )  # fmt: skip
            one["before"] += row["before"]
            one["after"] += row["after"]
        for one in found.values():
            one["difference"] = one["after"] - one["before"]
        return sorted(found.values(), key=lambda r: (-abs(r["difference"]), r["payee_id"]))


def simulate(
    workspace: Workspace,
    plan_file: Path | None = None,
    first: str | None = None,
    last: str | None = None,
    pipeline: Pipeline | None = None,
    collected: Collected | None = None,
    as_dated: bool = False,
) -> Simulation:
    """Compute commission as it is and as it would be; nothing is posted or kept.

    Args:
        plan_file: a plan that takes the place of those of its role, from the beginning of the first
            month's year on: quota periods are whole then, and earlier years are paid as they were.
        first: first month shown, `2025-01`; the beginning of the year by default.
        last: last month shown; that of the last run by default, or of the latest imagined deal.
        pipeline: open deals as if won when expected, whole or at their stage's probability.
        collected: an invoice as if paid in full on a day.
        as_dated: the plan takes only the days of its own `valid_from` and `valid_to`.

    Raises:
        UserError: a wrong plan, month or invoice; nothing has been computed yet.
    """
    for month in (first, last):
        if month is not None:
            check_period(month)
    policies = load_policies(workspace)
    plan = _read_plan(plan_file, policies) if plan_file else None
    models = [
        model for model in ancestors(all_models(policies), [_TABLE]) if model.group == "commission"
    ]
    with (
        workspace.locked(),
        open_warehouse(workspace.warehouse, workspace.settings.memory_limit) as warehouse,
    ):
        if not warehouse.exists(_TABLE):
            raise UserError(f"{workspace.root}: nothing has been computed yet. Run: attain run")
        as_of = warehouse.scalar("select as_of_date from core.parameter")
        first = first or f"{as_of.year}-01"
        if plan is not None and not as_dated:
            start = dt.date(int(first[:4]), 1, 1)
            plan = plan.model_copy(update={"valid_from": start, "valid_to": None})
        with rehearsed(warehouse) as rehearsal:
            day = max(as_of, collected.day) if collected else as_of
            if pipeline:
                day = max(day, _last_expected(warehouse) or day)
            _move_day(warehouse, day)
            _build(rehearsal, models)
            before = _sums(warehouse)
            if plan is not None:
                write_plans(rehearsal, in_place(plan, policies.plans))
            if collected is not None:
                rehearsal.hold("core.fct_collection")
                _collect(warehouse, collected)
            _build(rehearsal, models, pipeline)
            after = _sums(warehouse)
        shown = last or day.strftime("%Y-%m")
        rows = _compared(warehouse, before, after, first, shown)
    return Simulation(rows, _what(plan, pipeline, collected))


def in_place(plan: CommissionPlan, plans: Sequence[CommissionPlan]) -> list[CommissionPlan]:
    """All plans once this one has taken its days; those it replaces keep the days around them."""
    number = max((other.version for other in plans if other.id == plan.id), default=0) + 1
    found = [plan.model_copy(update={"version": number})]
    for other in plans:
        if not _replaced(other, plan):
            found.append(other)
            continue
        before = other.valid_from < plan.valid_from
        if before:
            last = min(other.valid_to or dt.date.max, plan.valid_from - dt.timedelta(days=1))
            found.append(other.model_copy(update={"valid_to": last}))
        if plan.valid_to is not None and (other.valid_to or dt.date.max) > plan.valid_to:
            first = max(other.valid_from, plan.valid_to + dt.timedelta(days=1))
            number += before  # one plan on both sides is two versions
            version = number if before else other.version
            found.append(other.model_copy(update={"valid_from": first, "version": version}))
    return found


def _read_plan(path: Path, policies: Policies) -> CommissionPlan:
    source = read_yaml(path)
    plan = read_plan(source, policies.measures)
    roles = {other.role for other in policies.plans}
    if plan.role not in roles and plan.role != "pool":
        raise source.error(
            ("role",),
            f"no plan is in force for role {plan.role!r}{did_you_mean(plan.role, roles)}.",
        )
    return plan


def _replaced(other: CommissionPlan, plan: CommissionPlan) -> bool:
    """A plan takes the place of those of its role; one for units, of those of its units."""
    if other.role != plan.role:
        return False
    if plan.role == "pool":
        return other.id == plan.id
    return not plan.units or set(plan.units) == set(other.units)


def _move_day(warehouse: Warehouse, day: dt.date) -> None:
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    warehouse.con.execute("update core.parameter set as_of_date = ?, as_of_end = ?", [day, end])


def _build(rehearsal: Rehearsal, models: list[Model], pipeline: Pipeline | None = None) -> None:
    for model in models:
        rehearsal.make(model)
        if pipeline and model.name == "core.fct_credit_event":
            _win_open_deals(rehearsal, pipeline)


def _last_expected(warehouse: Warehouse) -> dt.date | None:
    found: dt.date | None = warehouse.scalar(
        "select max(least(deal.expected_close_date, calendar.last_day)) from core.fct_opportunity "
        "as deal cross join (select max(calendar_date) as last_day from core.calendar) as calendar "
        "where deal.is_open and deal.expected_close_date is not null"
    )
    return found


def _win_open_deals(rehearsal: Warehouse, pipeline: Pipeline) -> None:
    """Each open deal as one event of every kind that plans credit, on the day it is expected."""
    share = "stage.probability_pct" if pipeline == "weighted" else "cast(100 as decimal(9, 4))"
    rehearsal.con.execute(
        "insert into core.fct_credit_event by name "
        "select concat_ws(':', 'deal', wanted.credit_event, deal.opportunity_id) as event_id, "
        "wanted.credit_event, 'deal' as source_kind, deal.opportunity_id as source_id, "
        "greatest(deal.expected_close_date, parameter.today) as event_date, "
        "greatest(deal.expected_close_date, parameter.today) as quota_date, deal.owner_id, "
        "deal.customer_id, deal.segment, deal.opportunity_id, deal.type as contract_type, "
        "not exists (select 1 from core.fct_contract as earlier "
        "where earlier.customer_id = deal.customer_id) as is_new_customer, "
        "true as is_compliant, amount.net_amount_base, "
        "amount.net_amount_base as margin_amount_base, 1 as units "
        "from core.fct_opportunity as deal "
        "cross join (select distinct credit_event from policy.commission_component "
        "where credit_event in ('signed', 'cash_received', 'invoiced', 'ordered')) as wanted "
        "cross join (select max(closed_date) as today from core.fct_opportunity) as parameter "
        "inner join policy.stage as stage on deal.stage = stage.stage_id "
        "cross join lateral (select cast(round(cast(deal.amount_base as decimal(24, 4)) "
        f"* {share} * cast(0.01 as decimal(3, 2)), 2) as decimal(18, 4)) as net_amount_base) "
        "as amount where deal.is_open and deal.expected_close_date is not null "
        "and deal.amount_base > 0"
    )


def _collect(warehouse: Warehouse, collected: Collected) -> None:
    invoice = literal(collected.invoice_id)
    open_amount = warehouse.scalar(
        "select sum(span.open_amount) from receivables.open_item_span as span "
        f"where span.item_kind = 'invoice' and span.document_id = {invoice} "
        "and span.valid_before = date '9999-12-31'"
    )
    if not open_amount:
        known = [
            row["document_id"]
            for row in warehouse.rows(
                "select distinct document_id from receivables.open_item_span "
                "where item_kind = 'invoice' and valid_before = date '9999-12-31'"
            )
        ]
        near = did_you_mean(collected.invoice_id, known)
        raise UserError(
            f"--collect {collected.invoice_id!r}: no open invoice of that number{near}."
        )
    warehouse.con.execute(
        "insert into core.fct_collection by name "
        "select 'collected' as receipt_id, invoice.invoice_id as document_id, "
        "invoice.invoice_id, ?::date as allocated_date, 0 as line_no, 1 as place, "
        "invoice.customer_id, invoice.owner_id, invoice.segment, invoice.contract_id, "
        "invoice.order_id, invoice.currency, invoice.rate_to_base, "
        "invoice.net_amount as invoice_net_amount, invoice.gross_amount as invoice_gross_amount, "
        "?::decimal(18, 4) as amount, ?::decimal(18, 4) as allocated_amount, "
        "cast(round(cast(?::decimal(18, 4) as decimal(24, 4)) "
        "* cast(invoice.rate_to_base as decimal(14, 8)), 2) as decimal(18, 4)) as amount_base "
        f"from core.fct_invoice as invoice where invoice.invoice_id = {invoice} "
        "and invoice.kind = 'invoice'",
        [collected.day, *[str(open_amount)] * 3],
    )


def _sums(warehouse: Warehouse) -> dict[tuple[str, str], Decimal]:
    found = warehouse.con.execute(
        f"select payee_id, period, sum(amount) from {_TABLE} where ledger = 'earned' "
        "and payee_id not like 'pool:%' group by all"
    ).fetchall()
    return {(payee, period): amount for payee, period, amount in found}


def _compared(
    warehouse: Warehouse,
    before: dict[tuple[str, str], Decimal],
    after: dict[tuple[str, str], Decimal],
    first: str,
    last: str,
) -> list[dict[str, Any]]:
    people = {
        row["employee_id"]: row
        for row in warehouse.rows("select employee_id, name, role from core.dim_employee")
    }
    keys = sorted(key for key in before.keys() | after.keys() if first <= key[1] <= last)
    return [
        {
            "payee_id": payee,
            "name": people.get(payee, {}).get("name", payee),
            "role": people.get(payee, {}).get("role", ""),
            "period": period,
            "before": before.get((payee, period), Decimal(0)),
            "after": after.get((payee, period), Decimal(0)),
            "difference": after.get((payee, period), Decimal(0))
            - before.get((payee, period), Decimal(0)),
        }
        for payee, period in keys
    ]


def _what(
    plan: CommissionPlan | None, pipeline: Pipeline | None, collected: Collected | None
) -> str:
    parts = []
    if plan is not None:
        until = f" to {plan.valid_to}" if plan.valid_to else " on"
        parts.append(
            f"plan {plan.id} version {plan.version} for role {plan.role} from {plan.valid_from}"
            f"{until}"
        )
    if pipeline is not None:
        parts.append(
            "every open deal won as expected"
            if pipeline == "all"
            else "open deals at the probability of their stage"
        )
    if collected is not None:
        parts.append(f"invoice {collected.invoice_id} collected on {collected.day}")
    return ", ".join(parts)
