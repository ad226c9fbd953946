"""Commission plans (`policy/commission/*.yaml`): what a plan may say and what makes one whole.

Belongs here: credit, quota, conditions, limits and timing of a plan's components, and which
plans may not stand beside each other. Does not belong here: rates (`rates.py`), the tables made of
them (`plan_tables.py`) or the money they pay (`sql/commission/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy, later, once
from pipelines.policy.rates import Money, Pct, Rate
from pipelines.workspace.workspace import Label

Event = Literal["signed", "ordered", "delivered", "invoiced", "cash_received", "lead_accepted"]
Payee = Literal["owner", "deal_team", "overlay", "managers", "pool"]
Gauge = Literal["attainment", "collection_rate", "year_attainment", "year_to_date"]


class Only(Policy):
    """What a credit must be to count; everything named must hold."""

    contract_types: tuple[Literal["new", "upsell", "cross_sell", "renewal"], ...] = ()
    segments: tuple[str, ...] = ()
    product_categories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    key_products: bool = False
    new_customers: bool = False

    @property
    def of_products(self) -> bool:
        """Whether a document has to be taken apart into its order lines."""
        return bool(self.product_categories or self.products or self.key_products)


class Credit(Policy):
    """Which event credits which amount to whom.

    The cost of a margin is that of the order's line, else its product's. What has neither is held,
    and named, or counts with its whole net amount (`unknown_cost: net`); `margin_floor: zero` lets
    what was sold below its cost count as nothing instead of against the rest.
    `levels` says how far up a manager's override reaches: 1 is the direct manager of who sold.
    """

    event: Event
    base: Literal["net", "margin", "units"] = "net"
    to: Payee
    unknown_cost: Literal["hold", "net"] = "hold"
    margin_floor: Literal["zero"] | None = None
    levels: Annotated[int, Field(ge=1, le=4)] = 4
    only: Only = Only()

    @property
    def is_documented(self) -> bool:
        """Whether a document with a currency of its own stands behind the credit."""
        return self.event != "lead_accepted"

    @model_validator(mode="after")
    def _leads_are_counted(self) -> Credit:
        if self.event == "lead_accepted" and (self.base != "units" or self.to != "owner"):
            raise ValueError("an accepted lead is credited as `base: units` and `to: owner`")
        if self.base != "margin" and self.margin_floor:
            raise ValueError("`margin_floor` belongs to `base: margin`")
        if self.base == "margin" and self.event == "signed":
            raise ValueError("a contract has no cost; take the margin when it is ordered or later")
        return self


class PlanQuota(Policy):
    """The quota that attainment is measured against, prorated as policy/quotas.yaml says."""

    measure: str
    period: Literal["month", "quarter", "year"]
    of: Literal["payee", "unit"] = "payee"


class CutStep(Policy):
    """Beyond `over`, `cut_pct` of the credit is lost, `per_day_pct` more for each unit above."""

    over: Decimal
    cut_pct: Pct = Decimal(0)
    per_day_pct: Pct = Decimal(0)


class Cut(Policy):
    """A condition that takes from the credit. Several add up, to the whole credit at most.

    `discount`: percent points beyond the seller's authority. `overdue`: days from the due date to
    the cash. `compliance`: a contract that does not comply (`over: 0`). `records`: a deal with
    fewer than `fewer_than` activities in the CRM.
    """

    on: Literal["discount", "overdue", "compliance", "records"]
    steps: tuple[CutStep, ...] = ()
    cut_pct: Pct | None = None
    fewer_than: Annotated[int | None, Field(ge=1)] = None

    @model_validator(mode="after")
    def _whole(self) -> Cut:
        if self.on in ("discount", "overdue"):
            if not self.steps or self.cut_pct is not None:
                raise ValueError(f"`on: {self.on}` needs `steps` with `over` and `cut_pct`")
            limits = [step.over for step in self.steps]
            if limits != sorted(set(limits)):
                raise ValueError("`over` must grow from step to step")
        elif self.cut_pct is None or self.steps:
            raise ValueError(f"`on: {self.on}` needs one `cut_pct`")
        if (self.on == "records") != (self.fewer_than is not None):
            raise ValueError("`fewer_than` belongs to `on: records`, and only there")
        return self

    def rows(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """Kind, limit, percent cut, percent for each unit above the limit."""
        if self.steps:
            return [(self.on, s.over, s.cut_pct, s.per_day_pct) for s in self.steps]
        assert self.cut_pct is not None
        # fewer activities than n: minus their number is above minus n
        limit = Decimal(-self.fewer_than) if self.fewer_than else Decimal(0)
        return [(self.on, limit, self.cut_pct, Decimal(0))]


class Gate(Policy):
    """Below the limit only `pays_pct` of the month's commission of this component is paid.

    The year is that of the quota period: `year_attainment` measures its credit so far by its whole
    quota, `year_to_date` by the quota up to the month's end. With `of: accelerator` only what the
    tiers above the quota pay beyond the rate that reaches it waits for the gate, and comes in the
    month that opens it if the plan says `catch_up`; else it is lost.
    """

    on: Gauge
    at_least: Annotated[Decimal, Field(ge=0)]
    pays_pct: Pct = Decimal(0)
    of: Literal["month", "accelerator"] = later("month")
    catch_up: bool = later(False)

    @model_validator(mode="after")
    def _accelerators_wait(self) -> Gate:
        if self.of == "accelerator" and self.pays_pct != 0:
            raise ValueError("`of: accelerator` pays the accelerator or not: leave out `pays_pct`")
        if self.catch_up and self.of != "accelerator":
            raise ValueError("`catch_up` belongs to `of: accelerator`")
        return self


class Cap(Policy):
    """The most a deal, or a month, may earn; `carry_forward` moves the rest to the next month."""

    per_deal: Money | None = None
    per_month: Money | None = None
    carry_forward: bool = False

    @model_validator(mode="after")
    def _something(self) -> Cap:
        if self.per_deal is None and self.per_month is None:
            raise ValueError("a cap needs `per_deal` or `per_month`")
        if self.carry_forward and self.per_month is None:
            raise ValueError("`carry_forward` belongs to `per_month`")
        return self


class Release(Policy):
    """When what was earned becomes payable; `hold_pct` of it waits `hold_months` longer."""

    when: Literal["at_once", "cash", "paid_in_full"] = "at_once"
    hold_pct: Pct = Decimal(0)
    hold_months: Annotated[int, Field(ge=0, le=60)] = 0

    @model_validator(mode="after")
    def _both_or_none(self) -> Release:
        if (self.hold_pct > 0) != (self.hold_months > 0):
            raise ValueError("a hold-back needs both `hold_pct` and `hold_months`")
        return self


class Clawback(Policy):
    """How a credit note, bounced receipt, write-off or cancellation takes commission back.

    `by: position` moves the position back in the quota period of the original, so that what is
    taken back is the recomputed difference; `by: original_rate` takes the original's own rate and
    leaves attainment as it was. `limit: paid` never takes more than the document had earned.
    `term: unserved` takes back of a cancelled contract only the days of its term that were left.
    """

    by: Literal["position", "original_rate"] = "position"
    limit: Literal["none", "paid"] = "none"
    term: Literal["unserved"] | None = later()


class Pool(Policy):
    """A pool (公佣) of a unit, shared by its members at the month's end and paid out exactly."""

    unit: Literal["team", "region"] = "team"
    share: Literal["equal", "weight", "attainment", "credit"]
    members: dict[str, Annotated[Decimal, Field(gt=0)]] = Field(min_length=1)
    min_attainment_pct: Annotated[Decimal, Field(ge=0)] = Decimal(0)


class Component(Policy):
    """One way in which a plan pays."""

    id: str
    label: Label
    credit: Credit
    quota: PlanQuota | None = None
    rate: Rate
    cuts: tuple[Cut, ...] = ()
    gates: tuple[Gate, ...] = ()
    cap: Cap | None = None
    release: Release = Release()
    clawback: Clawback = Clawback()
    pool: Pool | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Component:
        needs = (
            (self.rate.tiers and self.rate.by == "attainment")
            or self.rate.matrix
            or any(gate.on != "collection_rate" for gate in self.gates)
            or (self.pool and (self.pool.share == "attainment" or self.pool.min_attainment_pct > 0))
        )
        if needs and self.quota is None:
            raise ValueError("attainment needs `quota` with measure and period")
        if (self.credit.to == "pool") != (self.pool is not None):
            raise ValueError("`to: pool` and `pool` belong together")
        accelerators = [gate for gate in self.gates if gate.of == "accelerator"]
        if len(accelerators) > 1:
            raise ValueError("one gate opens the accelerator; found several with `of: accelerator`")
        if accelerators and self.rate.unaccelerated_pct is None:
            raise ValueError(
                "`of: accelerator` needs tiers by attainment that begin at 100, in mode marginal, "
                "whole_to_quota or hybrid, for the period"
            )
        if self.clawback.term and (self.credit.event != "signed" or self.credit.base != "net"):
            raise ValueError(
                "`term: unserved` asks how much of a contract was left: it belongs to `event: "
                "signed` and `base: net`"
            )
        asks_margin = self.credit.base == "margin" or any(rule.margin for rule in self.rate.rules)
        rules = self.rate.rules
        if self.credit.unknown_cost == "net" and rules and all(rule.margin for rule in rules):
            raise ValueError(
                "`unknown_cost: net` needs a rule without `margin`, by which a line of unknown "
                "margin is paid"
            )
        if self.credit.unknown_cost != "hold" and not asks_margin:
            raise ValueError(
                "`unknown_cost` belongs to `base: margin`, or to rules by the margin of a line"
            )
        if self.of_lines and self.credit.event == "signed":
            raise ValueError(
                "a contract has no lines with a discount or margin of their own; credit them when "
                "they are ordered or later"
            )
        once("a cut on", [cut.on for cut in self.cuts])
        return self

    @property
    def of_lines(self) -> bool:
        """Whether each order line is paid by itself: two of one product may differ in price."""
        return any(rule.of_lines for rule in self.rate.rules)

    @property
    def of_products(self) -> bool:
        """Whether a document has to be taken apart into what its order lists."""
        return (
            self.of_lines
            or self.credit.only.of_products
            or any(rule.of_products for rule in self.rate.rules)
        )


class Draw(Policy):
    """A minimum paid each month. What was advanced is taken back later, unless it is guaranteed.

    It is an amount (`monthly`) or percent of a month's target pay (`target_pct`: a twelfth of the
    salary's `target_variable`). With `prorate: active_days` a month in which the plan is not in
    force on all days has the minimum of its days. `months` counts from the month of joining (`for:
    new_starters`) or from the plan's first month.
    """

    monthly: Annotated[Decimal | None, Field(gt=0)] = None
    target_pct: Annotated[Decimal | None, Field(gt=0, le=1000)] = later()
    prorate: Literal["active_days"] | None = later()
    months: Annotated[int | None, Field(ge=1)] = None
    who: Literal["new_starters", "everyone"] = Field("new_starters", alias="for")
    recoverable: bool = True
    recover_from_month: Annotated[int, Field(ge=1)] = 1
    recover_pct: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(100)

    @model_validator(mode="after")
    def _one_minimum(self) -> Draw:
        if (self.monthly is None) == (self.target_pct is None):
            raise ValueError("a draw is either an amount (`monthly`) or a `target_pct`")
        return self


class Settlement(Policy):
    """When what is payable is paid, and in which currency it is stated.

    `every: half_month` pays on the 15th and on the last day of the month, `quarter` on the last day
    of the quarter. `currency: document` states each line in the currency of its document, at the
    document's rate; what has none stays in base currency.
    """

    every: Literal["half_month", "month", "quarter"] = "month"
    currency: Literal["base", "document"] = "base"


class Allowance(Policy):
    """A fixed amount a month beside commission; it neither counts towards a draw nor attainment.

    With `prorate: active_days` a month has the part of the days on which the plan is in force.
    """

    id: str
    label: Label
    monthly: Annotated[Decimal, Field(gt=0)]
    prorate: Literal["active_days"] | None = None


class ByAppraisal(Policy):
    """What of a period's commission the grade of its closed appraisal pays, in percent.

    What became payable in the months of the period is settled once, in the month in which the
    appraisal is closed: 120 pays a fifth on top, 0 takes all back.
    """

    period: Literal["month", "quarter", "half_year", "year"]
    grades: dict[str, Annotated[Decimal, Field(ge=0, le=1000)]] = Field(min_length=1)


class Leavers(Policy):
    """What a plan pays those who left: after the last day, and of what was held on it.

    Credit counts for `earn_days` after the last day. What was earned and becomes payable only
    later is paid when it does, or with `held: forfeited` lost on the last day; what is taken back
    is taken back either way.
    """

    earn_days: Annotated[int, Field(ge=0, le=3660)] = 0
    held: Literal["paid", "forfeited"] = "paid"


Change = Literal["carry", "by_days", "afresh"]


class Position(Policy):
    """What becomes of a payee's position when something changes within a quota period.

    `carry`: credit of the period counts on, against one quota. `by_days`: it begins at nothing, and
    each part is measured by the quota of its own days. `afresh`: it begins at nothing, against the
    whole quota. The plan that begins says so: a new version of it, a payee who comes to it from
    another plan, or one who changes unit under it.
    """

    new_version: Change = "carry"
    new_plan: Change = "afresh"
    new_unit: Change = "carry"


class CommissionPlan(Policy):
    """A dated commission plan for one role, in all units or only those named (and below them)."""

    id: str
    version: Annotated[int, Field(ge=1)]
    label: Label
    role: str
    units: tuple[str, ...] = ()
    valid_from: dt.date
    valid_to: dt.date | None = None
    components: tuple[Component, ...] = Field(min_length=1)
    draw: Draw | None = None
    allowances: tuple[Allowance, ...] = ()
    leavers: Leavers | None = None
    appraisal: ByAppraisal | None = None
    settlement: Settlement = Settlement()
    position: Position = Position()
    requires_salary: bool = False

    @field_validator("components")
    @classmethod
    def _named_once(cls, components: tuple[Component, ...]) -> tuple[Component, ...]:
        once("component", [component.id for component in components])
        return components

    @model_validator(mode="after")
    def _draws_lift_a_month_that_pays(self) -> CommissionPlan:
        if self.draw and self.settlement.every == "quarter":
            raise ValueError(
                "a draw lifts what a month pays, and a quarterly settlement pays nothing in two of "
                "three months; pay an allowance, or settle by the month"
            )
        return self

    @model_validator(mode="after")
    def _prices_are_of_one_currency(self) -> CommissionPlan:
        priced = [
            part.id
            for part in self.components
            if part.rate.has_prices and part.credit.is_documented
        ]
        if self.settlement.currency == "document" and priced:
            raise ValueError(
                f"{priced[0]} pays a price per unit, which is in base currency: in the currency of "
                "a document it would change with each rate; pay a percent, or settle in base"
            )
        return self

    @model_validator(mode="after")
    def _allowances_are_named_apart(self) -> CommissionPlan:
        once("allowance", [allowance.id for allowance in self.allowances])
        taken = {"draw", "guarantee", "adjustment", "appraisal", "payroll"}
        taken |= {component.id for component in self.components}
        for allowance in self.allowances:
            if allowance.id in taken:
                raise ValueError(f"allowance {allowance.id!r} needs a name of its own")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> CommissionPlan:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self

    @model_validator(mode="after")
    def _pools_have_whole_quotas(self) -> CommissionPlan:
        if self.position.new_version == "by_days" and any(c.pool for c in self.components):
            raise ValueError(
                "`new_version: by_days` splits the quota of a person; a pool is measured by that "
                "of its unit: say carry or afresh, or give the pool a plan of its own"
            )
        return self

    def meets(self, other: CommissionPlan) -> bool:
        """Whether both plans would pay one person on some day.

        A plan that names units goes before one that names none, so those two may stand together.
        """
        alike = (
            bool(set(self.units) & set(other.units))
            if self.units and other.units
            else not self.units and not other.units
        )
        return (
            self.role == other.role
            and alike
            and self.valid_from <= (other.valid_to or dt.date.max)
            and other.valid_from <= (self.valid_to or dt.date.max)
        )


def gap_before(plan: CommissionPlan, others: Iterable[CommissionPlan]) -> dt.date | None:
    """The first day without a plan between this one and the one before it of the same id."""
    earlier = [
        other
        for other in others
        if other.id == plan.id and other.valid_from < plan.valid_from and other.valid_to is not None
    ]
    if not earlier:
        return None
    last = max(other.valid_to for other in earlier if other.valid_to is not None)
    day = last + dt.timedelta(days=1)
    return day if day < plan.valid_from else None
