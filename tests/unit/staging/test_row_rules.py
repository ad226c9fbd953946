"""Every row rule of every table catches a row that breaks it, and says so by its id."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from pipelines.sources.contract import Column, Table, canonical_tables
from pipelines.sources.sourcefile import allowed_values
from pipelines.staging.rules import CHANGED, Rule, row_rules
from tests.support.exports import STAGES, Exports

TABLES = canonical_tables()
BAD = {
    "missing_required": "",
    "not_a_number": "12,34",
    "not_a_date": "31/02/2026",
    "not_a_boolean": "maybe",
    "unknown_value": "no such value",
}


def good_value(table: Table, column: Column, number: int) -> str:
    """A value the contract takes; keys and dates differ from row to row."""
    read_as = [c.name for c in table.columns.values() if _source(c) == column.name]
    for name in (column.name, *read_as):
        allowed = allowed_values(table, name, STAGES)
        if allowed:
            return allowed[0]
    if column.type == "text":
        return f"{column.name} {number}"
    if column.type in ("date", "timestamp"):
        return (dt.date(2026, 1, 1) + dt.timedelta(days=number)).isoformat()
    return {"boolean": "true"}.get(column.type, str(min(number, 9)))


def _source(column: Column) -> str | None:
    return column.derivation.source if column.derivation else None


def bad_row(table: Table, rule: Rule, number: int) -> dict[str, str]:
    """A row that breaks this rule and no other."""
    row = {c.name: good_value(table, c, number) for c in table.exported.values()}
    if rule.rule == "out_of_range":
        limit = next((r for r in table.ranges if r.column == rule.column), None)
        least = limit.least if limit else 0
        row[rule.column] = str(least - 1) if least is not None else "101"
    elif rule.rule == "impossible_order":
        row[rule.column] = "2025-12-31"
        if rule.column in table.key:  # a key stays unlike the others
            row[rule.column] = (dt.date(2025, 1, 1) + dt.timedelta(days=number)).isoformat()
    else:
        row[rule.column] = BAD[rule.rule]
    return row


def as_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    return Exports(tmp_path_factory.mktemp("rules"))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_rule_catches_its_own_fault(exports: Exports, name: str) -> None:
    table = TABLES[name]
    rules = [
        rule
        for rule in row_rules(table, STAGES)
        if rule.column in table.exported and rule.rule != CHANGED  # of filled forms alone
    ]
    header = list(table.exported)
    good = [good_value(table, column, 900) for column in table.exported.values()]
    lines = [as_line(header), as_line(good), as_line([*good, "too many"])]
    lines += [as_line(list(bad_row(table, rule, n).values())) for n, rule in enumerate(rules)]
    exports.put(f"canonical/{name}.csv", *lines)
    account = exports.stage(name)
    exports.remove(f"canonical/{name}.csv")
    found = exports.warehouse.con.execute(
        "select line, rule_id, column_name from mart.quarantine where table_name = ? "
        "and resolved_at is null and rule_id not like '%unknown_reference' order by line",
        [name],
    ).fetchall()
    expected = [(3, "wrong_column_count", "")]
    expected += [(4 + n, rule.identity, rule.column) for n, rule in enumerate(rules)]
    assert found == expected
    assert account.balanced


def test_a_percentage_over_a_hundred_is_out_of_range(exports: Exports, tmp_path: Path) -> None:
    own = Exports(tmp_path)
    own.put("canonical/opportunity.csv", "opportunity_id,owner_id,created_at,stage,probability",
            "O1,E1,2026-01-01,lead,100", "O2,E1,2026-01-01,lead,100.01")  # fmt: skip
    own.stage("opportunity")
    assert own.rows("opportunity", "opportunity_id") == [("O1",)]
    assert own.faults() == [(3, "probability.out_of_range", "100.01")]


def test_a_row_may_break_several_rules_and_counts_once(tmp_path: Path) -> None:
    own = Exports(tmp_path)
    own.put("canonical/opportunity.csv", "opportunity_id,owner_id,created_at,stage,amount",
            "O1,,never,sold,5", "O2,E1,2026-01-01,lead,7")  # fmt: skip
    account = own.stage("opportunity")
    assert own.faults() == [
        (2, "created_at.not_a_date", "never"),
        (2, "owner_id.missing_required", None),
        (2, "stage.unknown_value", "sold"),
    ]
    assert (account.accepted, account.quarantined) == (1, 1)
    assert (account.amount_accepted, account.amount_quarantined) == (7, 5)


def test_a_moment_and_a_date_are_compared_by_the_day(tmp_path: Path) -> None:
    """What was assigned on the day it was created is in order, whatever the hour says."""
    own = Exports(tmp_path)
    own.put("canonical/receipt.csv",
            "receipt_id,customer_id,received_date,amount,bounced_date",
            "R1,K1,2026-01-05,1,2026-01-05", "R2,K1,2026-01-05,1,2026-01-04")  # fmt: skip
    own.put("canonical/customer.csv", "customer_id,name", "K1,甲")
    own.stage("receipt")
    assert own.rows("receipt", "receipt_id") == [("R1",)]
    assert own.faults() == [(3, "bounced_date.impossible_order", "2026-01-04")]


@pytest.mark.parametrize(
    "text",
    ["05-01-26", "26-1-5", "1/5/26", "20260-01-05", "-2026-01-05", "2026-01-05 (BC)", "infinity"],
)
def test_a_year_has_four_digits(tmp_path: Path, text: str) -> None:
    """`05-01-26` is a day of 2026 in most offices, and never one of the year 5."""
    own = Exports(tmp_path)
    own.put("canonical/employee.csv", "employee_id,name,hire_date", f"E1,甲,{text}",
            "E2,乙,2026-01-05")  # fmt: skip
    own.stage("employee")
    assert own.rows("employee", "employee_id") == [("E2",)]
    assert own.faults() == [(2, "hire_date.not_a_date", text)]


def test_an_open_end_may_be_the_last_day_there_is(tmp_path: Path) -> None:
    own = Exports(tmp_path)
    own.put("canonical/employee.csv", "employee_id,name,leave_date", "E1,甲,9999-12-31")
    assert own.stage("employee").accepted == 1
