"""Commission plans as small tables of schema `policy`, so that SQL pays by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pipelines.policy.plans import CommissionPlan, Component
from pipelines.policy.rates import Rate
from pipelines.policy.table import write_table
from pipelines.warehouse.duck import Warehouse, fingerprint

_PART = "plan_id varchar, plan_version integer, component_id varchar, "
PLAN_TABLES = {
    "policy.commission_plan": (
        "plan_id varchar, plan_version integer, label_zh varchar, label_en varchar, role varchar, "
        "valid_from date, valid_to date, requires_salary boolean, draw_monthly decimal(18, 4), "
        "draw_months integer, draw_for varchar, is_draw_recoverable boolean, "
        "draw_recover_from integer, draw_recover_pct decimal(9, 4), plan_mark varchar"
    ),
    "policy.commission_plan_unit": "plan_id varchar, plan_version integer, unit_id varchar",
    "policy.commission_component": (
        f"{_PART}component_no integer, label_zh varchar, label_en varchar, credit_event varchar, "
        "credit_base varchar, credit_to varchar, max_level integer, of_products boolean, "
        "only_contract_types boolean, only_segments boolean, only_product_categories boolean, "
        "only_products boolean, only_key_products boolean, only_new_customers boolean, "
        "quota_measure varchar, quota_period varchar, quota_of varchar, rate_kind varchar, "
        "rate_by varchar, rate_mode varchar, is_per_transaction boolean, "
        "base_rate_pct decimal(12, 4), without_quota_rate_pct decimal(12, 4), "
        "cap_per_deal decimal(18, 4), cap_per_month decimal(18, 4), cap_carries boolean, "
        "release_when varchar, hold_pct decimal(9, 4), hold_months integer, clawback_by varchar, "
        "clawback_limit varchar, pool_unit varchar, pool_share varchar, "
        "pool_min_attainment_pct decimal(9, 4), plan_mark varchar"
    ),
    "policy.commission_only": f"{_PART}field varchar, value varchar",
    "policy.commission_tier": (
        f"{_PART}tier_no integer, tier_from decimal(18, 4), tier_to decimal(18, 4), "
        "rate_pct decimal(12, 4), next_rate_pct decimal(12, 4), is_upper_from boolean, "
        "is_upper_to boolean"
    ),
    "policy.commission_matrix": (
        f"{_PART}attainment_from decimal(9, 4), attainment_below decimal(9, 4), "
        "collection_from decimal(9, 4), collection_below decimal(9, 4), rate_pct decimal(12, 4)"
    ),
    "policy.commission_rule": (
        f"{_PART}rule_no integer, priority integer, product_id varchar, product_name varchar, "
        "product_category varchar, is_key_product boolean, is_new_customer boolean, "
        "contract_type varchar, segment varchar, rate_pct decimal(12, 4), amount decimal(18, 4)"
    ),
    "policy.commission_cut": (
        f"{_PART}cut_kind varchar, over decimal(18, 4), cut_pct decimal(9, 4), "
        "per_day_pct decimal(9, 4)"
    ),
    "policy.commission_gate": (
        f"{_PART}gauge varchar, at_least_pct decimal(9, 4), pays_pct decimal(9, 4)"
    ),
    "policy.commission_pool_member": f"{_PART}role varchar, weight_points bigint",
}


def write_plans(warehouse: Warehouse, plans: Sequence[CommissionPlan]) -> dict[str, int]:
    """Write every table of the plans; returns rows by table."""
    rows: dict[str, list[list[Any]]] = {name: [] for name in PLAN_TABLES}
    for plan in plans:
        rows["policy.commission_plan"].append(_plan_row(plan))
        rows["policy.commission_plan_unit"] += [[plan.id, plan.version, u] for u in plan.units]
        for number, part in enumerate(plan.components, 1):
            key = [plan.id, plan.version, part.id]
            for table, found in _part_rows(number, part, _part_mark(plan, part)):
                rows[table].append([*key, *found])
    return {
        name: write_table(warehouse, name, columns, rows[name])
        for name, columns in PLAN_TABLES.items()
    }


def _plan_row(plan: CommissionPlan) -> list[Any]:
    draw = plan.draw
    return [
        plan.id,
        plan.version,
        plan.label.zh,
        plan.label.en,
        plan.role,
        plan.valid_from,
        plan.valid_to,
        plan.requires_salary,
        draw.monthly if draw else None,
        draw.months if draw else None,
        draw.who if draw else None,
        draw.recoverable if draw else None,
        draw.recover_from_month if draw else None,
        draw.recover_pct if draw else None,
        fingerprint(draw.model_dump(mode="json") if draw else None)[:16],
    ]


def _part_mark(plan: CommissionPlan, part: Component) -> str:
    """What a closed line was paid by: a component that says anything else is another one."""
    own = part.model_dump(mode="json", exclude={"label"})
    return fingerprint(plan.role, plan.units, plan.valid_from, own)[:16]


def _part_rows(number: int, part: Component, mark: str) -> Iterator[tuple[str, list[Any]]]:
    yield "policy.commission_component", [*_component_row(number, part), mark]
    only = part.credit.only
    for field, values in (
        ("contract_type", only.contract_types),
        ("segment", only.segments),
        ("product_category", only.product_categories),
        ("product_id", only.products),
    ):
        for value in values:
            yield "policy.commission_only", [field, value]
    for row in _tier_rows(part.rate):
        yield "policy.commission_tier", row
    for row in _matrix_rows(part.rate):
        yield "policy.commission_matrix", row
    for place, rule in enumerate(part.rate.rules, 1):
        yield (
            "policy.commission_rule",
            [
                place,
                rule.particularity,
                rule.product,
                rule.product_name,
                rule.product_category,
                rule.key_product,
                rule.new_customer,
                rule.contract_type,
                rule.segment,
                rule.rate_pct,
                rule.amount,
            ],
        )
    for cut in part.cuts:
        for step in cut.rows():
            yield "policy.commission_cut", list(step)
    for gate in part.gates:
        yield "policy.commission_gate", [gate.on, gate.at_least, gate.pays_pct]
    if part.pool:
        for role, weight in part.pool.members.items():
            yield "policy.commission_pool_member", [role, int(weight * 10_000)]


def _component_row(number: int, part: Component) -> list[Any]:
    credit, quota, rate, cap, pool = part.credit, part.quota, part.rate, part.cap, part.pool
    only = credit.only
    return [
        number,
        part.label.zh,
        part.label.en,
        credit.event,
        credit.base,
        credit.to,
        credit.levels,
        part.of_products,
        bool(only.contract_types),
        bool(only.segments),
        bool(only.product_categories),
        bool(only.products),
        only.key_products,
        only.new_customers,
        quota.measure if quota else None,
        quota.period if quota else "month",
        quota.of if quota else "payee",
        rate.kind,
        rate.by,
        rate.mode or "marginal",
        rate.per == "transaction",
        rate.base_rate_pct,
        rate.without_quota_rate_pct,
        cap.per_deal if cap else None,
        cap.per_month if cap else None,
        cap.carry_forward if cap else False,
        part.release.when,
        part.release.hold_pct,
        part.release.hold_months,
        part.clawback.by,
        part.clawback.limit,
        pool.unit if pool else None,
        pool.share if pool else None,
        pool.min_attainment_pct if pool else Decimal(0),
    ]


def _tier_rows(rate: Rate) -> Iterator[list[Any]]:
    """A tier's upper limit belongs to the tier above (`is_upper_to`) or to this one."""
    steps = rate.steps() if rate.kind == "tiers" else []
    for place, (start, end, pct, boundary) in enumerate(steps):
        before = steps[place - 1][3] if place else "lower"
        after = steps[place + 1][2] if place + 1 < len(steps) else pct
        yield [place + 1, start, end, pct, after, before == "upper", boundary == "upper"]


def _matrix_rows(rate: Rate) -> Iterator[list[Any]]:
    above = {}
    for side in ("attainment", "collection_rate"):
        limits = sorted({getattr(cell, side) for cell in rate.matrix})
        above[side] = {**dict(pairwise(limits)), **({limits[-1]: None} if limits else {})}
    for cell in rate.matrix:
        yield [
            cell.attainment,
            above["attainment"][cell.attainment],
            cell.collection_rate,
            above["collection_rate"][cell.collection_rate],
            cell.rate_pct,
        ]
