"""Commission plans as small tables of schema `policy`, so that SQL pays by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, NamedTuple

from pipelines.policy.plans import CommissionPlan, Component, Position, Settlement
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.rows import Amount, Day, Flag, Long, Share, Text, Whole

Rate = Annotated[Decimal, "decimal(12, 4)"]
Plans = Sequence[CommissionPlan]


class PlanRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    label_zh: Text
    label_en: Text
    role: Text
    valid_from: Day
    valid_to: Day | None
    requires_salary: Flag
    draw_monthly: Amount | None
    draw_target_pct: Rate | None
    is_draw_prorated: Flag
    draw_months: Whole | None
    draw_for: Text | None
    is_draw_recoverable: Flag | None
    draw_recover_from: Whole | None
    draw_recover_pct: Share | None
    draw_since: Day | None
    new_version: Text
    new_plan: Text
    new_unit: Text
    leaver_days: Whole | None
    forfeits_held: Flag
    settles_by: Text
    in_document_currency: Flag
    plan_mark: Text


class AllowanceRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    allowance_id: Text
    label_zh: Text
    label_en: Text
    monthly: Amount
    is_prorated: Flag
    plan_mark: Text


class AppraisalRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    period_kind: Text
    grade: Text
    pays_pct: Rate
    plan_mark: Text


class PlanUnitRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    unit_id: Text


class ComponentRow(NamedTuple):
    """`plan_mark` is what a closed line was paid by: a component that says else is another one.

    `counted_from` is the day from which versions of the plan count into one position, and
    `counted_in` what they count: only what is counted alike counts on.
    """

    plan_id: Text
    plan_version: Whole
    component_id: Text
    component_no: Whole
    label_zh: Text
    label_en: Text
    credit_event: Text
    credit_base: Text
    is_paid_without_cost: Flag
    is_floored_at_zero: Flag
    credit_to: Text
    max_level: Whole | None
    of_products: Flag
    of_lines: Flag
    by_margin: Flag
    by_discount: Flag
    only_contract_types: Flag
    only_segments: Flag
    only_product_categories: Flag
    only_products: Flag
    only_key_products: Flag
    only_new_customers: Flag
    quota_measure: Text | None
    quota_period: Text
    quota_of: Text
    counted_in: Text
    counted_from: Day
    rate_kind: Text
    rate_by: Text
    rate_mode: Text
    is_per_transaction: Flag
    base_rate_pct: Rate | None
    unaccelerated_pct: Rate | None
    without_quota_rate_pct: Rate | None
    cap_per_deal: Amount | None
    cap_per_month: Amount | None
    cap_carries: Flag
    release_when: Text
    hold_pct: Share | None
    hold_months: Whole | None
    settles_by: Text
    is_timed: Flag
    clawback_by: Text
    clawback_limit: Text
    clawback_term: Text | None
    pool_unit: Text | None
    pool_share: Text | None
    pool_min_attainment_pct: Share
    plan_mark: Text


class OnlyRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    field: Text
    value: Text


class TierRow(NamedTuple):
    """A tier's upper limit belongs to the tier above (`is_upper_to`) or to this one."""

    plan_id: Text
    plan_version: Whole
    component_id: Text
    tier_no: Whole
    tier_from: Amount
    tier_to: Amount | None
    rate_pct: Rate
    next_rate_pct: Rate
    is_upper_from: Flag
    is_upper_to: Flag


class MatrixRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    attainment_from: Share
    attainment_below: Share | None
    collection_from: Share
    collection_below: Share | None
    rate_pct: Rate


class RuleRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    rule_no: Whole
    priority: Whole
    product_id: Text | None
    product_name: Text | None
    product_category: Text | None
    is_key_product: Flag | None
    is_new_customer: Flag | None
    contract_type: Text | None
    segment: Text | None
    discount_from: Rate | None
    discount_below: Rate | None
    margin_from: Rate | None
    margin_below: Rate | None
    rate_pct: Rate | None
    amount: Amount | None


class CutRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    cut_kind: Text
    over: Amount
    cut_pct: Share
    per_day_pct: Share


class GateRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    gauge: Text
    at_least_pct: Share
    pays_pct: Share
    of_accelerator: Flag
    catches_up: Flag


class PoolMemberRow(NamedTuple):
    plan_id: Text
    plan_version: Whole
    component_id: Text
    role: Text
    weight_points: Long


def _plan_rows(plans: Plans) -> Iterator[PlanRow]:
    for plan in plans:
        draw = plan.draw
        yield PlanRow(
            plan_id=plan.id,
            plan_version=plan.version,
            label_zh=plan.label.zh,
            label_en=plan.label.en,
            role=plan.role,
            valid_from=plan.valid_from,
            valid_to=plan.valid_to,
            requires_salary=plan.requires_salary,
            draw_monthly=draw.monthly if draw else None,
            draw_target_pct=draw.target_pct if draw else None,
            is_draw_prorated=draw is not None and draw.prorate is not None,
            draw_months=draw.months if draw else None,
            draw_for=draw.who if draw else None,
            is_draw_recoverable=draw.recoverable if draw else None,
            draw_recover_from=draw.recover_from_month if draw else None,
            draw_recover_pct=draw.recover_pct if draw else None,
            draw_since=_draws_since(plan, plans) if draw else None,
            new_version=plan.position.new_version,
            new_plan=plan.position.new_plan,
            new_unit=plan.position.new_unit,
            leaver_days=plan.leavers.earn_days if plan.leavers else None,
            settles_by=plan.settlement.every,
            in_document_currency=plan.settlement.currency == "document",
            forfeits_held=plan.leavers is not None and plan.leavers.held == "forfeited",
            plan_mark=fingerprint(draw.model_dump(mode="json") if draw else None)[:16],
        )


def _allowance_rows(plans: Plans) -> Iterator[AllowanceRow]:
    for plan in plans:
        for allowance in plan.allowances:
            yield AllowanceRow(
                plan_id=plan.id,
                plan_version=plan.version,
                allowance_id=allowance.id,
                label_zh=allowance.label.zh,
                label_en=allowance.label.en,
                monthly=allowance.monthly,
                is_prorated=allowance.prorate is not None,
                plan_mark=fingerprint(allowance.model_dump(mode="json", exclude={"label"}))[:16],
            )


def _appraisal_rows(plans: Plans) -> Iterator[AppraisalRow]:
    for plan in plans:
        if plan.appraisal is None:
            continue
        for grade, percent in plan.appraisal.grades.items():
            yield AppraisalRow(
                plan_id=plan.id,
                plan_version=plan.version,
                period_kind=plan.appraisal.period,
                grade=grade,
                pays_pct=percent,
                plan_mark=fingerprint(plan.appraisal.model_dump(mode="json"))[:16],
            )


def _unit_rows(plans: Plans) -> Iterator[PlanUnitRow]:
    for plan in plans:
        for unit in plan.units:
            yield PlanUnitRow(plan_id=plan.id, plan_version=plan.version, unit_id=unit)


def _parts(plans: Plans) -> Iterator[tuple[CommissionPlan, int, Component]]:
    for plan in plans:
        for number, part in enumerate(plan.components, 1):
            yield plan, number, part


def _before(plan: CommissionPlan, plans: Plans) -> CommissionPlan | None:
    """The version that this one follows."""
    earlier = [p for p in plans if p.id == plan.id and p.valid_from < plan.valid_from]
    return max(earlier, key=lambda found: found.valid_from, default=None)


def _draws_since(plan: CommissionPlan, plans: Plans) -> dt.date:
    """The first day of the oldest version from which on the draw has been what it is."""
    before = _before(plan, plans)
    if before is None or before.draw != plan.draw:
        return plan.valid_from
    return _draws_since(before, plans)


def _counted_in(part: Component) -> str:
    """What a position is counted in and measured by: credit counts on only into its like."""
    quota = part.quota
    return " ".join((
        "units" if part.credit.base == "units" else "money",
        quota.period if quota else "month",
        *((quota.of, quota.measure) if quota else ()),
    ))  # fmt: skip


def _counted_from(plan: CommissionPlan, part: Component, plans: Plans) -> dt.date:
    """The first day of the oldest version whose credit counts into the component's position."""
    before = _before(plan, plans) if plan.position.new_version == "carry" else None
    same = [p for p in before.components if p.id == part.id] if before else []
    if before is None or not same or _counted_in(same[0]) != _counted_in(part):
        return plan.valid_from
    return _counted_from(before, same[0], plans)


def _mark(plan: CommissionPlan, part: Component) -> str:
    own = part.model_dump(mode="json", exclude={"label"})
    said: tuple[dict[str, object], ...] = ()
    if plan.position != Position():
        said = (plan.position.model_dump(),)
    # what the plan says of all its components, where it says anything
    if plan.settlement != Settlement():
        said = (*said, {"settlement": plan.settlement.model_dump()})
    if plan.leavers is not None:
        said = (*said, {"leavers": plan.leavers.model_dump()})
    return fingerprint(plan.role, plan.units, plan.valid_from, own, *said)[:16]


def _component_rows(plans: Plans) -> Iterator[ComponentRow]:
    for plan, number, part in _parts(plans):
        credit, quota, rate, cap, pool = part.credit, part.quota, part.rate, part.cap, part.pool
        only = credit.only
        yield ComponentRow(
            plan_id=plan.id,
            plan_version=plan.version,
            component_id=part.id,
            component_no=number,
            label_zh=part.label.zh,
            label_en=part.label.en,
            credit_event=credit.event,
            credit_base=credit.base,
            is_paid_without_cost=credit.unknown_cost == "net",
            is_floored_at_zero=credit.margin_floor == "zero",
            credit_to=credit.to,
            max_level=credit.levels,
            of_products=part.of_products,
            of_lines=part.of_lines,
            by_margin=any(rule.margin for rule in rate.rules),
            by_discount=any(rule.discount for rule in rate.rules),
            only_contract_types=bool(only.contract_types),
            only_segments=bool(only.segments),
            only_product_categories=bool(only.product_categories),
            only_products=bool(only.products),
            only_key_products=only.key_products,
            only_new_customers=only.new_customers,
            quota_measure=quota.measure if quota else None,
            quota_period=quota.period if quota else "month",
            quota_of=quota.of if quota else "payee",
            counted_in=_counted_in(part),
            counted_from=_counted_from(plan, part, plans),
            rate_kind=rate.kind,
            rate_by=rate.by,
            rate_mode=rate.mode or "marginal",
            is_per_transaction=rate.per == "transaction",
            base_rate_pct=rate.base_rate_pct,
            unaccelerated_pct=rate.unaccelerated_pct,
            without_quota_rate_pct=rate.without_quota_rate_pct,
            cap_per_deal=cap.per_deal if cap else None,
            cap_per_month=cap.per_month if cap else None,
            cap_carries=cap.carry_forward if cap else False,
            release_when=part.release.when,
            hold_pct=part.release.hold_pct,
            hold_months=part.release.hold_months,
            settles_by=plan.settlement.every,
            is_timed=(
                part.release.when != "at_once"
                or part.release.hold_pct > 0
                or plan.settlement.every != "month"
            ),
            clawback_by=part.clawback.by,
            clawback_limit=part.clawback.limit,
            clawback_term=part.clawback.term,
            pool_unit=pool.unit if pool else None,
            pool_share=pool.share if pool else None,
            pool_min_attainment_pct=pool.min_attainment_pct if pool else Decimal(0),
            plan_mark=_mark(plan, part),
        )


def _only_rows(plans: Plans) -> Iterator[OnlyRow]:
    for plan, _, part in _parts(plans):
        only = part.credit.only
        for field, values in (
            ("contract_type", only.contract_types),
            ("segment", only.segments),
            ("product_category", only.product_categories),
            ("product_id", only.products),
        ):
            for value in values:
                yield OnlyRow(plan.id, plan.version, part.id, field=field, value=value)


def _tier_rows(plans: Plans) -> Iterator[TierRow]:
    for plan, _, part in _parts(plans):
        steps = part.rate.steps() if part.rate.kind == "tiers" else []
        for place, (start, end, pct, boundary) in enumerate(steps):
            yield TierRow(
                plan_id=plan.id,
                plan_version=plan.version,
                component_id=part.id,
                tier_no=place + 1,
                tier_from=start,
                tier_to=end,
                rate_pct=pct,
                next_rate_pct=steps[place + 1][2] if place + 1 < len(steps) else pct,
                is_upper_from=place > 0 and steps[place - 1][3] == "upper",
                is_upper_to=boundary == "upper",
            )


def _matrix_rows(plans: Plans) -> Iterator[MatrixRow]:
    for plan, _, part in _parts(plans):
        above: dict[str, dict[Decimal, Decimal | None]] = {}
        for side in ("attainment", "collection_rate"):
            limits = sorted({getattr(cell, side) for cell in part.rate.matrix})
            above[side] = {**dict(pairwise(limits)), **({limits[-1]: None} if limits else {})}
        for cell in part.rate.matrix:
            yield MatrixRow(
                plan_id=plan.id,
                plan_version=plan.version,
                component_id=part.id,
                attainment_from=cell.attainment,
                attainment_below=above["attainment"][cell.attainment],
                collection_from=cell.collection_rate,
                collection_below=above["collection_rate"][cell.collection_rate],
                rate_pct=cell.rate_pct,
            )


def _rule_rows(plans: Plans) -> Iterator[RuleRow]:
    for plan, _, part in _parts(plans):
        for place, rule in enumerate(part.rate.rules, 1):
            yield RuleRow(
                plan_id=plan.id,
                plan_version=plan.version,
                component_id=part.id,
                rule_no=place,
                priority=rule.particularity,
                product_id=rule.product,
                product_name=rule.product_name,
                product_category=rule.product_category,
                is_key_product=rule.key_product,
                is_new_customer=rule.new_customer,
                contract_type=rule.contract_type,
                segment=rule.segment,
                discount_from=rule.discount.start if rule.discount else None,
                discount_below=rule.discount.end if rule.discount else None,
                margin_from=rule.margin.start if rule.margin else None,
                margin_below=rule.margin.end if rule.margin else None,
                rate_pct=rule.rate_pct,
                amount=rule.amount,
            )


def _cut_rows(plans: Plans) -> Iterator[CutRow]:
    for plan, _, part in _parts(plans):
        for cut in part.cuts:
            for kind, over, pct, per_day in cut.rows():
                yield CutRow(
                    plan_id=plan.id,
                    plan_version=plan.version,
                    component_id=part.id,
                    cut_kind=kind,
                    over=over,
                    cut_pct=pct,
                    per_day_pct=per_day,
                )


def _gate_rows(plans: Plans) -> Iterator[GateRow]:
    for plan, _, part in _parts(plans):
        for gate in part.gates:
            yield GateRow(
                plan_id=plan.id,
                plan_version=plan.version,
                component_id=part.id,
                gauge=gate.on,
                at_least_pct=gate.at_least,
                pays_pct=gate.pays_pct,
                of_accelerator=gate.of == "accelerator",
                catches_up=gate.catch_up,
            )


def _pool_rows(plans: Plans) -> Iterator[PoolMemberRow]:
    for plan, _, part in _parts(plans):
        for role, weight in part.pool.members.items() if part.pool else ():
            points = int(weight * 10_000)
            yield PoolMemberRow(plan.id, plan.version, part.id, role=role, weight_points=points)


PLAN_TABLES: tuple[PolicyTable[Plans], ...] = (
    PolicyTable("policy.commission_plan", PlanRow, _plan_rows),
    PolicyTable("policy.commission_plan_unit", PlanUnitRow, _unit_rows),
    PolicyTable("policy.commission_allowance", AllowanceRow, _allowance_rows),
    PolicyTable("policy.commission_appraisal", AppraisalRow, _appraisal_rows),
    PolicyTable("policy.commission_component", ComponentRow, _component_rows),
    PolicyTable("policy.commission_only", OnlyRow, _only_rows),
    PolicyTable("policy.commission_tier", TierRow, _tier_rows),
    PolicyTable("policy.commission_matrix", MatrixRow, _matrix_rows),
    PolicyTable("policy.commission_rule", RuleRow, _rule_rows),
    PolicyTable("policy.commission_cut", CutRow, _cut_rows),
    PolicyTable("policy.commission_gate", GateRow, _gate_rows),
    PolicyTable("policy.commission_pool_member", PoolMemberRow, _pool_rows),
)


def write_plans(warehouse: Warehouse, plans: Plans) -> dict[str, int]:
    """Write every table of some plans; returns rows by table."""
    return {table.name: table.write(warehouse, plans) for table in PLAN_TABLES}
