"""The open pipeline of any day: what deals were worth, whose they were, when they were due."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.facts.deals import closed, day, deal, event, given_deals
from tests.support.laboratory import Laboratory, Row, pick

FOREVER = day("9999-12-31")
Q4, Q1 = day("2026-10-01"), day("2027-01-01")


def spans(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row] = ()) -> list[Any]:
    given_deals(lab, deals, events)
    return lab.result("core.pipeline_span", "opportunity_id, valid_from")


def span(owner: str, start: str, end: str | None, amount: int, due: str = "2026-12-31") -> Row:
    return {"opportunity_id": f"{owner}{start}{amount}", "owner_id": owner, "amount_base": amount,
            "valid_from": day(start), "valid_before": day(end) if end else FOREVER,
            "expected_close_date": day(due)}  # fmt: skip


def test_an_amount_holds_until_it_is_changed(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", amount=300)],
        [event("O", "2026-10-20", "300", "100", "amount")],
    )
    assert pick(rows, "valid_from", "valid_before", "amount_base") == [
        (day("2026-10-01"), day("2026-10-20"), 100),
        (day("2026-10-20"), FOREVER, 300),
    ]


def test_an_amount_unknown_before_its_first_change_was_unknown(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", amount=300)],
        [
            event("O", "2026-10-20", "200", None, "amount"),
            event("O", "2026-10-25", "300", "200", "amount"),
        ],
    )
    assert pick(rows, "valid_from", "amount_base") == [
        (day("2026-10-01"), None), (day("2026-10-20"), 200), (day("2026-10-25"), 300),
    ]  # fmt: skip


def test_owner_and_due_date_are_those_of_the_time(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", owner_id="E2", expected_close_date=day("2027-02-01"))],
        [
            event("O", "2026-10-10", "E2", "E1", "owner_id"),
            event("O", "2026-10-20", "2027-02-01", "2026-12-01", "expected_close_date"),
        ],
    )
    assert pick(rows, "valid_from", "owner_id", "expected_close_date") == [
        (day("2026-10-01"), "E1", day("2026-12-01")),
        (day("2026-10-10"), "E2", day("2026-12-01")),
        (day("2026-10-20"), "E2", day("2027-02-01")),
    ]


def test_of_several_changes_in_one_day_the_last_stands(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", amount=300)],
        [
            event("O", "2026-10-20 09:00", "200", "100", "amount"),
            event("O", "2026-10-20 17:00", "300", "200", "amount"),
        ],
    )
    assert pick(rows, "valid_from", "amount_base") == [
        (day("2026-10-01"), 100), (day("2026-10-20"), 300),
    ]  # fmt: skip


def test_two_fields_saved_in_the_same_moment_change_together(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", amount=300, owner_id="E2")],
        [
            event("O", "2026-10-20 09:00", "300", "100", "amount"),
            event("O", "2026-10-20 09:00", "E2", "E1", "owner_id"),
        ],
    )
    assert pick(rows, "valid_from", "amount_base", "owner_id") == [
        (day("2026-10-01"), 100, "E1"), (day("2026-10-20"), 300, "E2"),
    ]  # fmt: skip


def test_a_deal_leaves_the_pipeline_on_the_day_it_closes(lab: Laboratory) -> None:
    rows = spans(lab, [closed("O", "2026-10-01", "won", "2026-10-31 18:00", "order")])
    assert pick(rows, "valid_from", "valid_before") == [(day("2026-10-01"), day("2026-10-31"))]


def test_a_closed_deal_without_a_close_date_is_not_open_pipeline(lab: Laboratory) -> None:
    assert spans(lab, [deal("O", "2026-10-01", "order", outcome="won")]) == []


def test_a_change_after_the_day_of_the_report_does_not_move_the_pipeline(lab: Laboratory) -> None:
    rows = spans(
        lab,
        [deal("O", "2026-10-01", amount=300)],
        [event("O", "2026-11-16", "300", "100", "amount")],
    )
    assert pick(rows, "amount_base", "valid_before") == [(100, FOREVER)]


def test_a_foreign_deal_is_in_the_pipeline_in_base_currency(lab: Laboratory) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-10-01"), "rate_to_base": Decimal("7.1")},
    ]).build("core.fx_day")  # fmt: skip
    rows = spans(lab, [deal("O", "2026-10-01", currency="USD", amount=Decimal("100.01"))])
    assert rows[0]["amount_base"] == Decimal("710.07")


def test_the_pipeline_of_every_period_end_is_a_sum_of_movements(lab: Laboratory) -> None:
    lab.given("core.pipeline_span", [
        span("E1", "2026-10-05", "2026-11-02", 100),
        span("E1", "2026-11-02", None, 250),
        span("E1", "2026-10-20", "2026-11-08", 40, due="2027-01-15"),
        span("E1", "2026-11-10", "2026-11-12", 999),  # opened and closed between two looks
    ])  # fmt: skip
    rows = lab.result("core.pipeline_day", "as_of_date, due_quarter")
    week_ends = [r for r in rows if r["as_of_date"] >= day("2026-10-31")]
    assert pick(week_ends, "as_of_date", "due_quarter", "amount_base", "deals") == [
        (day("2026-10-31"), Q4, 100, 1),
        (day("2026-10-31"), Q1, 40, 1),
        (day("2026-11-01"), Q4, 100, 1),
        (day("2026-11-01"), Q1, 40, 1),
        (day("2026-11-08"), Q4, 250, 1),  # the deal that closed on that day is no longer open
        (day("2026-11-15"), Q4, 250, 1),
    ]


def test_a_deal_of_unknown_amount_or_due_date_is_still_a_deal(lab: Laboratory) -> None:
    lab.given("core.pipeline_span", [
        {"opportunity_id": "O", "valid_from": day("2026-11-09"), "valid_before": FOREVER},
    ])  # fmt: skip
    last = lab.result("core.pipeline_day")[-1]
    assert (last["owner_id"], last["due_quarter"]) == ("(none)", FOREVER)
    assert (last["amount_base"], last["deals"]) == (0, 1)


def quota(kind: str, scope: str, date: str, amount: object) -> Row:
    return {"scope_kind": kind, "scope_id": scope, "measure": "contract_amount",
            "quota_start": Q4, "calendar_date": day(date), "amount": amount}  # fmt: skip


def contract(number: str, signed: str, amount: int, owner: str = "E1") -> Row:
    return {"contract_id": number, "owner_id": owner, "signed_date": day(signed),
            "net_amount_base": amount}  # fmt: skip


def test_what_is_left_of_the_quarter_s_quota_shrinks_with_each_contract(lab: Laboratory) -> None:
    lab.given("core.quota_day", [
        quota("employee", "E1", "2026-10-08", 600), quota("employee", "E1", "2026-12-31", 400),
        quota("employee", "E2", "2026-10-08", 50),
        quota("company", "C", "2026-10-08", 2000),
        quota("employee", "E1", "2026-09-30", 7),  # another quarter's
    ])  # fmt: skip
    lab.given("core.fct_contract", [
        contract("A", "2026-10-31", 300),
        contract("B", "2026-11-01", 150),
        contract("C", "2026-11-08", 80, owner="E2"),
        contract("D", "2026-09-30", 999),
    ])  # fmt: skip
    rows = [r for r in lab.result("core.quarter_remaining") if r["as_of_date"] >= day("2026-10-31")]
    found = {(r["as_of_date"].isoformat(), r["scope_id"]): r["remaining"] for r in rows}
    assert found["2026-10-31", "E1"] == 700
    assert found["2026-11-01", "E1"] == 550
    assert found["2026-11-15", "E1"] == 550
    assert found["2026-11-15", "E2"] == 0  # exceeded: nothing is left, never less
    assert found["2026-11-15", "C"] == 1470


def coverage(lab: Laboratory) -> dict[tuple[str, str], dict[str, Any]]:
    rows = lab.result("kpi.pipeline_modelled")
    return {
        (row["period_kind"], row["scope_id"]): row
        for row in rows
        if row["period_start"] in (day("2026-11-01"), day("2026-10-01"), day("2026-11-09"))
    }


def pipeline(date: str, owner: str, quarter: Any, amount: int) -> Row:
    return {"as_of_date": day(date), "owner_id": owner, "due_quarter": quarter,
            "amount_base": amount, "deals": 1}  # fmt: skip


def test_coverage_is_the_pipeline_due_in_the_quarter_over_what_is_left_of_its_quota(
    lab: Laboratory,
) -> None:
    lab.given("core.pipeline_day", [
        pipeline("2026-11-15", "E1", Q4, 300),
        pipeline("2026-11-15", "E1", Q1, 500),
        pipeline("2026-11-15", "E2", Q4, 90),
    ])  # fmt: skip
    lab.given("core.quarter_remaining", [
        {"as_of_date": day("2026-11-15"), "scope_kind": "employee", "scope_id": "E1",
         "remaining": 100},
        {"as_of_date": day("2026-11-15"), "scope_kind": "company", "scope_id": "C",
         "remaining": 130},
    ])  # fmt: skip
    found = coverage(lab)
    columns = ("pipeline_amount__num", "pipeline_coverage__num", "pipeline_coverage__den",
               "pipeline_amount__n")  # fmt: skip
    assert pick([found["month", "E1"], found["week", "C"]], *columns) == [
        (800, 300, 100, 2),
        (890, 390, 130, 3),
    ]
    # without a quota there is no coverage, not an endless one
    assert pick([found["month", "E2"]], *columns) == [(90, None, None, 1)]


def test_the_pipeline_of_a_running_month_is_compared_with_that_of_the_same_day(
    lab: Laboratory,
) -> None:
    lab.given("core.fct_opportunity", [{"opportunity_id": "O", "created_date": day("2026-01-01")}])
    lab.given("core.pipeline_day", [
        pipeline("2026-11-15", "E1", Q4, 300),
        pipeline("2026-10-15", "E1", Q4, 220),
        pipeline("2026-10-31", "E1", Q4, 777),
    ])  # fmt: skip
    row = coverage(lab)["month", "E1"]
    assert (row["pipeline_amount__num"], row["pipeline_amount__prev_num"]) == (300, 220)
