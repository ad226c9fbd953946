"""A value opens to its rows, which add up to it; what does not exist is named with the nearest."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.explain.explain import Explanation, explain, parse_period, parse_scope, write_rows
from tests.support.laboratory import Laboratory, Row, shipped

CATALOGUE = shipped()[1].catalogue
DAY = dt.date(2026, 11, 15)


def visit(number: int, employee: str, day: dt.date, kind: str = "visit") -> Row:
    return {"activity_id": f"A{number}", "type": kind, "employee_id": employee,
            "occurred_date": day, "_load": 1, "_line": number}  # fmt: skip


@pytest.fixture
def visits(lab: Laboratory) -> Laboratory:
    """Three visits in October, two by E1, and a call; one file of activities."""
    october = dt.date(2026, 10, 5)
    rows = [visit(2, "E1", october), visit(3, "E1", october), visit(4, "E2", october),
            visit(5, "E1", october, "call")]  # fmt: skip
    lab.given("core.fct_activity", rows)
    lab.given("core.org_day", [
        {"employee_id": employee, "calendar_date": october, "team_id": "T1", "region_id": "R1",
         "is_active": True} for employee in ("E1", "E2")
    ])  # fmt: skip
    lab.given("kpi.no_data", [{"kpi_id": "csat", "reason": "missing_export:survey"}])
    lab.given("mart.load", [{"load_id": 1, "file": "crm/activity.csv", "sheet": ""}])
    return lab.build("core.org_span", "kpi.activity", "kpi.value", "mart.kpi_value")


def opened(lab: Laboratory, scope: str = "company", kpi: str = "visits") -> Explanation:
    return explain(lab.warehouse, CATALOGUE, kpi, scope, "2026-10")


@pytest.mark.parametrize(
    ("scope", "lines"), [("company", [2, 3, 4]), ("rep:E1", [2, 3]), ("team:T1", [2, 3, 4])]
)
def test_a_value_opens_to_the_rows_it_is_made_of(
    visits: Laboratory, scope: str, lines: list[int]
) -> None:
    found = opened(visits, scope)
    assert found.value["value"] == len(lines)
    assert [(row["file"], row["line"]) for row in found.rows] == [
        ("crm/activity.csv", line) for line in lines
    ]
    assert found.adds_up


def test_only_so_many_rows_are_fetched_but_all_are_counted(visits: Laboratory) -> None:
    found = explain(visits.warehouse, CATALOGUE, "visits", "company", "2026-10", limit=1)
    assert (len(found.rows), found.row_count, found.adds_up) == (1, 3, True)


def test_rows_that_changed_since_no_longer_add_up(visits: Laboratory) -> None:
    visits.con.execute("delete from core.fct_activity where activity_id = 'A2'")
    assert opened(visits).adds_up is False


@pytest.mark.parametrize(
    ("kpi", "scope", "period", "expected"),
    [
        ("visit", "company", "2026-10", "no KPI named 'visit' (did you mean visits?)."),
        ("visits", "rep:E3", "2026-10",
         "--scope 'rep:E3': no employee 'E3' (expected one of E1, E2)."),
        ("visits", "rep", "2026-10",
         "--scope 'rep': expected a kind and an id such as rep:E012 or company."),
        ("visits", "planet:X", "2026-10", "visits is not computed for scope 'planet'."),
        ("visits", "company", "lately", "--period 'lately': expected a week 2026-W46, "),
        ("visits", "company", "2031",
         "--period '2031': nothing is computed for it; is it after the as-of date?"),
        ("csat", "team:T1", "2026-10",
         "csat is not computed for scope 'team': no export of survey."),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_one_sentence(
    visits: Laboratory, kpi: str, scope: str, period: str, expected: str
) -> None:
    with pytest.raises(UserError) as error:
        explain(visits.warehouse, CATALOGUE, kpi, scope, period)
    assert error.value.message.startswith(expected)
    assert error.value.exit_code == 2


def test_before_anything_is_computed_it_says_so(lab: Laboratory) -> None:
    lab.con.execute("drop view mart.kpi_value")
    with pytest.raises(UserError, match="no KPI has been computed") as error:
        opened(lab)
    assert error.value.exit_code == 1


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        ("2026-W46", "week", dt.date(2026, 11, 9)),
        ("2026-w1", "week", dt.date(2025, 12, 29)),
        ("2026-10", "month", dt.date(2026, 10, 1)),
        ("2026-q3", "quarter", dt.date(2026, 7, 1)),
        ("2026", "year", dt.date(2026, 1, 1)),
        ("mtd", "mtd", dt.date(2026, 11, 1)),
        ("QTD", "qtd", dt.date(2026, 10, 1)),
        ("ytd", "ytd", dt.date(2026, 1, 1)),
        ("2026-11-13", "day", dt.date(2026, 11, 13)),
        ("FY2025", "fiscal_year", dt.date(2025, 1, 1)),
        ("fytd", "fytd", dt.date(2026, 11, 15)),
        ("13w", "rolling_13w", dt.date(2026, 8, 17)),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, kind: str, start: dt.date) -> None:
    found = parse_period(text, DAY)
    assert (found.kind, found.start) == (kind, start)


@pytest.mark.parametrize("text", ["2026-13", "2026-W54", "2026-Q5", "26", "", "2026-10-32", "0000"])
def test_a_period_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--period"):
        parse_period(text, DAY)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("company", ("company", "C")),
        ("rep:E012", ("employee", "E012")),
        ("employee: E012 ", ("employee", "E012")),
        ("Team:T03", ("team", "T03")),
        ("segment:sme", ("segment", "sme")),
    ],
)
def test_scopes_are_read_as_people_write_them(text: str, scope: tuple[str, str]) -> None:
    assert parse_scope(text, "C") == scope


def test_rows_are_written_to_a_workbook_without_formulas(
    visits: Laboratory, tmp_path: Path
) -> None:
    from python_calamine import CalamineWorkbook

    visits.con.execute("update core.fct_activity set activity_id = '=1+1' where _line = 2")
    found = opened(visits)
    write_rows(found, tmp_path / "rows.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "rows.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0] == list(found.columns)
    assert "=1+1" in rows[1]
    assert [Decimal(str(row[-1])) for row in rows[1:]] == [2, 3, 4]


@pytest.mark.parametrize(
    ("target", "expected"),
    [("rows.csv", "expected a file name ending in .xlsx"), ("no/rows.xlsx", "does not exist")],
)
def test_a_target_that_cannot_be_written_is_named(
    visits: Laboratory, tmp_path: Path, target: str, expected: str
) -> None:
    with pytest.raises(UserError, match=expected):
        write_rows(opened(visits), tmp_path / target)


def test_a_fiscal_year_is_named_by_the_year_it_begins_in(lab: Laboratory) -> None:
    lab.con.execute("update policy.term set fiscal_year_starts = 4")
    lab.build("core.calendar", "core.period", "core.period_variant", "core.period_day",
              "core.period_part", "core.period_reference")  # fmt: skip
    lab.given("core.fct_activity", [visit(2, "E1", dt.date(2026, 3, 31)),
                                    visit(3, "E1", dt.date(2026, 4, 1))])  # fmt: skip
    lab.build("core.period_scope", "kpi.activity", "kpi.value", "mart.kpi_value")
    found = explain(lab.warehouse, CATALOGUE, "visits", "rep:E1", "FY2025")
    assert (found.value["value"], found.from_date) == (1, dt.date(2025, 4, 1))
    found = explain(lab.warehouse, CATALOGUE, "visits", "rep:E1", "fytd")
    assert (found.value["value"], found.from_date) == (1, dt.date(2026, 4, 1))


def test_a_formula_opens_to_the_rows_of_the_kpis_it_is_made_of(lab: Laboratory) -> None:
    october = dt.date(2026, 10, 5)
    lab.given("core.fct_expense", [
        {"kind": "expense", "document_id": "X", "employee_id": "E1", "expense_date": october,
         "amount_base": 30, "_load": 1, "_line": 2},
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "owner_id": "E1", "invoice_date": october, "net_amount_base": 400,
         "_load": 1, "_line": 3},
    ])  # fmt: skip
    lab.given("mart.load", [{"load_id": 1, "file": "erp/a.csv", "sheet": ""}])
    lab.given("kpi.no_data", [])
    lab.build("kpi.expense", "kpi.invoice", "kpi.derived", "kpi.value", "mart.kpi_value")
    found = opened(lab, kpi="expense_ratio")
    assert found.adds_up
    assert [(row["kpi"], row["key"], row["line"]) for row in found.rows] == [
        ("expense_amount", "expense X 2026-10-05", 2), ("sales_amount", "I", 3),
    ]  # fmt: skip
    assert {name: part["value"] for name, part in found.parts.items()} == {
        "expense_amount": 30, "sales_amount": 400,
    }  # fmt: skip


def test_large_amounts_times_a_rate_still_open(lab: Laboratory) -> None:
    """Two decimals of a machine word multiplied stay one in the engine, and overflow."""
    day = dt.date(2026, 10, 31)
    owed = Decimal("2074313862.0700")
    lab.given("mart.receivable_metric", [
        {"as_of_date": day, "scope_kind": "company", "scope_id": "C", "outstanding": owed,
         "overdue": owed, "dso_days": 91, "credit_sales": owed, "ecl_provision": owed / 2},
    ])  # fmt: skip
    lab.given("core.open_item_bucket_span", [
        {"document_id": "I1", "instalment_seq": 1, "bucket": "d181_365", "open_amount": owed,
         "open_amount_base": owed, "valid_from": day, "valid_before": dt.date(2027, 1, 1),
         "_load": 1, "_line": 4},
    ])  # fmt: skip
    lab.given("mart.receivable_loss_rate", [
        {"as_of_date": day, "bucket": "d181_365", "loss_rate": Decimal("0.50000000")},
    ])  # fmt: skip
    lab.given("mart.load", [{"load_id": 1, "file": "erp/invoice.csv", "sheet": ""}])
    lab.given("kpi.no_data", [])
    lab.build("kpi.receivable_modelled", "kpi.value", "mart.kpi_value")
    found = opened(lab, kpi="ecl_provision")
    assert [(row["document_id"], row["numerator"], row["line"]) for row in found.rows] == [
        ("I1", owed / 2, 4),
    ]  # fmt: skip
    assert found.adds_up
