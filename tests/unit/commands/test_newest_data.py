"""The business date that nobody stated follows the newest data where that is long ago."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.run.newest import following, newest_day
from tests.support.exports import Exports

AS_OF = dt.date(2026, 11, 22)
RECEIPT = "receipt_id,customer_id,received_date,amount,bounced_date"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def receipts(exports: Exports, *days: str) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "K1,A")
    rows = [f"R{n},K1,{day},10," for n, day in enumerate(days)]
    exports.put("canonical/receipt.csv", RECEIPT, *rows)
    exports.stage("receipt")


def test_it_becomes_the_end_of_the_week_of_the_newest_data_and_says_so(exports: Exports) -> None:
    receipts(exports, "2025-03-10", "2025-03-19")  # a Wednesday
    found = following(exports.warehouse, AS_OF)
    assert found is not None
    day, said = found
    assert day == dt.date(2025, 3, 23)
    assert said == (
        "as of 2025-03-23: the newest date in the exports is 2025-03-19 (receipt.received_date), "
        "long before 2026-11-22; --as-of DAY, or as_of in attain.yaml, states another day"
    )


def test_a_sunday_is_the_end_of_its_own_week(exports: Exports) -> None:
    receipts(exports, "2025-03-23")
    found = following(exports.warehouse, AS_OF)
    assert found is not None and found[0] == dt.date(2025, 3, 23)


@pytest.mark.parametrize("days_before", [0, 10, 45])
def test_data_that_is_only_late_moves_nothing(exports: Exports, days_before: int) -> None:
    receipts(exports, "2024-01-05", str(AS_OF - dt.timedelta(days=days_before)))
    assert following(exports.warehouse, AS_OF) is None


def test_what_lies_in_the_future_is_not_the_newest(exports: Exports) -> None:
    receipts(exports, "2025-03-19", "2027-01-01")
    newest = newest_day(exports.warehouse, AS_OF)
    assert newest == (dt.date(2025, 3, 19), "receipt", "received_date")


def test_exchange_rates_of_this_week_are_no_business(exports: Exports) -> None:
    exports.put("canonical/fx_rate.csv", "currency,rate_date,rate_to_base", "USD,2026-11-20,7.1")
    receipts(exports, "2025-03-19")
    exports.stage("receipt", "fx_rate")
    newest = newest_day(exports.warehouse, AS_OF)
    assert newest is not None and newest.table == "receipt"


def test_exports_without_any_date_move_nothing(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "K1,A")
    exports.stage("customer")
    assert following(exports.warehouse, AS_OF) is None
