"""Each preset on files with the vendor's own headers: every row accounted for, cells by value.

The files stand in `tests/vendor_formats` (see the notices there). Their values are scrambled, so
rows that name a customer the customer file does not have are quarantined, and counted as such.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from tests.support.vendor_exports import Exports


def test_salesforce_s_own_export(tmp_path: Path) -> None:
    """False is empty; ten demo deals are closed before they were created, two on that day."""
    with Exports(tmp_path, "salesforce").copy("salesforce_export_sfdc_assets").staged() as found:
        assert found.accepted() == {
            "case": (40, 0),
            "contract": (34, 0),
            "customer": (94, 0),
            "lead": (14, 0),
            "opportunity": (48, 10),
        }
        assert found.account() == (True, True)
        assert found.faults() == {"opportunity: closed_at.impossible_order": 10}
        assert found.problems == {}
        assert found.rows(
            "select outcome, count(*) from staging.opportunity group by all order by all"
        ) == [("open", 24), ("won", 24)]
        assert found.one("select sum(net_amount) from staging.contract") == 814_000
        assert found.one(
            "select stage, type, amount, probability, forecast_category, created_at, "
            "expected_close_date, closed_at from staging.opportunity "
            "where opportunity_id = '006Nq00000BGi8SIAT'"
        ) == (
            "proposal", "upsell", Decimal(10699), 75, "best_case",
            dt.datetime(2024, 7, 12, 5, 22, 7), dt.date(2024, 8, 22), None,
        )  # fmt: skip
        assert found.rows(
            "select category, severity, count(*) from staging.case group by all order by all"
        ) == [
            ("complaint", "high", 2), ("complaint", "low", 32), ("complaint", "medium", 2),
            ("question", "medium", 4),
        ]  # fmt: skip


def test_salesforce_as_fivetran_copies_it(tmp_path: Path) -> None:
    """All ten opportunities and nine accounts are in the recycle bin: left out, no faults."""
    with Exports(tmp_path, "salesforce").copy("salesforce_fivetran").staged() as found:
        assert found.accepted() == {
            "activity": (13, 7),
            "customer": (1, 0),
            "employee": (10, 0),
            "lead": (1, 0),
            "product": (2, 0),
            "sales_order": (0, 10),
        }
        assert found.account() == (True, True)
        assert found.faults() == {
            "activity: opportunity_id.unknown_reference": 7,
            "sales_order: customer_id.unknown_reference": 10,
        }
        types = found.rows("select type, count(*) from staging.activity group by all order by 1")
        assert types == [("call", 6), ("meeting", 4), ("other", 3)]


def test_hubspot_as_fivetran_copies_it(tmp_path: Path) -> None:
    """The copied deals have no stage, half of them no owner, and the changes a stage nobody can
    read: quarantined, with the reason."""
    files = ("company_data", "contact_data", "deal_data", "deal_stage_data", "owner_data")
    files += ("engagement_email_data", "engagement_task_data", "deal_property_history_data")
    exports = Exports(tmp_path, "hubspot").copy("hubspot_fivetran", files)
    (exports.root / "sources" / "hubspot_contract.yaml").unlink()  # deals without their company
    with exports.staged() as found:
        assert found.accepted() == {
            "activity": (2, 1),
            "customer": (24, 0),
            "employee": (100, 0),
            "lead": (22, 0),
            "opportunity": (0, 44),
            "opportunity_event": (0, 14),
        }
        assert found.account() == (True, True)
        assert found.faults() == {
            "activity: employee_id.missing_required": 1,
            "opportunity: owner_id.missing_required": 22,
            "opportunity: stage.missing_required": 44,
            "opportunity_event: new_stage.unknown_value": 14,
        }
        assert found.problems == {}


def test_quickbooks_as_fivetran_copies_it(tmp_path: Path) -> None:
    """Deleted invoices are left out; credit memos are negative; net is without tax."""
    exports = Exports(tmp_path, "quickbooks").copy("quickbooks_fivetran")
    memo = ("4", "21", "668", "594", "672", "600", "599", "2916", "2919")
    exports.know_customers("4783", *memo)
    with exports.staged() as found:
        accepted = found.accepted()
        assert accepted["product"] == (9, 0)
        assert sum(accepted["invoice"]) == 5 + 12
        assert found.account() == (True, True)
        assert set(found.faults()) == {
            "invoice: customer_id.unknown_reference",
            "receipt: customer_id.unknown_reference",
        }
        assert found.rows(
            "select net_amount, tax_amount, gross_amount from staging.invoice "
            "where kind = 'invoice' order by gross_amount desc limit 2"
        ) == [
            (Decimal(565214), Decimal(0), Decimal(565214)),
            (Decimal(56825), Decimal("5682.5"), Decimal("62507.5")),
        ]
        assert found.one(
            "select kind, gross_amount from staging.invoice where invoice_id = 'CM-2702'"
        ) == ("credit_note", Decimal(-89051))
        [(name, problem)] = found.problems.items()
        assert name.endswith("payment_line_data.csv")
        assert problem.startswith("no column 'transaction_date'")


def test_xero_reads_receivables_only(tmp_path: Path) -> None:
    """601 invoices: 484 are bills to pay and do not belong."""
    with Exports(tmp_path, "xero").copy("xero_fivetran").staged() as found:
        assert found.accepted() == {"customer": (152, 0), "invoice": (117, 0)}
        assert found.account() == (True, True)
        assert found.rows(
            "select status, count(*), sum(gross_amount) from staging.invoice group by all "
            "order by all"
        ) == [("cancelled", 1, Decimal(6000)), ("posted", 116, Decimal("400541.59"))]


def test_xero_without_payments_takes_paid_invoices_as_receipts(tmp_path: Path) -> None:
    with Exports(tmp_path, "xero_invoices", "xero").copy("xero_fivetran").staged() as found:
        assert found.one("select count(*), sum(amount) from staging.receipt") == (
            103, Decimal("357700.59"),
        )  # fmt: skip
        assert found.one(
            "select count(*), sum(gross_amount) from staging.invoice where status = 'posted' and "
            "invoice_id not in (select invoice_id from staging.receipt_allocation)"
        ) == (13, Decimal(42841))


def test_netsuite_reads_the_current_rows_of_a_history(tmp_path: Path) -> None:
    files = ("netsuite2_customer_data", "netsuite2_employee_data", "netsuite2_item_data",
             "netsuite_customers_data")  # fmt: skip
    with Exports(tmp_path, "netsuite").copy("netsuite_fivetran", files).staged() as found:
        assert found.faults() == {}
        assert found.account() == (True, True)
        assert found.one("select name from staging.employee where employee_id = '523532'") == (
            "Sponge Bob"
        )
        assert {"Joe Shmoe", "Jess is Best"} <= {
            name for (name,) in found.rows("select name from staging.customer")
        }


def test_netsuite_transactions_without_amounts_are_refused_with_the_reason(tmp_path: Path) -> None:
    files = ("netsuite2_transaction_data",)
    with Exports(tmp_path, "netsuite").copy("netsuite_fivetran", files).staged() as found:
        assert found.accepted() == {}
        [problem] = found.problems.values()
        assert problem.startswith("no column 'foreigntotal'")


def test_sap_customers_and_no_lines_of_other_accounts(tmp_path: Path) -> None:
    """The three copied BSEG lines are of general ledger accounts: none is a receivable."""
    with Exports(tmp_path, "sap").copy("sap_fivetran").staged() as found:
        assert found.accepted() == {"customer": (3, 0)}
        assert found.problems == {}
        assert found.one("select name, region, created_at from staging.customer limit 1") == (
            "Dunder Mifflin", "130", dt.datetime(2011, 12, 1),
        )  # fmt: skip


def test_dynamics_without_its_own_names_is_refused_with_the_reason(tmp_path: Path) -> None:
    """The copied tables hold keys and nameless columns only."""
    with Exports(tmp_path, "dynamics365").copy("dynamics365_fivetran").staged() as found:
        assert found.accepted() == {}
        columns = sorted(text.split(" for ")[1].split()[0] for text in found.problems.values())
        assert columns == ["customer.name", "employee.name", "opportunity.owner_id"]


def test_chinese_templates_with_the_header_under_a_paragraph(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "generic_zh").copy(
        "jsherp_zh_templates", customer_template="客户信息", goods_template="商品"
    )
    with exports.staged() as found:
        assert found.accepted() == {"customer": (2, 0), "product": (2, 0)}
        assert found.account() == (True, True)
        assert found.rows(
            "select product_id, name, category, list_price, unit_cost from staging.product "
            "order by product_id"
        ) == [
            ("2001", "可乐test", "饮料", Decimal(10), Decimal(5)),
            ("2011", "啤酒test", "饮料", Decimal(5), Decimal(3)),
        ]
