"""Changes of amounts and dates are typed as the fields themselves are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from tests.support.exports import Exports

HEADER = "opportunity_id,field,changed_at,old_value,new_value"
DEAL = (
    "opportunity_id,customer_id,name,stage,created_at,owner_id",
    "O1,C1,甲,proposal,2026-01-01,E1",
)


def stage_changes(root: Path, *changes: str) -> Exports:
    exports = Exports(root)
    exports.put("canonical/customer.csv", "customer_id,name", "C1,甲").stage("customer")
    exports.put("canonical/employee.csv", "employee_id,name,hire_date", "E1,赵,2020-01-01")
    exports.stage("employee")
    exports.put("canonical/opportunity.csv", *DEAL).stage("opportunity")
    exports.put("canonical/opportunity_event.csv", HEADER, *changes).stage("opportunity_event")
    return exports


def test_amounts_and_dates_are_read_as_people_write_them(tmp_path: Path) -> None:
    exports = stage_changes(
        tmp_path,
        'O1,amount,2026-02-01,"1,000.00","¥1,234,500.50"',
        "O1,expected_close_date,2026-02-02,2026/3/1,2026年4月1日",
        "O1,owner_id,2026-02-03,E1,E2",
    )
    assert exports.warehouse.con.execute(
        "select old_amount, new_amount, old_expected_close_date, new_expected_close_date "
        "from staging.opportunity_event order by changed_at"
    ).fetchall() == [
        (Decimal(1000), Decimal("1234500.5"), None, None),
        (None, None, dt.date(2026, 3, 1), dt.date(2026, 4, 1)),
        (None, None, None, None),
    ]


def test_a_change_that_cannot_be_read_is_in_quarantine(tmp_path: Path) -> None:
    exports = stage_changes(
        tmp_path,
        "O1,amount,2026-02-01,1000,面议",
        "O1,expected_close_date,2026-02-02,2026-03-01,2026-02-30",
    )
    assert exports.warehouse.con.execute(
        "select line, rule_id, value from mart.quarantine order by line"
    ).fetchall() == [
        (2, "new_amount.not_a_number", "面议"),
        (3, "new_expected_close_date.not_a_date", "2026-02-30"),
    ]
    assert exports.warehouse.scalar("select count(*) from staging.opportunity_event") == 0
