"""Every reconciliation finds its offender and passes a clean case; one that cannot run errs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pipelines.checks.reconciliations import (
    Reconciliation,
    all_reconciliations,
    parse_reconciliation,
)
from tests.support.laboratory import Laboratory
from tests.support.reconciliations import appraisal as cases_of_appraisals
from tests.support.reconciliations import commission as cases_of_commission
from tests.support.reconciliations import receivables as cases_of_receivables
from tests.support.reconciliations import sales as cases_of_sales
from tests.support.reconciliations.rows import Given

TOPICS = (cases_of_appraisals, cases_of_commission, cases_of_receivables, cases_of_sales)
CLEAN = [case for topic in TOPICS for case in topic.CLEAN]
BROKEN = [case for topic in TOPICS for case in topic.BROKEN]
CHECKS = {check.check: check for check in all_reconciliations()}


def run(lab: Laboratory, check: Reconciliation, given: Given) -> Any:
    for table in check.inputs:
        if table != "core.parameter":
            lab.given(table, given.get(table, []))
    unread = set(given) - set(check.inputs)
    assert not unread, f"{check.check} does not read {unread}"
    return check.run(lab.warehouse)


@pytest.mark.parametrize(("name", "case", "given"), CLEAN, ids=[f"{n}: {c}" for n, c, _ in CLEAN])
def test_a_clean_case_passes(lab: Laboratory, name: str, case: str, given: Given) -> None:
    found = run(lab, CHECKS[name], given)
    assert (found.status, found.offenders, found.evidence) == ("passed", 0, [])
    assert not found.blocks


@pytest.mark.parametrize(
    ("name", "case", "given", "expected"), BROKEN, ids=[f"{n}: {c}" for n, c, *_ in BROKEN]
)
def test_the_offender_is_found(
    lab: Laboratory, name: str, case: str, given: Given, expected: dict[str, Any]
) -> None:
    found = run(lab, CHECKS[name], given)
    assert (found.status, found.offenders) == ("failed", 1)
    assert {key: found.evidence[0][key] for key in expected} == expected
    assert found.blocks == (CHECKS[name].severity == "block")


def test_no_check_without_an_offender_and_a_clean_case() -> None:
    assert {name for name, _, _ in CLEAN} == set(CHECKS) == {name for name, *_ in BROKEN}


def test_contracts_block_and_surprises_warn() -> None:
    warned = {name for name, check in CHECKS.items() if check.severity == "warn"}
    assert warned >= {"quota_parts_add_up", "receivables_tie_to_ledger", "splits_add_up"}
    assert {name for name in CHECKS if name.startswith("quota_")} <= warned


def test_at_most_ten_offenders_are_shown_and_all_are_counted(lab: Laboratory) -> None:
    rows = [{"invoice_id": f"I{n:02}", "currency": "USD"} for n in range(12)]
    found = run(lab, CHECKS["foreign_amounts_have_a_rate"], {"core.fct_invoice": rows})
    assert (found.offenders, len(found.evidence)) == (12, 10)
    assert found.evidence[0]["invoice_id"] == "I00"


def test_a_check_that_cannot_run_is_errored_not_failed_and_blocks(lab: Laboratory) -> None:
    check = replace(CHECKS["splits_add_up"], sql="select no_such_column from core.parameter",
                    severity="block")  # fmt: skip
    found = check.run(lab.warehouse)
    assert (found.status, found.offenders, found.blocks) == ("errored", 0, True)
    assert "no_such_column" in found.evidence[0]["error"]


@pytest.mark.parametrize(("rate", "expected"), [("7.1", Decimal("142")), (None, None)])
def test_what_is_in_question_is_said_in_base_currency_or_not_at_all(
    lab: Laboratory, rate: str | None, expected: Decimal | None
) -> None:
    """20 USD too much at 7.1; without a rate nobody knows how much that is."""
    found = run(lab, CHECKS["invoices_take_what_they_are_owed"], {
        "core.fct_invoice": [{"invoice_id": "I", "currency": "USD", "rate_to_base": rate}],
        "core.fct_settlement": [
            {"item_kind": "overpayment", "document_id": "I", "kind": "surplus", "amount": 20,
             "source_id": "R", "is_known": True},
        ],
    })  # fmt: skip
    assert (found.offenders, found.amount) == (1, expected)


def test_of_differences_by_day_the_latest_is_in_question(lab: Laboratory) -> None:
    found = run(lab, CHECKS["receivables_tie_to_ledger"], {
        "mart.receivable_metric": [
            {"as_of_date": dt.date(2026, month, 28), "scope_kind": "company", "scope_id": "C",
             "gl_difference": difference} for month, difference in ((9, 500), (10, -30))
        ],
    })  # fmt: skip
    assert (found.offenders, found.amount) == (2, -30)


HEADER = (
    "-- check: c\n-- guards: t\n-- severity: block\n-- zh: 中\n-- en: e\n"
    "-- effect_zh: 果\n-- effect_en: f\n-- asks: finance\n-- why: w\n"
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER.replace("-- why: w\n", ""), "no why"),
        (HEADER.replace("-- effect_zh: 果\n", ""), "no effect_zh"),
        (HEADER.replace("block", "maybe"), "severity must be block or warn"),
        (HEADER.replace("finance", "somebody"), "asks must be one of finance, hr, sales_ops"),
    ],
)  # fmt: skip
def test_a_check_file_without_its_header_is_a_mistake_of_ours(header: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        parse_reconciliation(header + "select 1", "c.sql")
