"""How credit becomes commission: the rate of a plan's component.

Belongs here: flat rates, tiers and their modes, two-way tables, rules by product. Does not belong
here: who is credited with what (`plans.py`).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy, later
from pipelines.workspace.yamlfile import Location, MistakeAt

Pct = Annotated[Decimal, Field(ge=0, le=100)]
Money = Annotated[Decimal, Field(ge=0)]

Mode = Literal["marginal", "whole", "interpolated", "hybrid", "whole_to_quota"]

_QUOTA = Decimal(100)  # percent of attainment

# A rate above this share of the credit is more likely 150 written for 1.50 than meant.
_LIKELY_LARGEST_RATE = Decimal(60)


class Tier(Policy):
    start: Annotated[Decimal, Field(alias="from", ge=0)]
    end: Annotated[Decimal | None, Field(alias="to")] = None
    rate_pct: Annotated[Decimal | None, Field(ge=0)] = None
    multiplier: Annotated[Decimal | None, Field(ge=0)] = None
    boundary: Literal["lower", "upper"] | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Tier:
        if (self.rate_pct is None) == (self.multiplier is None):
            raise ValueError("a tier has either `rate_pct` or `multiplier`")
        return self


class Cell(Policy):
    """One field of a two-way table; each side is percent from (inclusive) up to the next."""

    attainment: Annotated[Decimal, Field(ge=0)]
    collection_rate: Annotated[Decimal, Field(ge=0)]
    rate_pct: Annotated[Decimal, Field(ge=0)]


class Band(Policy):
    """Percent from (inclusive) up to the next; a side that is left out is open."""

    start: Annotated[Decimal | None, Field(alias="from")] = None
    end: Annotated[Decimal | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _is_one(self) -> Band:
        if self.start is None and self.end is None:
            raise ValueError("a band says `from`, `to` or both")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"a band must end above its start; see from {self.start}")
        return self

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        return (
            Decimal("-Infinity") if self.start is None else self.start,
            Decimal("Infinity") if self.end is None else self.end,
        )


class Rule(Policy):
    """A rate for what it names; of the rules that fit, the most particular one pays.

    `discount` and `margin` are percent of the order line that is paid: what its price is below the
    list price, and what it is above the cost.
    """

    product: str | None = None
    product_name: str | None = None
    product_category: str | None = None
    key_product: bool | None = None
    new_customer: bool | None = None
    contract_type: str | None = None
    segment: str | None = None
    discount: Band | None = later()
    margin: Band | None = later()
    rate_pct: Annotated[Decimal | None, Field(ge=0)] = None
    amount: Money | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Rule:
        if (self.rate_pct is None) == (self.amount is None):
            raise ValueError("a rule has either `rate_pct` or `amount`")
        return self

    @property
    def names(self) -> dict[str, object]:
        """What a sale must be for the rule to fit."""
        return self.model_dump(exclude={"rate_pct", "amount"})

    @property
    def particularity(self) -> int:
        return (
            256 * (self.product is not None)
            + 128 * (self.product_name is not None)
            + 64 * (self.product_category is not None)
            + 32 * (self.key_product is not None)
            + 16 * (self.new_customer is not None)
            + 8 * (self.contract_type is not None)
            + 4 * (self.segment is not None)
            + 2 * (self.margin is not None)
            + (self.discount is not None)
        )

    @property
    def of_products(self) -> bool:
        return self.particularity >= 32

    @property
    def of_lines(self) -> bool:
        return self.margin is not None or self.discount is not None

    @property
    def sold(self) -> dict[str, object]:
        """What it names of the sale, without the bands of the line."""
        return self.model_dump(exclude={"rate_pct", "amount", "discount", "margin"})

    def alike(self, other: Rule) -> bool:
        """Whether both name the same, but for where their bands begin and end."""
        return (
            self.sold == other.sold
            and (self.discount is None) == (other.discount is None)
            and (self.margin is None) == (other.margin is None)
        )


class Rate(Policy):
    """How credit becomes commission: exactly one of `flat_pct`, `per_unit`, `tiers`, ….

    Tiers say in `by` what they are counted in (the amount of credit, or percent of the quota), in
    `mode` how they pay, in `boundary` to which tier an amount exactly on a limit belongs, and in
    `per` whether the position runs on over the quota period or begins anew with each transaction.
    """

    flat_pct: Annotated[Decimal | None, Field(ge=0)] = None
    per_unit: Money | None = None
    tiers: tuple[Tier, ...] = ()
    matrix: tuple[Cell, ...] = ()
    rules: tuple[Rule, ...] = ()
    by: Literal["attainment", "amount"] = "amount"
    mode: Mode | None = None
    boundary: Literal["lower", "upper"] = "lower"
    per: Literal["period", "transaction"] = "period"
    base_rate_pct: Annotated[Decimal | None, Field(ge=0)] = None
    without_quota_rate_pct: Pct = Decimal(0)
    high_rates: bool = False

    @property
    def has_prices(self) -> bool:
        """Whether a unit has a price of its own instead of a percent of what it was sold for."""
        return self.per_unit is not None or any(rule.amount is not None for rule in self.rules)

    @field_validator("tiers")
    @classmethod
    def _tiers_join(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        if not tiers:
            return tiers
        for number, tier in enumerate(tiers):
            if tier.end is not None and tier.end <= tier.start:
                raise MistakeAt(
                    (number, "to"), f"a tier must end above its start; see from {tier.start}"
                )
        if tiers[0].start != 0:
            raise MistakeAt(
                (0, "from"), f"the first tier must begin at 0, it begins at {tiers[0].start}"
            )
        for number, (before, after) in enumerate(pairwise(tiers), 1):
            if before.end is None:
                raise MistakeAt(
                    (number - 1,),
                    f"only the last tier may be without `to`; see from {before.start}",
                )
            if after.start < before.end:
                raise MistakeAt(
                    (number, "from"),
                    f"tiers overlap: {before.start}–{before.end} and {after.start}–"
                    f"{after.end if after.end is not None else '…'} share "
                    f"{after.start}–{before.end}",
                )
            if after.start > before.end:
                raise MistakeAt(
                    (number, "from"),
                    f"tiers leave a gap: nothing between {before.end} and {after.start}; write a "
                    "tier with rate_pct: 0 if nothing is paid there",
                )
        if tiers[-1].end is not None:
            raise MistakeAt(
                (len(tiers) - 1, "to"), "the last tier must be open: leave out its `to`"
            )
        return tiers

    @field_validator("rules")
    @classmethod
    def _each_rule_for_its_own(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        for number, rule in enumerate(rules):
            earlier = [
                place for place, other in enumerate(rules[:number]) if other.names == rule.names
            ]
            if earlier:
                raise MistakeAt(
                    (number,),
                    f"it names what rule {earlier[0] + 1} names; which of the two pays is not said",
                )
        cls._bands_join(rules)
        return rules

    @staticmethod
    def _bands_join(rules: tuple[Rule, ...]) -> None:
        """Bands of rules that otherwise name the same neither overlap nor leave a gap.

        What a rule without a band pays is no gap.
        """
        for number, rule in enumerate(rules):
            sides = [side for side in (rule.discount, rule.margin) if side is not None]
            for place, other in enumerate(rules[:number]):
                if not sides or not rule.alike(other):
                    continue
                others = [side for side in (other.discount, other.margin) if side is not None]
                if all(
                    max(a.reach[0], b.reach[0]) < min(a.reach[1], b.reach[1])
                    for a, b in zip(sides, others, strict=True)
                ):
                    raise MistakeAt(
                        (number,),
                        f"its band overlaps that of rule {place + 1}; which of the two pays is "
                        "not said",
                    )
            rest = any(not other.of_lines and other.sold == rule.sold for other in rules)
            if len(sides) != 1 or sides[0].end is None or rest:
                continue
            after = [
                band.reach[0]
                for other in rules
                if other is not rule and rule.alike(other)
                for band in (other.discount or other.margin,)
                if band is not None and band.reach[0] >= sides[0].end
            ]
            if after and min(after) > sides[0].end:
                raise MistakeAt(
                    (number,),
                    f"bands leave a gap: nothing between {sides[0].end} and {min(after)}; write a "
                    "rule with rate_pct: 0 if nothing is paid there",
                )

    @field_validator("matrix")
    @classmethod
    def _matrix_is_full(cls, matrix: tuple[Cell, ...]) -> tuple[Cell, ...]:
        if not matrix:
            return matrix
        rows = sorted({cell.attainment for cell in matrix})
        columns = sorted({cell.collection_rate for cell in matrix})
        found = [(cell.attainment, cell.collection_rate) for cell in matrix]
        for row in rows:
            for column in columns:
                count = found.count((row, column))
                if count != 1:
                    what = "has no field" if count == 0 else f"has {count} fields"
                    raise ValueError(
                        f"the table {what} for attainment {row} and collection_rate {column}"
                    )
        if rows[0] != 0 or columns[0] != 0:
            raise ValueError("both sides of the table begin at 0, so that nobody falls out of it")
        return matrix

    @model_validator(mode="after")
    def _whole(self) -> Rate:
        given = [
            name
            for name in ("flat_pct", "per_unit", "tiers", "matrix", "rules")
            if getattr(self, name) not in (None, ())
        ]
        if len(given) != 1:
            raise ValueError(
                "a rate is exactly one of flat_pct, per_unit, tiers, matrix and rules; found "
                + (", ".join(given) or "none")
            )
        if self.tiers and self.mode is None:
            raise ValueError(
                "tiers need `mode`: marginal (each slice at its own rate), whole (the tier reached "
                "pays everything), whole_to_quota (whole below it, marginal above), interpolated "
                "or hybrid; the same tiers pay differently"
            )
        if self.base_rate_pct is None and (
            self.mode == "hybrid" or any(t.multiplier is not None for t in self.tiers)
        ):
            raise ValueError("multipliers and mode hybrid need `base_rate_pct`")
        if self.mode == "hybrid" and self.by != "attainment":
            raise ValueError("mode hybrid pays from the quota on: it needs `by: attainment`")
        if self.mode == "hybrid":
            self._pays_base_to_the_quota()
        if self.mode == "whole_to_quota":
            self._turns_at_the_quota()
        if self.mode == "interpolated" and any(t.multiplier is not None for t in self.tiers):
            raise ValueError("mode interpolated runs between rates: give `rate_pct`")
        self._likely()
        return self

    def _pays_base_to_the_quota(self) -> None:
        """Below the quota hybrid pays its base rate: another rate there would never be paid."""
        for number, (_, end, pct, _) in enumerate(self.steps()):
            if end is not None and end <= _QUOTA and pct != self.base_rate_pct:
                raise MistakeAt(
                    ("tiers", number),
                    f"mode hybrid pays base_rate_pct ({self.base_rate_pct} %) up to the quota, and "
                    f"this tier below it says {pct} %; leave it out, or choose marginal or whole",
                )

    def _turns_at_the_quota(self) -> None:
        """Up to the quota the tier reached pays everything, above it each slice its own rate."""
        if self.by != "attainment":
            raise ValueError("mode whole_to_quota turns at the quota: it needs `by: attainment`")
        for number, (start, end, _, _) in enumerate(self.steps()):
            if start < _QUOTA and (end is None or end > _QUOTA):
                raise MistakeAt(
                    ("tiers", number),
                    "mode whole_to_quota pays the whole up to the quota and slices above it: end "
                    "this tier at 100 and begin another there",
                )

    def _likely(self) -> None:
        if self.high_rates:
            return
        base = self.base_rate_pct or Decimal(0)
        rates: list[tuple[Location, Decimal | None]] = [
            (("flat_pct",), self.flat_pct),
            (("base_rate_pct",), self.base_rate_pct),
            *((("tiers", n, "rate_pct"), tier.rate_pct) for n, tier in enumerate(self.tiers)),
            *(
                (("tiers", n, "multiplier"), tier.multiplier * base)
                for n, tier in enumerate(self.tiers)
                if tier.multiplier is not None
            ),
            *((("matrix", n, "rate_pct"), cell.rate_pct) for n, cell in enumerate(self.matrix)),
            *((("rules", n, "rate_pct"), rule.rate_pct) for n, rule in enumerate(self.rules)),
        ]
        for place, rate in rates:
            if rate is not None and rate > _LIKELY_LARGEST_RATE:
                raise MistakeAt(
                    place,
                    f"a rate of {rate} % looks like percent × 100; rates are in percent (1.5 is "
                    "1.5 %). If it is meant, say `high_rates: true`",
                )

    @property
    def kind(self) -> str:
        return "matrix" if self.matrix else "rules" if self.rules else "tiers"

    @property
    def unaccelerated_pct(self) -> Decimal | None:
        """The rate that the tiers above the quota go beyond, where they are paid for themselves."""
        if self.by != "attainment" or self.per == "transaction":
            return None
        if self.mode == "hybrid":
            return self.base_rate_pct
        if self.mode not in ("marginal", "whole_to_quota"):
            return None
        return next((rate for _, end, rate, _ in self.steps() if end == _QUOTA), None)

    def steps(self) -> list[tuple[Decimal, Decimal | None, Decimal, str]]:
        """Tiers as from, to, rate in percent of the credit, boundary; a flat rate is one tier."""
        if self.flat_pct is not None:
            return [(Decimal(0), None, self.flat_pct, self.boundary)]
        if self.per_unit is not None:
            return [(Decimal(0), None, self.per_unit * 100, self.boundary)]
        steps: list[tuple[Decimal, Decimal | None, Decimal, str]] = []
        for tier in self.tiers:
            if tier.multiplier is not None:
                assert self.base_rate_pct is not None
                rate = tier.multiplier * self.base_rate_pct
            else:
                assert tier.rate_pct is not None
                rate = tier.rate_pct
            boundary = tier.boundary or self.boundary
            # nothing is beyond the quota yet where the position is exactly on it
            turns = self.mode == "whole_to_quota" and tier.end == _QUOTA
            steps.append((tier.start, tier.end, rate, "lower" if turns else boundary))
        return steps
