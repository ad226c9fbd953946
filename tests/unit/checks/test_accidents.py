"""Each accident of an export with the sentence its user reads; and innocent exports without one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.checks.accidents import TableAccidents, sentences
from pipelines.checks.date_accidents import DateAccidents
from pipelines.checks.file_accidents import FileAccidents
from pipelines.checks.findings import Finding
from pipelines.checks.refused_values import RefusedValues
from pipelines.landing.land import by_sheet, content_hash, land_export, take_inventory
from pipelines.policy.quality import Quality
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import MONDAY, NEXT_MONDAY, Exports
from tests.support.laboratory import shipped

POLICY = shipped()[1].quality
SEEN_DAY = dt.datetime(2026, 11, 16)
INVOICE = "invoice_id,kind,customer_id,invoice_date,due_date,net_amount,tax_amount,gross_amount"
CUSTOMER = "customer_id,name,credit_limit"
DEAL = "opportunity_id,owner_id,created_at,stage,amount,currency,name,loss_reason"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def look(
    exports: Exports, table: str, at: dt.datetime = MONDAY, policy: Quality = POLICY
) -> dict[str, Finding]:
    """Stage a table and what it refers to; its accidents by name."""
    exports.stage(table, at=at)
    workspace = open_workspace(exports.root)
    landed = [
        land_export(exports.warehouse.con, workspace, export, content_hash(export.path))
        for whole in take_inventory(workspace, exports.sources()).exports
        if whole.source.table == table
        for export in by_sheet(workspace, whole, content_hash(whole.path))
    ]
    own = canonical_tables()[table]
    found = [
        *DateAccidents(exports.warehouse, own, policy, landed).look(),
        *FileAccidents(exports.warehouse, own, policy, landed, workspace.landed).look(),
        *TableAccidents(exports.warehouse, own, policy, SEEN_DAY).look(),
        *RefusedValues(exports.warehouse, own, policy).look(),
    ]
    return {finding.check: finding for finding in found}


def deals(*rows: str, count: int = 0) -> list[str]:
    """Innocent deals before those at stake."""
    plain = [f"P{n},E1,2026-{n % 9 + 1:02}-{n % 28 + 1:02},lead,{n}00.50,CNY,甲,价格"
             for n in range(1, count + 1)]  # fmt: skip
    return [*plain, *rows]


def invoices(*rows: str, count: int = 30) -> list[str]:
    """Innocent invoices of 13 % tax, due after 30 days."""
    plain = []
    for n in range(1, count + 1):
        day = dt.date(2026, 1, 3) + dt.timedelta(days=9 * n)
        due = day + dt.timedelta(days=30)
        plain.append(f"I{n},invoice,K1,{day},{due},{100 * n}.00,{13 * n}.00,{113 * n}.00")
    return [*plain, *rows]


def put_invoices(exports: Exports, *rows: str, count: int = 30) -> Exports:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    return exports.put("canonical/invoice.csv", INVOICE, *invoices(*rows, count=count))


def test_innocent_exports_are_left_in_peace(exports: Exports) -> None:
    put_invoices(exports)
    exports.put("canonical/opportunity.csv", DEAL, *deals(count=60))
    assert look(exports, "invoice") == {}
    assert look(exports, "opportunity") == {}


def test_day_and_month_swapped_from_some_month_on(exports: Exports) -> None:
    """No day above 12 after July; the days that stand there are the true months."""
    true = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(205)]
    seen = [d.replace(month=d.day, day=d.month) if d.day <= 12 else d for d in true]
    rows = [f"S{n},E1,{d},lead,1{n},CNY,甲," for n, d in enumerate(seen)]
    exports.put("canonical/opportunity.csv", DEAL, *rows)
    found = look(exports, "opportunity")["day_month_swapped:created_at"]
    after = sum(d > dt.date(2026, 7, 31) for d in seen)
    assert found.en == (
        f"created_at: after 2026-07-31 none of {after} dates has a day above 12; day and month may "
        "be swapped. Suggestion: export dates again from the system as 2026-11-16, without opening "
        "them in a spreadsheet"
    )
    assert "日与月可能被对调" in found.zh
    first = found.evidence[0]
    assert first["created_at"] > "2026-07-31"
    assert exports.warehouse.rows(
        "select 1 as found from staging.opportunity where _line = ? and created_at::varchar = ?",
        [first["line"], first["created_at"]],
    )


def test_dates_in_the_first_days_of_the_month_are_no_swap(exports: Exports) -> None:
    rows = [f"S{n},E1,2026-{n % 10 + 1:02}-0{n % 7 + 2},lead,1{n},CNY,甲," for n in range(90)]
    exports.put("canonical/opportunity.csv", DEAL, *rows)
    assert look(exports, "opportunity") == {}


def test_due_before_invoiced_in_many_rows(exports: Exports) -> None:
    rows = [f"X{n},invoice,K1,2026-03-0{n},2026-01-04,100,13,113" for n in range(1, 7)]
    put_invoices(exports, *rows)
    found = look(exports, "invoice")["order_impossible:invoice_date<due_date"]
    assert found.en == (
        "due_date comes before invoice_date in 6 of 36 rows; with day and month exchanged 6 of "
        "them would not. Suggestion: export dates again from the system as 2026-11-16, "
        "without opening them in a spreadsheet"
    )
    assert [row["line"] for row in found.evidence] == [32, 33, 34, 35, 36, 37]


def test_two_digit_years_that_were_taken_for_days(exports: Exports) -> None:
    rows = [f"S{n},E1,20{n:02}-05-26,lead,1{n},CNY,甲," for n in range(1, 31)]
    exports.put("canonical/opportunity.csv", DEAL, *rows)
    found = look(exports, "opportunity")["two_digit_year:created_at"]
    assert found.en.startswith("created_at has years 2001–2030 but hardly any days")


def test_two_digit_years_in_quarantine_are_named_together(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", DEAL, *deals(
        "S1,E1,05-01-26,lead,1,CNY,甲,", "S2,E1,31/12/26,lead,1,CNY,甲,", count=3))  # fmt: skip
    found = look(exports, "opportunity")["two_digit_year:created_at:quarantine"]
    assert found.en == (
        "created_at: 2 dates have two-digit years (such as 05-01-26), which is not read. "
        "Suggestion: export years with four digits, or, where all of them are after 2000, say "
        "short_years: 2000 in the source file (and date_order: dmy or mdy, where the month is a "
        "number)"
    )


def test_one_customer_that_is_two_for_its_leading_zeros(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "00123,甲,", "123,甲,", "0045,乙,")
    found = look(exports, "customer")["leading_zeros_lost:customer_id"]
    assert found.en.startswith("customer_id lost its leading zeros: 123 and 00123 are probably one")
    assert found.offenders == 1


def test_references_that_lost_the_leading_zeros_of_their_parents(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "00123,甲,")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,123,2026-01-05,10", "R2,00123,2026-01-05,10")  # fmt: skip
    found = look(exports, "receipt")["leading_zeros_lost:customer_id"]
    assert "123 and 00123 are probably one" in found.en


def test_parents_that_lost_the_leading_zeros_their_references_have(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "123,甲,", "20456,乙,")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,00123,2026-01-05,10")  # fmt: skip
    found = look(exports, "receipt")["leading_zeros_lost:customer_id"]
    assert "123 and 00123 are probably one" in found.en


@pytest.mark.parametrize("cell", ["K1;K2", "K1 ; K2", "K1|K2", "K1、K2", "K1；K2", "K1;K2;"])
def test_several_ids_in_one_cell(exports: Exports, cell: str) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,", "K2,乙,")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                f"R1,{cell},2026-01-05,10")  # fmt: skip
    found = look(exports, "receipt")["keys_no_longer_match:customer_id:several"]
    assert f"several ids in one cell (such as {cell}, 2 of them)" in found.en
    assert f"（如 {cell}，2 个）" in found.zh


def test_one_known_id_beside_an_unknown_one_is_not_several(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,K1;K9,2026-01-05,10")  # fmt: skip
    assert "keys_no_longer_match:customer_id:several" not in look(exports, "receipt")


@pytest.mark.parametrize("gross", ["1130", "11.3", "11300", "1.13"])
def test_a_tenfold_error_is_found_as_well_as_a_hundredfold(exports: Exports, gross: str) -> None:
    rows = [f"X{n},invoice,K1,2026-03-0{n},2026-04-01,100,13,{gross}" for n in range(1, 4)]
    found = look(put_invoices(exports, *rows), "invoice")["decimals_destroyed:gross_amount"]
    assert (found.blocks, found.offenders) == (True, 3)


def test_a_table_whose_amounts_mostly_do_not_add_up_blocks(exports: Exports) -> None:
    rows = [f"X{n},invoice,K1,2026-03-01,2026-04-01,100,13,{200 + n}" for n in range(1, 40)]
    found = look(put_invoices(exports, *rows), "invoice")
    assert found["decimals_destroyed:gross_amount:inconsistent"].blocks
    assert "in 39 of 69 rows gross_amount is not net_amount + tax_amount" in (
        found["decimals_destroyed:gross_amount:inconsistent"].en
    )


def test_amounts_without_their_tax_cannot_be_held_against_it(exports: Exports) -> None:
    rows = [f"X{n},invoice,K1,2026-03-01,2026-04-01,100,,{200 + n}" for n in range(1, 90)]
    assert look(put_invoices(exports, *rows), "invoice") == {}


def test_prices_before_discount_are_remarked_on_and_stop_nothing(exports: Exports) -> None:
    exports.put("canonical/product.csv", "product_id,name", "P,a")
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    exports.put("canonical/sales_order.csv", "order_id,customer_id,order_date", "O,K1,2026-01-05")
    lines = [f"O,{n},P,2,{n}.5,{n * 2 * 0.8}" for n in range(1, 31)]
    head = "order_id,line_no,product_id,quantity,unit_price,net_amount"
    exports.put("canonical/sales_order_line.csv", head, *lines)
    found = look(exports, "sales_order_line")["decimals_destroyed:net_amount:inconsistent"]
    assert not found.blocks


@pytest.mark.parametrize(
    ("text", "is_comma"),
    [("5,70", True), ("1.234,50", True), ("1 234,50", True), ("1\xa0234\xa0567,5", True),
     ("1 234,50 €", True), ("€ 5,70", True), ("-5,7", True), ("1234,5678", True), ("5,700x", False),
     ("1,2,3", False), ("12 %", False)],
)  # fmt: skip
def test_refused_neighbours_with_a_decimal_comma_are_named(
    exports: Exports, text: str, is_comma: bool
) -> None:
    rows = [f'X{n},invoice,K1,2026-03-0{n},2026-04-01,"{text}",,1' for n in range(1, 5)]
    found = look(put_invoices(exports, *rows), "invoice")
    name = "decimals_destroyed:net_amount:quarantine"
    assert (name in found) == is_comma
    if is_comma:
        assert found[name].blocks
        assert f"a decimal comma stands in 4 rows of net_amount (such as {text})" in found[name].en
        assert 'numbers: {decimal: ","}' in found[name].en


@pytest.mark.parametrize(
    ("text", "accident", "stated"),
    [
        ("12.29万", "amounts_not_read", "say `unit: written` for the column"),
        ("3.2亿元", "amounts_not_read", "say `unit: written` for the column"),
        ("-5.5k", "amounts_not_read", "say `unit: written` for the column"),
        ("2.5 million", "amounts_not_read", "say `unit: written` for the column"),
        ("1'234,50", "amounts_not_read", 'say numbers: {decimal: ",", thousands: "\'"}'),
        ("约12万", None, ""),
        ("12.29万以上", None, ""),
    ],
)
def test_amounts_in_a_style_that_may_be_stated_are_named_together(
    exports: Exports, text: str, accident: str | None, stated: str
) -> None:
    rows = [f'X{n},invoice,K1,2026-03-0{n},2026-04-01,"{text}",,1' for n in range(1, 5)]
    found = look(put_invoices(exports, *rows), "invoice")
    assert set(found) == ({f"{accident}:net_amount:quarantine"} if accident else set())
    for finding in found.values():
        assert finding.en.startswith("in 4 rows net_amount ")
        assert f"(such as {text})" in finding.en
        assert stated in finding.en


@pytest.mark.parametrize(
    ("day", "is_short"),
    [("02-NOV-26", True), ("2 Nov 26", True), ("Nov 2, 26", True), ("2.11.26", True),
     ("02-NOV-26 10.15.00 PM", True), ("2 novembre 26", True), ("31-Foo-2026", False),
     ("2-XY-26", False)],
)  # fmt: skip
def test_days_with_a_year_of_two_digits_are_named_with_what_to_state(
    exports: Exports, day: str, is_short: bool
) -> None:
    exports.put("canonical/opportunity.csv", DEAL, f'S1,E1,"{day}",lead,1,CNY,甲,', *deals(count=3))
    found = look(exports, "opportunity")
    assert ("two_digit_year:created_at:quarantine" in found) == is_short
    if is_short:
        said = found["two_digit_year:created_at:quarantine"].en
        assert f"(such as {day}), which is not read" in said
        assert "say short_years: 2000 in the source file" in said


def test_one_slip_with_a_comma_stops_nothing(exports: Exports) -> None:
    put_invoices(exports, 'X,invoice,K1,2026-03-01,2026-04-01,"5,70",,1')
    found = look(exports, "invoice")["decimals_destroyed:net_amount:quarantine"]
    assert not found.blocks


@pytest.mark.parametrize(
    ("amounts", "verdict"),
    [
        ("1.234 12.500 999 3.000 7.250 1.100", "blocks"),
        ("1.234.500 12.500 3.000 7.250 1.100", "blocks"),
        ("1.234 12.500 3.000 7.250 1.100", "warns"),  # Kuwaiti dinars are written so
        ("1.234 12.500 1999 3.000 7.250 1.100", None),
        ("1.234 12.50 3.000 7.250 1.100 2.222", None),
        ("1.234 0.500 3.000 7.250 1.100 2.222", None),
        ("1.234 12.500 3.000 7.250", None),
    ],
)
def test_a_point_between_thousands_is_told_by_the_digits_behind_it(
    exports: Exports, amounts: str, verdict: str | None
) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    rows = [f"R{n},K1,2026-01-05,{amount}" for n, amount in enumerate(amounts.split())]
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount", *rows)
    found = look(exports, "receipt").get("decimals_destroyed:amount:canonical/receipt.csv")
    said = None if found is None else "blocks" if found.blocks else "warns"
    assert said == verdict
    if found is not None:
        assert "exactly three digits behind the point (such as 1." in found.en


def test_decimals_destroyed_by_a_locale_block(exports: Exports) -> None:
    """2024.994 became 2,024,994: the parts of the row say so. Nothing is repaired."""
    rows = [f"X{n},invoice,K1,2026-03-0{n},2026-04-01,2000,24.994,2024994" for n in range(1, 4)]
    found = look(put_invoices(exports, *rows), "invoice")["decimals_destroyed:gross_amount"]
    assert found.blocks
    assert found.en.startswith(
        "in 3 rows gross_amount is a power of ten away from net_amount + tax_amount"
    )
    assert [row["line"] for row in found.evidence] == [32, 33, 34]


def test_a_price_and_a_quantity_betray_a_line_too(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    exports.put("canonical/product.csv", "product_id,name", "P,泵")
    exports.put("canonical/sales_order.csv", "order_id,customer_id,order_date", "O,K1,2026-01-05")
    head = "order_id,line_no,product_id,quantity,unit_price,net_amount"
    exports.put("canonical/sales_order_line.csv", head,
                *(f"O,{n},P,{n},12.5,{12500 * n}" for n in range(1, 5)))  # fmt: skip
    assert "decimals_destroyed:net_amount" in look(exports, "sales_order_line")


@pytest.mark.parametrize("value", ["999999", "9999999", "99999999", "9999999.99"])
def test_amounts_that_stand_for_none(exports: Exports, value: str) -> None:
    rows = [f"S{n},E1,2026-01-{n:02},lead,{value},CNY,甲," for n in range(13, 16)]
    exports.put("canonical/opportunity.csv", DEAL, *deals(*rows, count=20))
    found = look(exports, "opportunity")["sentinel_amount:amount"]
    assert found.en.startswith("in 3 rows amount looks like a stand-in for no amount")
    assert {Decimal(row["amount"]) for row in found.evidence} == {Decimal(value)}


@pytest.mark.parametrize("day", ["9999-12-31", "1900-01-01", "1970-01-01", "2099-12-31"])
def test_days_that_stand_for_none_are_named_and_stop_nothing(exports: Exports, day: str) -> None:
    put_invoices(exports, *(
        f"S{n},invoice,K1,2026-01-{n:02},{day},100.00,13.00,113.00" for n in range(13, 16)
    ))  # fmt: skip
    found = look(exports, "invoice")["sentinel_date:due_date"]
    assert found.severity == "warn"
    assert found.en.startswith(
        f"in 3 rows due_date looks like a stand-in for no day (such as {day})"
    )
    assert len(found.evidence) == 3


def test_a_day_that_never_comes_is_how_an_end_says_that_there_is_none(exports: Exports) -> None:
    head = "employee_id,name,leave_date"
    exports.put("canonical/employee.csv", head, "E1,甲,9999-12-31", "E2,乙,2099-12-31")
    assert look(exports, "employee") == {}
    exports.put("canonical/fx_rate.csv", "currency,rate_date,rate_to_base", "USD,1900-01-01,7")
    assert look(exports, "fx_rate") == {}
    exports.put("canonical/employee.csv", head, "E1,甲,9999-12-31", "E2,乙,1900-01-01")
    assert look(exports, "employee")["sentinel_date:leave_date"].offenders == 1


def test_days_that_stand_for_none_hide_no_other_accident(exports: Exports) -> None:
    """Day and month were swapped in June, and two documents fall due in a year that never comes."""
    rows = [f"S{n},invoice,K1,2026-{n % 6 + 7:02}-{n % 12 + 1:02},9999-12-31,100,13,113"
            for n in range(36)]  # fmt: skip
    put_invoices(exports, *rows, count=15)
    assert "day_month_swapped:invoice_date" in look(exports, "invoice")


@pytest.mark.parametrize(
    ("column", "text"),
    [("created_at", "0000-00-00"), ("created_at", "0001-01-01"), ("created_at", "待定"),
     ("amount", "-"), ("amount", "N/A"), ("amount", "#REF!"), ("amount", "无")],
)  # fmt: skip
def test_what_stands_for_none_where_a_value_is_expected_is_named_with_its_count(
    exports: Exports, column: str, text: str
) -> None:
    day, amount = (text, "1") if column == "created_at" else ("2026-01-15", text)
    rows = [f"S{n},E1,{day},lead,{amount},CNY,甲," for n in range(4)]
    exports.put("canonical/opportunity.csv", DEAL, *deals(*rows, count=5))
    found = look(exports, "opportunity")[f"error_text:{column}:quarantine"]
    assert found.en.startswith(f"in 4 rows {column} is {text}, which stands for no value")
    assert f'empty: ["{text}"]' in found.en
    assert f'empty: ["{text}"]' in found.zh


def test_a_few_slips_among_many_rows_are_left_to_quarantine(exports: Exports) -> None:
    rows = [f"S{n},E1,2026-01-15,lead,待定,CNY,甲," for n in range(4)]
    exports.put("canonical/opportunity.csv", DEAL, *deals(*rows, count=80))
    assert "error_text:amount:quarantine" not in look(exports, "opportunity")
    exports.put("canonical/opportunity.csv", DEAL, *deals(*rows, count=50))
    assert look(exports, "opportunity")["error_text:amount:quarantine"].offenders == 4


def test_a_tenth_of_all_amounts_being_zero_is_remarked_on(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", DEAL, *deals(
        *(f"S{n},E1,2026-01-{n:02},lead,0,CNY,甲," for n in range(13, 18)), count=25))  # fmt: skip
    assert look(exports, "opportunity")["sentinel_amount:amount:zero"].offenders == 5


@pytest.mark.parametrize("text", ["null", "#N/A", "#REF!", "NaN", "(null)"])
def test_texts_of_failed_formulas(exports: Exports, text: str) -> None:
    exports.put("canonical/opportunity.csv", DEAL,
                *deals(f"S1,E1,2026-01-15,lead,1,CNY,甲,{text}", count=3))  # fmt: skip
    found = look(exports, "opportunity")["error_text:loss_reason"]
    assert found.en.startswith("in 1 row loss_reason is a text such as null or #N/A")
    assert found.evidence[0]["loss_reason"] == text


def read_as(text: str, written: str, read: str) -> str:
    return text.encode(written).decode(read)


@pytest.mark.parametrize(
    ("meant", "garbled", "written", "read"),
    [
        ("生产", "鐢熶骇", "utf-8", "gb18030"),
        ("客户", "瀹㈡埛", "utf-8", "gb18030"),
        ("北京远景科技", read_as("北京远景科技", "utf-8", "gb18030"), "utf-8", "gb18030"),
        ("东京电机", read_as("东京电机", "utf-8", "shift_jis"), "utf-8", "shift_jis"),
        ("Müller", "MÃ¼ller", "utf-8", "windows-1252"),
        ("“K”", "â€œKâ€\x9d", "utf-8", "windows-1252"),
        ("公司", "å\x85¬å\x8f¸", "utf-8", "windows-1252"),
        ("Société", "SociÃƒÂ©tÃƒÂ©", "utf-8", "windows-1252"),  # twice
        ("中国", "ÖÐ¹ú", "gb18030", "windows-1252"),
        ("上海 分公司", "ÉÏº£ ·Ö¹«Ë¾", "gb18030", "windows-1252"),
        ("Газпром", read_as("Газпром", "cp1251", "cp1252"), "windows-1251", "windows-1252"),
    ],
)
def test_a_garbled_text_is_named_with_what_it_was(
    exports: Exports, meant: str, garbled: str, written: str, read: str
) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, f"K1,{garbled},1", "K2,乙,2", "K3,Müller,3")
    found = look(exports, "customer")[f"mojibake:name:{written}"]
    assert found.en == (
        f"in 1 row name is garbled ({garbled}, which was {meant}): written as {written}, it was "
        f"read as {read} by some program. Suggestion: export it again from the system as UTF-8, "
        "and save it with no other program"
    )
    assert found.evidence[0]["customer_id"] == "K1"


@pytest.mark.parametrize(
    "lost", ["????", "???? (???)", "甲\ufffd公司", "锟斤拷", "ï¿½ï¿½", "????? 2024"]
)
def test_characters_that_are_lost_for_good(exports: Exports, lost: str) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, f"K1,{lost},1", "K2,乙,2")
    [found] = look(exports, "customer").values()
    assert found.en.startswith(f"in 1 row name lost its characters (such as {lost}): a program")


def test_words_that_only_look_odd_are_not_called_garbled(exports: Exports) -> None:
    names = ["why???", "规划部", "São João", "ÉCOLE", "Zoë’s", "镊规", "日本ｷﾔﾉﾝ", "Ålesund", "?",
             "Ø50 ±0.5 °C", "“引号”", "®™", "Großhändler", "A/B?", "Ă î ș", "嵇喆", "№ 5", "ąęść",
             "涓滴", "鍖", "缂", "瀹", "鎴", "浜江", "闄", "ÅÄÖ", "甲？？？"]  # fmt: skip
    exports.put("canonical/customer.csv", CUSTOMER, *(f"K{n},{x},1" for n, x in enumerate(names)))
    assert look(exports, "customer") == {}


def test_mixed_encodings_in_one_file(exports: Exports) -> None:
    lines = [CUSTOMER.encode(), *(f"K{n},甲公司{n},{n}".encode() for n in range(9)),
             "K9,乙公司,9".encode("gb18030")]  # fmt: skip
    (exports.root / "canonical/customer.csv").write_bytes(b"\n".join(lines) + b"\n")
    found = look(exports, "customer")
    mixed = next(f for name, f in found.items() if name.startswith("mixed_encoding"))
    assert mixed.en.startswith("canonical/customer.csv: 1 line is written in another encoding")
    assert ("K9", "乙公司") in exports.rows("customer", "customer_id", "name")


def test_an_encoding_that_was_told_by_its_words_is_named(exports: Exports) -> None:
    names = ("台積電股份有限公司", "鴻海精密工業", "聯發科技")
    rows = "".join(f"K{n},{name},{n}\n" for n, name in enumerate(names, 1))
    (exports.root / "canonical").mkdir(exist_ok=True)
    (exports.root / "canonical/customer.csv").write_bytes(f"{CUSTOMER}\n{rows}".encode("big5"))
    [finding] = look(exports, "customer").values()
    assert finding.en == (
        "canonical/customer.csv is not UTF-8; it is read as big5, told by its words. Suggestion: "
        "look at the names in it; if they are right, say encoding: big5 in the source file"
    )
    assert exports.rows("customer", "name") == [(name,) for name in names]


MONTHS = """\
table: customer
files: [m*]
columns: {customer_id: 编号, name: 名称,
  credit_limit: {from: [额度, 信用额度]}, industry: 类别}
"""
FULL = ["编号", "名称", "额度", "类别"]


def months(exports: Exports, **sheets: list[list[object]]) -> None:
    exports.source("m", MONTHS)
    with xlsxwriter.Workbook(str(exports.root / "raw" / "m.xlsx")) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)


@pytest.mark.parametrize("head", [["编号", "名称", "类别"], ["编号", "名称", "类别", "额 度(元)"]])
def test_a_month_that_lacks_a_column_is_read_and_named_with_what_it_costs(
    exports: Exports, head: list[str]
) -> None:
    cells = ["B", "乙", "x", 7][: len(head)]
    months(exports, 一月=[FULL, ["A", "甲", 5, "x"]], 二月=[head, cells])
    [found] = look(exports, "customer").values()
    assert found.check == "column_gone_or_renamed:raw/m.xlsx:二月:siblings"
    own = "额 度(元)" if len(head) > 3 else "—"
    assert found.en.startswith(
        "raw/m.xlsx · 二月 has no column 额度, which others of its source have (columns it has "
        f"alone: {own}): in its 1 row it is empty, and what is computed from it is too low or "
    )
    assert exports.rows("customer", "customer_id", "credit_limit") == [("A", 5), ("B", None)]


def test_a_month_that_has_a_column_under_another_known_name_is_one_of_them(
    exports: Exports,
) -> None:
    renamed = [["编号", "名称", "信用额度", "类别"], ["B", "乙", 7, "x"]]
    months(exports, 一月=[FULL, ["A", "甲", 5, "x"]], 二月=renamed)
    assert look(exports, "customer") == {}
    assert exports.rows("customer", "customer_id", "credit_limit") == [("A", 5), ("B", 7)]


def test_a_month_that_lacks_most_is_not_read_and_named_with_its_rows(exports: Exports) -> None:
    rows = [["B", "乙", "y"], ["C", "丙", "y"], ["合计", None, 2]]
    months(exports, 一月=[FULL, ["A", "甲", 5, "x"]], 二月=[["编号", "名称", "备注"], *rows])
    [found] = look(exports, "customer").values()
    assert found.offenders == 2
    assert found.en.startswith(
        "raw/m.xlsx: sheet 二月 is not read, and its 2 rows are missing from all figures: it lacks "
        "额度, 类别, which the sheets that are read have (its header: 编号, 名称, 备注). "
    )


def test_one_of_several_files_that_lacks_a_column_is_named(exports: Exports) -> None:
    exports.source("m", MONTHS)
    exports.put("raw/m1.csv", "编号,名称,额度,类别", "A,甲,5,x")
    exports.put("raw/m2.csv", "编号,名称,类别", "B,乙,x", "C,丙,x")
    exports.put("raw/m3.csv", "编号,名称,信用额度,类别", "D,丁,5,x")
    [found] = look(exports, "customer").values()
    assert found.check == "column_gone_or_renamed:raw/m2.csv:siblings"
    assert found.offenders == 2
    assert "raw/m2.csv has no column 额度" in found.en or "no column 信用额度" in found.en


def test_a_total_row_taken_for_data(exports: Exports) -> None:
    exports.put(
        "canonical/customer.csv", CUSTOMER, "K1,甲,10", "K2,乙,20.5", "K3,丙,30", "K9,?,60.5"
    )
    found = look(exports, "customer")["total_row_taken:credit_limit"]
    assert found.en.startswith("the last row of canonical/customer.csv (line 5) is the sum of all")


def test_a_total_row_that_says_so_is_left_out_and_told_of_if_asked_for(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,10", "K2,乙,20", "合计,,30")
    assert look(exports, "customer") == {}
    told = POLICY.model_copy(
        update={"accidents": {**POLICY.accidents, "total_row_left_out": "warn"}}
    )
    found = look(exports, "customer", policy=told)["total_row_left_out:canonical/customer.csv"]
    assert "1 total row was not taken for data (line 4: 合计,,30)" in found.en


def test_a_currency_that_is_missing_beside_others(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", DEAL,
                *deals("S1,E1,2026-01-15,lead,1,,甲,", count=3))  # fmt: skip
    found = look(exports, "opportunity")["currency_missing:currency"]
    assert found.en.startswith(
        "1 row without a currency is taken in the base currency; 3 others have"
    )


def test_an_allocation_without_a_currency_is_in_that_of_its_receipt(exports: Exports) -> None:
    put_invoices(exports)
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount,currency",
                "R1,K1,2026-10-05,100,USD", "R2,K1,2026-10-05,700,CNY")  # fmt: skip
    exports.put("canonical/receipt_allocation.csv",
                "receipt_id,invoice_id,allocated_date,amount,currency",
                "R1,I1,2026-10-05,100,USD", "R2,I2,2026-10-05,700,")  # fmt: skip
    found = look(exports, "receipt_allocation")["currency_missing:currency"]
    assert found.en.startswith(
        "1 row without a currency is taken in the currency of the receipt; 1 other has one"
    )


def test_what_happened_cannot_lie_in_the_future(exports: Exports) -> None:
    rows = ["S1,E1,2026-11-17,lead,1,CNY,甲,", "S2,E1,2026-11-16 23:59,lead,1,CNY,甲,"]
    exports.put("canonical/opportunity.csv", DEAL, *rows)
    found = look(exports, "opportunity")["future_date:created_at"]
    assert found.en.startswith("created_at lies after the export of 2026-11-16 in 1 row")


def test_a_file_that_was_cut_off(exports: Exports) -> None:
    path = exports.root / "canonical/customer.csv"
    path.write_text(f"{CUSTOMER}\nK1,甲,1\nK2,乙,2\nK3,丙", encoding="utf-8")
    found = look(exports, "customer")["truncated_file:canonical/customer.csv"]
    assert found.en.startswith("canonical/customer.csv: the last row (line 4) is not whole")


def test_an_export_that_ends_where_exporting_programs_stop(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, *(f"K{n},甲{n},{n}.7" for n in range(2000)))
    found = look(exports, "customer")["export_limit:canonical/customer.csv"]
    assert found.en.startswith("canonical/customer.csv has exactly 2,000 rows")


@pytest.mark.parametrize(("rows", "severity"), [(80, "warn"), (30, "block")])
def test_a_sharp_drop_against_the_last_export(exports: Exports, rows: int, severity: str) -> None:
    for day, count in (("09", 100), ("16", rows)):
        exports.put(f"canonical/customer_2026-11-{day}.csv", CUSTOMER,
                    *(f"K{n},甲{n},{n}.7" for n in range(count)))  # fmt: skip
    found = look(exports, "customer")["sharp_drop:canonical_customer"]
    assert found.severity == severity
    assert found.en == (
        f"canonical/customer_2026-11-16.csv has {rows} rows, the export before it 100 "
        f"({100 - rows} % fewer). Suggestion: export it again; if it holds changes only, say "
        "export: delta in the source file"
        + ("; if this is all there is, attain run --accept-empty customer" * (severity == "block"))
    )


def test_a_file_that_lies_there_twice_under_two_names(exports: Exports) -> None:
    for name in ("customer", "customer_copy"):
        exports.put(f"canonical/{name}.csv", CUSTOMER, "K1,甲,1")
    found = look(exports, "customer")["duplicated_file:canonical/customer_copy.csv"]
    assert found.en == (
        "canonical/customer_copy.csv has the very content of canonical/customer.csv; its rows "
        "count once. Suggestion: delete one of them"
    )


def test_a_column_that_was_renamed_since_the_last_export(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    look(exports, "customer")
    exports.put("canonical/customer.csv", "customer_id,name,credit_limt", "K1,甲,1", "K2,乙,2")
    found = look(exports, "customer", NEXT_MONDAY)["column_gone_or_renamed:canonical/customer.csv"]
    assert found.en.startswith(
        "canonical/customer.csv no longer has the columns credit_limit (new columns: credit_limt)"
    )


def test_amounts_in_another_unit_than_last_time(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,10000", "K2,乙,20000")
    look(exports, "customer")
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    found = look(exports, "customer", NEXT_MONDAY)["amounts_scaled:canonical_customer"]
    assert "a row is worth 1.50 on average, 15,000.00 in the export before" in found.en


@pytest.mark.parametrize(
    ("known", "named", "shown"),
    [
        ("1001", "1001.0", "1001.0 is 1001"),
        ("1001", "1001.00", "1001.00 is 1001"),
        ("1001", '"1,001"', "1,001 is 1001"),
        ("1001", "１００１", "１００１ is 1001"),
        ("KA1", "ＫＡ１", "ＫＡ１ is KA1"),
        ("K1001", "'K1001", "'K1001 is K1001"),
        ("K1001", "K1001\u200b", "K1001<U+200B> is K1001"),
        ("K 1001", "K\xa01001", "K<U+00A0>1001 is K 1001"),
        ("1001.0", "1001", "1001 is 1001.0"),  # the other export went through the spreadsheet
        ("001001", "1001.0", "1001.0 is 001001"),
    ],
)
def test_a_key_that_a_spreadsheet_wrote_otherwise_is_named_with_the_one_it_is(
    exports: Exports, known: str, named: str, shown: str
) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, f"{known},甲,", "2002,乙,")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                f"R1,{named},2026-01-05,10", "R2,2002,2026-01-05,10")  # fmt: skip
    found = look(exports, "receipt")["keys_no_longer_match:customer_id:spoiled"]
    assert found.en == (
        "in 1 row customer_id names no known customer, since a spreadsheet wrote it otherwise: "
        f"{shown}. Suggestion: export the column again from the system as text, and do not save "
        "it from a spreadsheet"
    )


@pytest.mark.parametrize(
    ("known", "named", "candidates"),
    [
        (["202611000000123"], "2.02611E+14", "1 key may"),
        (["202611000000123", "202610999999999", "202599000000000"], "2.02611E+14", "2 keys may"),
        (["2.02611E+14"], "202611000000123", "1 key may"),
    ],
)
def test_a_key_that_a_spreadsheet_rounded_is_named_with_those_it_may_be(
    exports: Exports, known: list[str], named: str, candidates: str
) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, *(f"{key},甲,1" for key in (*known, "2002")))
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                f"R1,{named},2026-01-05,10", "R2,2002,2026-01-05,10")  # fmt: skip
    found = look(exports, "receipt")["keys_no_longer_match:customer_id:rounded"]
    assert f"of {named} and {min(known[:2])} one was rounded by a spreadsheet" in found.en
    assert f"({candidates} be meant)" in found.en


def test_own_keys_that_a_spreadsheet_rounded_are_named(exports: Exports) -> None:
    rows = ["2.02611E+14,甲,1", "2.02611E+14,乙,1", "3.1E+15,丙,1", "1E+5x,丁,1"]
    exports.put("canonical/customer.csv", CUSTOMER, *rows)
    found = look(exports, "customer")["keys_no_longer_match:customer_id:own"]
    assert found.en.startswith(
        "in 2 rows the key customer_id was rounded by a spreadsheet (such as 2.02611E+14): its"
    )


def test_keys_that_no_longer_match_name_the_nearest(exports: Exports) -> None:
    exports.put("canonical/product.csv", "product_id,name", "GTX Pro,a", "GTX Basic,b")
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    exports.put("canonical/sales_order.csv", "order_id,customer_id,order_date", "O,K1,2026-01-05")
    head = "order_id,line_no,product_id,quantity,net_amount"
    lines = ["O,1,GTXPro,1,10", "O,2,GTXPro,1,10", "O,3,GTX Basic,1,10", "O,4,Zebra,1,10"]
    exports.put("canonical/sales_order_line.csv", head, *lines)
    found = look(exports, "sales_order_line")["keys_no_longer_match:product_id"]
    assert found.en == (
        "in 2 rows product_id names no known product, but one is near: GTXPro → GTX Pro. "
        "Suggestion: map it in the source file, or correct the export"
    )


@pytest.mark.parametrize(
    ("merges", "said"),
    [
        (["K1,K2", "K2,K1"], "2 merges lead back to themselves (K1 → K2 → K1; first "),
        (["K1,K1"], "1 merge leads back to itself (K1 → K1; first "),
        (["K3,K1", "K1,K2", "K2,K1"], "3 merges lead back to themselves (K1 → K2 → K1; first "),
    ],
)
def test_accounts_merged_in_a_circle_are_named_in_one_sentence(
    exports: Exports, merges: list[str], said: str
) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,", "K2,乙,", "K3,丙,")
    exports.put("canonical/customer_merge.csv", "from_id,into_id", *merges)
    found = look(exports, "customer_merge")["merge_circle:from_id"]
    assert found.en.startswith(f"{said}canonical/customer_merge.csv line 2): ")
    exports.put("canonical/customer_merge.csv", "from_id,into_id", "K1,K2")
    assert "merge_circle:from_id" not in look(exports, "customer_merge", at=NEXT_MONDAY)


def test_policy_turns_an_accident_off_or_makes_it_block(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "00123,甲,1", "123,甲,2")
    for verdict, severities in (("off", []), ("warn", ["warn"]), ("block", ["block"])):
        policy = POLICY.model_copy(update={"accidents": {"leading_zeros_lost": verdict}})
        assert [f.severity for f in look(exports, "customer", policy=policy).values()] == severities


def test_every_accident_of_policy_has_its_sentences() -> None:
    named = {name.partition(".")[0] for name in sentences()}
    assert set(POLICY.accidents) == named - {"lost", "made_from_references", "sharp_drop"}
    for said in sentences().values():
        assert set(said) == {"zh", "en"}
        assert "建议" in said["zh"]
        assert "Suggestion:" in said["en"]
