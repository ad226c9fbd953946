"""What fell due and what of it came in, by period and scope."""

from __future__ import annotations

from typing import Any

from tests.support.facts.documents import (
    ITEMS,
    allocation,
    day,
    given_documents,
    invoice,
    receipt,
    terms,
    write_off,
)
from tests.support.laboratory import Laboratory, Row, pick


def due(lab: Laboratory, kind: str, start: str, **tables: list[Row]) -> list[tuple[Any, ...]]:
    given_documents(lab, *ITEMS, **tables)
    rows = [
        row for row in lab.result("core.fct_due_item")
        if (row["period_kind"], row["period_start"], row["variant"]) == (kind, day(start), "actual")
    ]  # fmt: skip
    return pick(rows, "invoice_id", "instalment_seq", "due_amount_base", "collected_amount_base")


def test_of_what_fell_due_only_cash_up_to_the_period_s_end_counts(lab: Laboratory) -> None:
    found = due(
        lab,
        "month",
        "2026-10-01",
        invoice=[
            invoice("I", "2026-09-01", 100, "2026-10-15"),
            invoice("due later", "2026-09-01", 7, "2026-11-01"),
        ],
        receipt=[receipt("R", "2026-10-20", 100)],
        receipt_allocation=[
            allocation("R", "I", "2026-10-20", 30), allocation("R", "I", "2026-11-01", 70),
        ],
        write_off=[write_off("I", "2026-10-25", 5)],
    )  # fmt: skip
    assert found == [("I", 1, 100, 30)]


def test_cash_pays_the_earliest_instalment_first_and_never_more_than_is_due(
    lab: Laboratory,
) -> None:
    found = due(
        lab,
        "month",
        "2026-10-01",
        invoice=[invoice("I", "2026-09-01", 100)],
        invoice_instalment=terms("I", ("2026-10-05", 40), ("2026-10-20", 30), ("2026-11-05", 30)),
        receipt=[receipt("R", "2026-10-01", 60)],
        receipt_allocation=[allocation("R", "I", "2026-10-01", 60)],
    )
    assert found == [("I", 1, 40, 40), ("I", 2, 30, 20)]


def test_a_bounced_payment_was_collected_until_it_bounced(lab: Laboratory) -> None:
    given: dict[str, list[Row]] = {
        "invoice": [invoice("I", "2026-09-01", 100, "2026-10-05")],
        "receipt": [receipt("R", "2026-10-06", 100, bounced="2026-10-29")],
        "receipt_allocation": [allocation("R", "I", "2026-10-06", 100)],
    }
    assert due(lab, "week", "2026-10-05", **given) == [("I", 1, 100, 100)]
    assert due(lab, "month", "2026-10-01", **given) == [("I", 1, 100, 0)]


def test_the_collection_rate_is_a_ratio_of_sums_for_every_scope(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-10-05"), "team_id": "T", "region_id": "R"},
    ]).build("core.org_span")  # fmt: skip
    given_documents(
        lab,
        *ITEMS,
        "core.fct_due_item",
        invoice=[
            invoice("A", "2026-09-01", 100, "2026-10-05"),
            invoice("B", "2026-09-01", 300, "2026-10-05", owner_id="E2"),
        ],
        receipt=[receipt("R", "2026-10-06", 90)],
        receipt_allocation=[allocation("R", "A", "2026-10-06", 90)],
    )
    found = {
        row["scope_id"]: (row["collection_rate__num"], row["collection_rate__den"])
        for row in lab.result("kpi.due_item")
        if (row["period_kind"], row["period_start"]) == ("month", day("2026-10-01"))
        and row["scope_kind"] != "customer"
    }
    assert found == {
        "E1": (90, 100), "T": (90, 100), "R": (90, 100), "E2": (0, 300), "(none)": (0, 300),
        "C": (90, 400),
    }  # fmt: skip
