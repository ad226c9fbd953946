"""Rows of deals and of what changed in them, as an export has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.laboratory import Laboratory, Row


def moment(text: str) -> dt.datetime:
    """`2026-11-02` is that day's midnight, `2026-11-02 15:30` its afternoon."""
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def deal(number: str, created: str, stage: str = "qualification", **more: Any) -> Row:
    """An open deal of 100 owned by E1."""
    return {
        "opportunity_id": number, "owner_id": "E1", "created_at": moment(created), "stage": stage,
        "outcome": "open", "amount": 100, "expected_close_date": day("2026-12-31"),
        "_load": 1, "_line": 2, **more,
    }  # fmt: skip


def closed(number: str, created: str, outcome: str, at: str, stage: str, **more: Any) -> Row:
    return deal(number, created, stage, outcome=outcome, closed_at=moment(at), **more)


def event(number: str, at: str, new: str, old: str | None = None, field: str = "stage") -> Row:
    row = {"opportunity_id": number, "field": field, "changed_at": moment(at),
           "old_value": old, "new_value": new}  # fmt: skip
    typed = {"amount": Decimal, "expected_close_date": day}.get(field)
    if typed is not None:
        row |= {f"old_{field}": old and typed(old), f"new_{field}": typed(new)}
    return row


def moves(number: str, start: str, *steps: tuple[str, str]) -> list[Row]:
    """Stage changes one after the other: each a moment and the stage it led to."""
    rows = []
    for at, stage in steps:
        rows.append(event(number, at, stage, start))
        start = stage
    return rows


def given_deals(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row] = ()) -> Laboratory:
    """Deals and their changes, with the facts that every other model of deals reads."""
    lab.given("staging.opportunity", deals).given("staging.opportunity_event", events)
    return lab.build("core.dim_customer", "core.opportunity_owner_span", "core.fct_opportunity")
