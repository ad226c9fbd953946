"""Other people's files, read by configuration alone, give the figures counted from them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.laboratory import ROOT
from tests.support.staged import Staged, staged

REAL_DATA = os.environ.get("ATTAIN_REAL_DATA")
pytestmark = pytest.mark.skipif(
    not REAL_DATA or not (Path(REAL_DATA) / "adventureworks").is_dir(),
    reason="ATTAIN_REAL_DATA names no folder with maven_crm, ibm_ar and adventureworks",
)


def example(name: str, folder: Path) -> Iterator[Staged]:
    shutil.copytree(
        ROOT / "examples" / name,
        folder / name,
        ignore=shutil.ignore_patterns(".attain", "reports"),
    )
    with staged(folder / name) as found:
        yield found


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from example("maven_variants", tmp_path_factory.mktemp("maven"))


@pytest.fixture(scope="module")
def ibm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from example("ibm_ar", tmp_path_factory.mktemp("ibm"))


@pytest.fixture(scope="module")
def adventure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from example("adventureworks", tmp_path_factory.mktemp("adventure"))


# --- Maven, written twice


def test_every_row_of_both_variants_is_accepted(maven: Staged) -> None:
    assert maven.accepted()["opportunity"] == (8800, 0)
    assert maven.accepted()["contract"] == (4238, 0)
    assert maven.account() == (True, True)
    assert maven.faults() == {}


def test_the_text_null_and_the_amount_0_are_no_values(maven: Staged) -> None:
    assert maven.rows(
        "select outcome, stage, count(*), sum(amount), count(*) - count(customer_id) "
        "from staging.opportunity group by all order by all"
    ) == [
        ("lost", "needs_analysis", 2473, 0, 0),
        ("open", "needs_analysis", 1589, None, 1088),
        ("open", "qualification", 500, None, 337),
        ("won", "order", 4238, 10_005_534, 0),
    ]


def test_both_variants_agree_on_every_won_deal(maven: Staged) -> None:
    """One has the day first, the other the month first with blanks behind the amounts."""
    assert maven.one(
        "select count(*), count(*) filter (deal.closed_at = contract.signed_at "
        "and deal.amount = contract.net_amount) from staging.contract as contract "
        "join staging.opportunity as deal using (opportunity_id)"
    ) == (4238, 4238)


def test_won_value_by_quarter(maven: Staged) -> None:
    assert maven.rows(
        "select date_trunc('quarter', signed_at)::date, sum(net_amount) from staging.contract "
        "group by all order by all"
    ) == [
        (dt.date(2017, 1, 1), 1_134_672),
        (dt.date(2017, 4, 1), 3_086_111),
        (dt.date(2017, 7, 1), 2_982_255),
        (dt.date(2017, 10, 1), 2_802_496),
    ]


# --- IBM accounts receivable


def test_one_file_gives_customers_invoices_receipts_and_allocations(ibm: Staged) -> None:
    assert ibm.accepted() == {
        "customer": (100, 0),
        "invoice": (2466, 0),
        "receipt": (2466, 0),
        "receipt_allocation": (2466, 0),
    }
    assert ibm.account() == (True, True)
    assert ibm.one("select min(invoice_id) from staging.invoice") == "0000611365"


def test_days_late_and_disputed(ibm: Staged) -> None:
    assert ibm.one(
        "select sum(gross_amount), count(*) filter (disputed), "
        "sum(gross_amount) filter (disputed) from staging.invoice"
    ) == (Decimal("147703.18"), 561, Decimal("36746.12"))
    assert ibm.one(
        "select round(avg(greatest(paid.allocated_date - invoice.due_date, 0)), 3), "
        "round(avg(paid.allocated_date - invoice.invoice_date), 3), "
        "count(*) filter (paid.allocated_date > invoice.due_date) "
        "from staging.invoice as invoice join staging.receipt_allocation as paid "
        "using (invoice_id)"
    ) == (3.442, 26.445, 877)


# --- AdventureWorks


def test_files_without_a_header_row_lose_no_row(adventure: Staged) -> None:
    assert adventure.accepted() == {
        "assignment": (17, 0),
        "customer": (701, 0),
        "employee": (17, 0),
        "org_unit": (14, 0),
        "product": (334, 0),
        "quota": (163 + 245, 0),
        "sales_order": (3616, 0),
        "sales_order_line": (57851, 0),
    }
    assert adventure.account() == (True, True)
    assert adventure.one("select sum(net_amount) from staging.sales_order_line") == Decimal(
        "77548570.2"
    )


def test_sales_against_quota_by_quarter(adventure: Staged) -> None:
    """The quotas are of another copy, 1,794 days ahead, under other keys."""
    found = adventure.rows(
        "with quota as (select period_start, period_end, sum(amount) as amount "
        "from staging.quota where measure = 'sales_amount' group by all) "
        "select round(100 * sum(line.net_amount) / any_value(quota.amount), 1) from quota "
        "join staging.sales_order as ordered "
        "on ordered.order_date between quota.period_start and quota.period_end "
        "join staging.sales_order_line as line using (order_id) "
        "group by quota.period_start order by quota.period_start"
    )
    assert [row[0] for row in found] == [
        82.2, 86.6, 85.7, 84.6, 84.7, 81.4, 89.1, 83.9, 81.5, 83.8, 88.3, 53.5,
    ]  # fmt: skip


def test_every_rep_who_sold_has_a_quota_of_that_quarter(adventure: Staged) -> None:
    assert adventure.rows(
        "select distinct ordered.owner_id from staging.sales_order as ordered "
        "anti join staging.quota as quota on quota.scope_id = ordered.owner_id "
        "and ordered.order_date between quota.period_start and quota.period_end"
    ) == []  # fmt: skip


def test_a_wide_sheet_in_thousands_is_read_month_by_month(adventure: Staged) -> None:
    """408 fields: 245 targets; 162 texts NULL and one empty field are none."""
    assert adventure.one(
        "select count(*), sum(amount), min(period_start), max(period_end) from staging.quota "
        "where measure = 'monthly_target'"
    ) == (245, 84_910_000, dt.date(2017, 7, 1), dt.date(2021, 6, 30))
    assert adventure.one(
        "select amount from staging.quota where scope_id = '61161660' "
        "and period_start = '2017-08-01'"
    ) == (400_000)


def test_costs_that_are_null_are_none(adventure: Staged) -> None:
    assert adventure.one(
        "select count(*) - count(cost_amount) from staging.sales_order_line"
    ) == 76  # fmt: skip
