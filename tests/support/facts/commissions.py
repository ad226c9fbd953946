"""Plans, events, credits and lines of commission, as the models between them have them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.policy.plan_tables import PLAN_TABLES, write_plans
from pipelines.policy.plans import CommissionPlan
from pipelines.warehouse.duck import Warehouse
from tests.support.facts.documents import FOREVER, day
from tests.support.laboratory import Laboratory, Row

CHAIN = (
    "commission.payee_plan_span", "commission.payee_component_span", "core.fct_credit_event",
    "core.fct_credit_cut", "core.fct_credit",
    "commission.account", "commission.account_month", "commission.credit_position",
    "commission.account_tier",
    "commission.gauge", "commission.priced_slice", "commission.reversal",
    "commission.credit_earning", "commission.event_limit", "commission.accelerator_limit",
    "commission.limit_taken",
    "commission.pool_month", "commission.pool_share", "commission.allowance",
    "commission.earned",
    "commission.document_invoice", "commission.document_cash",
    "commission.portion", "commission.release", "commission.forfeiting",
    "commission.kept_release", "commission.forfeit",
    "commission.appraisal_share", "commission.draw",
    "commission.computed_line",
)  # fmt: skip
PAID = CHAIN[CHAIN.index("commission.account") : CHAIN.index("commission.credit_earning") + 1]
SINCE = day("2025-01-01")
NAME = {"zh": "提", "en": "c"}


def part(name: str = "c", to: str = "owner", event: str = "cash_received", **more: Any) -> Row:
    """A component: 10 % of cash to the owner unless it says otherwise."""
    credit = {"event": event, "to": to, **more.pop("credit", {})}
    return {"id": name, "label": NAME, "credit": credit, "rate": {"flat_pct": 10}, **more}


def plan(*parts: Row, role: str = "rep", **more: Any) -> Row:
    return {"id": f"P-{role}", "version": 1, "label": NAME, "role": role,
            "valid_from": "2025-01-01", "components": list(parts or [part()]), **more}  # fmt: skip


def versions(found: Row, *cuts: str) -> list[Row]:
    """The plan, and from each of these days on the same under its next version."""
    starts = [found["valid_from"], *cuts]
    ends = [str(day(cut) - dt.timedelta(days=1)) for cut in cuts]
    return [
        {**found, "version": number, "valid_from": start, "valid_to": end}
        for number, (start, end) in enumerate(zip(starts, [*ends, None], strict=True), 1)
    ]


def tiers(*limits: object, mode: str = "marginal", by: str = "amount", **more: Any) -> Row:
    """A rate of tiers from rate, limit, rate, … rate."""
    rates, ends = limits[0::2], [*limits[1::2], None]
    starts = [0, *ends[:-1]]
    found = [
        {"from": start, "rate_pct": rate, **({} if end is None else {"to": end})}
        for start, end, rate in zip(starts, ends, rates, strict=True)
    ]
    return {"mode": mode, "by": by, "tiers": found, **more}


def of_quota(*limits: object, mode: str = "marginal", **more: Any) -> Row:
    """Component keys of tiers by attainment of the quarter's quota `m`."""
    return {"quota": {"measure": "m", "period": "quarter"},
            "rate": tiers(*limits, mode=mode, by="attainment", **more)}  # fmt: skip


def given_plans(lab: Laboratory, *plans: Row) -> Laboratory:
    """Put plans into the tables of schema `policy`, as a run writes them."""
    scratch = Warehouse(duckdb.connect(config={"threads": 1}), Path(":memory:"))
    scratch.prepare()
    write_plans(scratch, [CommissionPlan.model_validate(dict(found)) for found in plans])
    for table in PLAN_TABLES:
        cursor = scratch.con.execute(f"select * from {table.name}")
        names = [column[0] for column in cursor.description or ()]
        lab.given(table.name, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    return lab


def member(who: str, date: str = "2026-10-05", role: str = "rep", **more: Any) -> Row:
    """A person's place in the organisation on a day."""
    return {"employee_id": who, "calendar_date": day(date), "role": role, "unit_id": "T",
            "team_id": "T", "region_id": "R", "is_active": True, **more}  # fmt: skip


def planned(who: str, role: str = "rep", since: str = "2025-01-01", **more: Any) -> Row:
    """The plan in force for a person from a day on."""
    return {"employee_id": who, "valid_from": day(since), "valid_to": FOREVER, "role": role,
            "unit_id": "T", "team_id": "T", "region_id": "R", "plan_id": f"P-{role}",
            "plan_version": 1, **more}  # fmt: skip


def given_payees(lab: Laboratory, *payees: Row) -> Laboratory:
    """The plans people are under, and by them the components that pay them."""
    lab.given("commission.payee_plan_span", payees)
    lab.build("commission.payee_component_span")
    return lab


def planned_versions(who: str, role: str = "rep", *cuts: str) -> list[Row]:
    """The versions of a plan (`versions`) in force for a person, each on its days."""
    starts = [SINCE, *map(day, cuts)]
    ends = [*(start - dt.timedelta(days=1) for start in starts[1:]), FOREVER]
    return [
        planned(who, role, str(start), valid_to=end, plan_version=number)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def event(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    """Cash of E1 on invoice I, net."""
    return {"event_id": number, "credit_event": "cash_received", "source_kind": "receipt",
            "source_id": number, "event_date": day(date), "quota_date": day(date),
            "owner_id": "E1", "invoice_id": "I", "net_amount_base": amount,
            "margin_amount_base": amount, "units": 1, "is_new_customer": False,
            "is_compliant": True, "segment": "sme", **more}  # fmt: skip


def credit(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    """A credit of E1 in the quarter of October, of a whole document that comes or goes back."""
    goes_back = Decimal(str(amount)) < 0
    return {"document_from": int(goes_back), "document_to": int(not goes_back),
            "credit_id": number, "event_id": number, "source_kind": "receipt", "source_id": number,
            "invoice_id": "I", "event_date": day(date), "quota_date": day(date),
            "payee_id": "E1", "plan_id": "P-rep", "plan_version": 1, "component_id": "c",
            "credit_to": "owner", "split_pct": 100, "cut_pct": 0, "full_amount": amount,
            "credit_amount": amount, "quota_measure": "m", "quota_scope_kind": "employee",
            "quota_scope_id": "E1", "quota_period": "quarter", "rate_kind": "tiers",
            "is_per_transaction": False, "is_at_original_rate": False, "counted_from": SINCE,
            "quota_start": day("2026-10-01"), "month_start": day(date).replace(day=1),
            **more}  # fmt: skip


def quota(amount: object, who: str = "E1", **more: Any) -> Row:
    """The whole quarter's quota on its first day."""
    return {"scope_kind": "employee", "scope_id": who, "measure": "m", "amount": amount,
            "given_amount": amount, "calendar_date": day("2026-10-01"), **more}  # fmt: skip


def earned(
    lab: Laboratory, credits: Sequence[Row], component: Mapping[str, Any], own_quota: object = None,
    more: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Lines of credits that are paid by one component."""
    given_plans(lab, plan(part(**component), *more))
    lab.given("core.fct_credit", credits)
    lab.given("core.quota_day", [] if own_quota is None else [quota(own_quota)])
    lab.build(*PAID)
    return lab.query(
        "select earning.*, credit.event_id, credit.source_id, credit.split_pct, credit.cut_pct "
        "from commission.credit_earning as earning "
        "inner join core.fct_credit as credit on earning.credit_id = credit.credit_id "
        "order by credit_date, source_id, step_kind, position_to, tier_no"
    )


def earning(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    """An earned line of E1 before limits."""
    return {"line_id": f"{number}|1", "credit_id": number, "source_kind": "invoice",
            "family_id": number, "payee_id": "E1", "credit_date": day(date), "period": date[:7],
            "plan_id": "P-rep", "plan_version": 1, "component_id": "c", "amount": amount,
            "credit_amount": amount, **more}  # fmt: skip


def account(who: str = "E1", number: int = 1, **more: Any) -> Row:
    """The running position of a payee in the quarter of October."""
    return {"account_no": number, "payee_id": who, "plan_id": "P-rep", "plan_version": 1,
            "component_id": "c", "quota_start": day("2026-10-01"), "rate_kind": "tiers",
            "rate_mode": "marginal", "is_per_transaction": False, "counted_from": SINCE,
            "position_no": number, **more}  # fmt: skip


def entry(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    """An earned line of E1 after limits."""
    return earning(number, amount, date, cause="invoice", source_id=number, **more)
