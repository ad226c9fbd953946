"""People, customers, products and units that a later list no longer has: ended, not forgotten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.support.exports import NEXT_MONDAY, Exports

SECOND = dt.datetime(2026, 11, 9)
EMPLOYEE = "employee_id,name,hire_date,leave_date"
ASSIGNMENT = "employee_id,unit_id,role,valid_from,valid_to"
LISTS = {
    "employee": (EMPLOYEE, "E,Ann,2020-01-01,", "F,Bo,2020-01-01,", "leave_date"),
    "customer": ("customer_id,name", "E,Ann", "F,Bo", "ended_on"),
    "product": ("product_id,name", "E,Ann", "F,Bo", "ended_on"),
    "org_unit": ("unit_id,name,kind", "E,Ann,team", "F,Bo,team", "ended_on"),
}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def company(exports: Exports) -> None:
    exports.put("canonical/org_unit.csv", "unit_id,name,kind", "T,T,team", "S,S,team")
    exports.put("canonical/employee.csv", EMPLOYEE, "E,Ann,2020-01-01,", "F,Bo,2020-01-01,")


def assignments(exports: Exports, *days: tuple[str, list[str]]) -> list[tuple[object, ...]]:
    company(exports)
    for day, rows in days:
        exports.put(f"canonical/assignment_2026-11-{day}.csv", ASSIGNMENT, *rows)
    exports.stage("assignment")
    return sorted(exports.rows("assignment", "employee_id", "unit_id", "valid_from", "valid_to"))


@pytest.mark.parametrize("table", LISTS)
def test_what_is_no_longer_listed_has_ended_and_stays_known(exports: Exports, table: str) -> None:
    header, gone, stays, ends = LISTS[table]
    exports.put(f"canonical/{table}_2026-11-02.csv", header, gone, stays)
    exports.put(f"canonical/{table}_2026-11-09.csv", header, stays)
    account = exports.stage(table)
    assert sorted(exports.rows(table, "name", ends)) == [("Ann", SECOND.date()), ("Bo", None)]
    ended = exports.warehouse.con.execute(f"select name, known_to from history.{table}").fetchall()
    assert ended == [("Ann", SECOND)]
    assert (account.landed, account.accepted, account.balanced) == (1, 1, True)


def test_it_ends_once_and_comes_back_when_it_is_listed_again(exports: Exports) -> None:
    header, gone, stays, _ = LISTS["employee"]
    for day, rows in (("02", [gone, stays]), ("09", [stays]), ("16", [stays])):
        exports.put(f"canonical/employee_2026-11-{day}.csv", header, *rows)
    exports.stage("employee")
    assert ("Ann", SECOND.date(), SECOND) in exports.rows(
        "employee", "name", "leave_date", "_since"
    )
    exports.put("canonical/employee_2026-11-23.csv", header, gone, stays)
    exports.stage("employee", at=NEXT_MONDAY)
    assert sorted(exports.rows("employee", "name", "leave_date")) == [("Ann", None), ("Bo", None)]


def test_a_day_of_leaving_that_is_known_is_not_replaced(exports: Exports) -> None:
    exports.put("canonical/employee_2026-11-02.csv", EMPLOYEE, "E,Ann,2020-01-01,2026-10-31",
                "F,Bo,2020-01-01,")  # fmt: skip
    exports.put("canonical/employee_2026-11-09.csv", EMPLOYEE, "F,Bo,2020-01-01,")
    exports.stage("employee")
    assert ("Ann", dt.date(2026, 10, 31)) in exports.rows("employee", "name", "leave_date")


def test_who_is_listed_but_refused_has_not_left(exports: Exports) -> None:
    exports.put("canonical/employee_2026-11-02.csv", EMPLOYEE, "E,Ann,2020-01-01,",
                "F,Bo,2020-01-01,")  # fmt: skip
    exports.put("canonical/employee_2026-11-09.csv", EMPLOYEE, "E,Ann,someday,",
                "F,Bo,2020-01-01,")  # fmt: skip
    account = exports.stage("employee")
    assert ("Ann", None) in exports.rows("employee", "name", "leave_date")
    assert (account.landed, account.accepted, account.quarantined) == (2, 1, 1)


def test_a_list_of_all_who_ever_were_forgets_whom_it_no_longer_has(exports: Exports) -> None:
    exports.source("people", "table: employee\nlists: all\nfiles: [people*]\n"
                   "columns: {employee_id: id, name: name}\n")  # fmt: skip
    exports.put("raw/people_2026-11-02.csv", "id,name", "E,Ann", "F,Bo")
    exports.put("raw/people_2026-11-09.csv", "id,name", "F,Bo")
    exports.stage("employee")
    assert exports.rows("employee", "name") == [("Bo",)]


def test_a_leaver_s_place_ends_the_day_before_the_list_that_lacks_it(exports: Exports) -> None:
    both = ["E,T,rep,2020-01-01,", "F,T,rep,2020-01-01,"]
    found = assignments(exports, ("02", both), ("09", both[1:]))
    assert found == [
        ("E", "T", dt.date(2020, 1, 1), dt.date(2026, 11, 8)),
        ("F", "T", dt.date(2020, 1, 1), None),
    ]


def test_a_list_of_present_places_keeps_the_places_before(exports: Exports) -> None:
    found = assignments(exports, ("02", ["E,T,rep,2020-01-01,"]), ("09", ["E,S,rep,2026-11-05,"]))
    assert [row[1:3] for row in found] == [
        ("S", dt.date(2026, 11, 5)), ("T", dt.date(2020, 1, 1)),
    ]  # fmt: skip


def test_a_place_whose_first_day_was_corrected_to_an_earlier_one_is_one(exports: Exports) -> None:
    found = assignments(exports, ("02", ["E,T,rep,2021-01-01,"]), ("09", ["E,T,rep,2020-01-01,"]))
    assert [row[2] for row in found] == [dt.date(2020, 1, 1)]


def test_a_move_that_was_planned_and_given_up_never_was(exports: Exports) -> None:
    stays = "E,T,rep,2020-01-01,"
    found = assignments(exports, ("02", [stays, "E,S,rep,2026-12-01,"]), ("09", [stays]))
    assert [row[1] for row in found] == ["T"]


def test_paid_commission_of_a_leaver_is_not_refused(exports: Exports) -> None:
    exports.put("canonical/employee_2026-11-02.csv", EMPLOYEE, "E,Ann,2020-01-01,")
    exports.put("canonical/employee_2026-11-09.csv", EMPLOYEE, "F,Bo,2020-01-01,")
    exports.put("canonical/payroll_commission.csv", "employee_id,period,paid_amount", "E,2026-08,9")
    account = exports.stage("payroll_commission")
    assert (account.accepted, account.quarantined) == (1, 0)
