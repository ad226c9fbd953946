"""Whether a column that a KPI needs holds any value: what is always empty is not 0 %."""

from __future__ import annotations

from pathlib import Path

from pipelines.staging.stage import filled_values
from tests.support.exports import Exports
from tests.support.laboratory import shipped

NEEDED = ["sales_order.delivered_date", "sales_order.has_error"]


def test_a_column_that_is_always_empty_holds_none(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    exports.put("canonical/customer.csv", "customer_id,name", "K1,A")
    exports.put("canonical/sales_order.csv", "order_id,customer_id,order_date,has_error",
                "O1,K1,2026-01-05,false", "O2,K1,2026-01-05,")  # fmt: skip
    exports.stage("sales_order")
    found = filled_values(exports.warehouse, NEEDED, {"sales_order": 2})
    assert found == {"sales_order.delivered_date": 0, "sales_order.has_error": 1}


def test_of_a_table_without_rows_the_table_is_missing_and_no_column(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    assert filled_values(exports.warehouse, NEEDED, {"sales_order": 0}) == {}


def test_of_two_columns_either_will_do(tmp_path: Path) -> None:
    """Some exports link a lead to its deal, some a deal to its lead."""
    exports = Exports(tmp_path)
    either = "lead.opportunity_id|opportunity.lead_id"
    exports.put("canonical/opportunity.csv", "opportunity_id,owner_id,created_at,stage,lead_id",
                "O1,E1,2026-01-05,lead,L1")  # fmt: skip
    exports.stage("lead", "opportunity", unlisted=["employee", "customer", "campaign"])
    held = {"lead": 5, "opportunity": 1}
    assert filled_values(exports.warehouse, [either], held) == {either: 1}
    assert filled_values(exports.warehouse, [either], held | {"opportunity": 0}) == {either: 0}
    assert filled_values(exports.warehouse, [either], dict.fromkeys(held, 0)) == {}
    assert either in shipped()[1].catalogue.needs("sql_to_opportunity_rate")


def test_delivery_on_time_needs_days_of_delivery() -> None:
    catalogue = shipped()[1].catalogue
    assert "sales_order.delivered_date" in catalogue.needs("on_time_delivery_rate")
    assert "sales_order.delivered_date" in catalogue.needed_columns
