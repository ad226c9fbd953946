"""Whether what a receipt says is what is published now, and what differs.

Belongs here: comparing a claim with the published database, and with the rows behind it. Does not
belong here: reading a receipt (`receipt.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.delivery.questions.published import PublishedValues, Value
from pipelines.delivery.questions.receipt import Claim, plain
from pipelines.errors import UserError
from pipelines.explain.explain import Period, explain
from pipelines.policy.catalogue import Catalogue
from pipelines.reporting.model.values import Period as PagePeriod
from pipelines.warehouse.duck import Warehouse

_FIGURES = ("value", "numerator", "denominator", "n", "no_data_reason")
_NAMED = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Proof:
    """A claim beside what is published now in its place; `now` is None where there is nothing."""

    claim: Claim
    now: Value | None

    @property
    def is_true(self) -> bool:
        """Whether the figure and what it means are what they were, as of whatever day."""
        return self.now is not None and not self.differences()

    def told(self) -> dict[str, Any]:
        """What the receipt says."""
        claim = self.claim
        return {
            "kpi": claim.kpi_id,
            "scope": f"{claim.scope_kind}:{claim.scope_id}",
            "period": f"{claim.period_kind} {claim.period_start}",
            "as_of": claim.as_of.isoformat() if claim.as_of else None,
            **{name: _text(getattr(claim, name)) for name in _FIGURES},
        }

    def differences(self) -> list[dict[str, Any]]:
        """What is otherwise now: each with what the receipt says and what is published."""
        if self.now is None:
            return [{"what": "value", "said": _text(self.claim.value), "now": "not published"}]
        now = self.now.claim
        found = [
            {
                "what": name,
                "said": _text(getattr(self.claim, name)),
                "now": _text(getattr(now, name)),
            }
            for name in (*_FIGURES, "definition")
            if getattr(self.claim, name) != getattr(now, name)
        ]
        if found and self.claim.as_of != now.as_of:
            found.append(
                {"what": "as_of", "said": _text(self.claim.as_of), "now": _text(now.as_of)}
            )
        return found


def prove(claim: Claim, values: PublishedValues) -> Proof:
    """A claim held against the published database."""
    if claim.kpi_id not in values.catalogue.kpis:
        return Proof(claim, None)
    period = Period(claim.period_kind, claim.period_start)
    return Proof(claim, values.value(claim.kpi_id, period, claim.scope_kind, claim.scope_id))


def rows_add_up(proof: Proof, warehouse: Warehouse, catalogue: Catalogue) -> bool | None:
    """Whether the rows behind a proven figure give it; unknown where it is no sum of theirs, or
    the rows that can be read are of another state.

    Raises:
        UserError: nothing has been computed.
    """
    now = proof.now
    period = _word(now) if now is not None else None
    if now is None or period is None:
        return None
    scope = f"{proof.claim.scope_kind}:{proof.claim.scope_id}"
    try:
        found = explain(warehouse, catalogue, now.kpi_id, scope, period, limit=1)
    except UserError as error:
        if error.exit_code == 1:
            raise
        return None
    if found.value["value"] != now.number or found.value["period_start"] != now.row["period_start"]:
        return None
    return found.adds_up


def _word(value: Value) -> str | None:
    """The period as `attain explain` is asked for it; None for one that is named by today."""
    kind, start = value.row["period_kind"], value.row["period_start"]
    if kind == "fiscal_year":
        return f"FY{start.year}"
    if kind in ("mtd", "qtd", "ytd", "fytd"):
        return str(kind)
    if kind == "rolling_13w":
        return "13w"
    if kind not in _NAMED:
        return None
    return PagePeriod(period=kind, start=start, end=value.until).key


def _text(one: object) -> str | None:
    if isinstance(one, Decimal):
        return plain(one)
    return None if one is None else str(one)
