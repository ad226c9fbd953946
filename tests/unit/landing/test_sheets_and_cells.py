"""Every sheet is read or named, and a cell is what a person sees in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.landing.file.shown import CURRENCIES
from pipelines.landing.land import by_sheet, content_hash, land_export, take_inventory
from pipelines.landing.parquet import Landed
from pipelines.sources.sourcefile import load_sources
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import STAGES, Exports
from tests.support.landing_files import Rows, land, land_sheet
from tests.support.odd.old_excel import Shown, xls

_HEAD = ["编号", "名称", "额度"]
_SOURCE = (
    "table: customer\nfiles: ['book*']\n"
    "columns: {customer_id: 编号, name: 名称, credit_limit: 额度}\n"
)
Fill = Callable[[xlsxwriter.Workbook], object]


def book(path: Path, fill: Fill, **options: Any) -> Path:
    with xlsxwriter.Workbook(str(path), options) as made:
        fill(made)
    return path


def sheet(made: xlsxwriter.Workbook, name: str, *rows: list[Any], hidden: bool = False) -> None:
    added = made.add_worksheet(name)
    for number, row in enumerate(rows):
        added.write_row(number, 0, row)
    if hidden:
        added.hide()


def staged(folder: Path, fill: Fill) -> tuple[list[Any], dict[str, Any]]:
    """Keys with the sheet they came from, and what was noted of sheets that were not read."""
    exports = Exports(folder)
    exports.source("book", _SOURCE)
    book(folder / "raw" / "book.xlsx", fill)
    workspace = open_workspace(folder)
    workspace.prepare()
    notes: dict[str, Any] = {}
    for whole in take_inventory(workspace, load_sources(workspace.sources, STAGES)).exports:
        sha256 = content_hash(whole.path)
        for export in by_sheet(workspace, whole, sha256):
            found = land_export(exports.warehouse.con, workspace, export, sha256)
            assert found.landed is not None
            notes |= found.landed.notes
    exports.stage("customer")
    rows = exports.warehouse.con.execute(
        "select customer_id, sheet, _line from staging.customer as c "
        "join mart.load as l on l.load_id = c._load order by 1"
    ).fetchall()
    return rows, notes


def test_sheets_with_one_header_are_one_table_and_each_row_knows_its_sheet(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        for number, month in enumerate(("一月", "二月", "三月")):
            sheet(made, month, _HEAD, [f"K{number}", "a", 1])

    rows, notes = staged(tmp_path, fill)
    assert rows == [("K0", "一月", 2), ("K1", "二月", 2), ("K2", "三月", 2)]
    assert "sheets_left_out" not in notes


def test_sheets_of_one_header_below_other_titles_and_in_another_order_are_one(
    tmp_path: Path,
) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet(made, "一月", ["一月客户"], _HEAD, ["K0", "a", 1])
        sheet(made, "二月", ["额度", "名称", "编号"], [1, "b", "K1"])

    assert staged(tmp_path, fill)[0] == [("K0", "一月", 3), ("K1", "二月", 2)]


def test_a_sheet_of_another_header_is_named_with_what_it_holds(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet(made, "汇总", ["地区", "额度"], ["华东", 1])
        sheet(made, "明细", _HEAD, ["K0", "a", 1])
        sheet(made, "说明", ["导出自系统"])

    rows, notes = staged(tmp_path, fill)
    assert rows == [("K0", "", 2)]
    assert notes["sheets_left_out"] == [{"sheet": "汇总", "header": "地区, 额度", "hidden": False}]


@pytest.mark.parametrize("below", [[], [["合计", None, 0]], [[], ["制表人：张三"]]])
def test_a_month_that_has_not_come_is_a_sheet_without_rows_and_stops_nothing(
    tmp_path: Path, below: list[list[Any]]
) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet(made, "模板", _HEAD, *below)
        sheet(made, "一月", _HEAD, ["K0", "a", 1])
        sheet(made, "二月", _HEAD, *below)

    rows, notes = staged(tmp_path, fill)
    assert rows == [("K0", "", 2)]
    assert notes["sheet"] == "一月"
    assert "sheets_left_out" not in notes


def test_a_hidden_sheet_never_wins_and_is_named(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet(made, "旧", _HEAD, ["K8", "old", 1], hidden=True)
        sheet(made, "现", _HEAD[:2], ["K0", "a"])
        made.get_worksheet_by_name("现").activate()

    rows, notes = staged(tmp_path, fill)
    assert rows == [("K0", "", 2)]
    assert [(one["sheet"], one["hidden"]) for one in notes["sheets_left_out"]] == [("旧", True)]


@pytest.mark.parametrize(
    ("shown", "value", "text"),
    [
        ("0%", 0.6, "60%"),
        ("0.00%", 0.125, "12.5%"),
        ("0%;[Red]-0%", -0.4, "-40%"),
        ("0%", 1, "100%"),
        ("0%", 0.07, "7%"),
        ('0.0"%"', 60, "60"),
        ("#,##0.00", 0.6, "0.6"),
    ],
)
def test_a_percent_cell_is_the_percentage_it_shows(
    tmp_path: Path, shown: str, value: float, text: str
) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, ["id", "name", "amount"])
        added.write_row(1, 0, ["K", "a"])
        added.write(1, 2, value, made.add_format({"num_format": shown}))

    assert land_sheet(book(tmp_path / "b.xlsx", fill))[1] == [(2, "K", "a", text)]


def test_a_text_merged_over_rows_counts_for_each_and_a_number_for_the_first(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        for number, row in enumerate([["id", "name", "amount"], ["K0"], ["K1"], ["K2", "b", 5]]):
            added.write_row(number, 0, row)
        added.merge_range(1, 1, 2, 1, "甲")
        added.merge_range(1, 2, 2, 2, 300)

    landed, rows = land_sheet(book(tmp_path / "b.xlsx", fill))
    assert rows == [(2, "K0", "甲", "300"), (3, "K1", "甲", None), (4, "K2", "b", "5")]
    assert landed.notes["merged_numbers"] == {"line": 2, "count": 1}


def test_cells_of_an_old_workbook_that_span_rows_are_read_like_those_of_a_new_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "b.xls"
    rows: list[list[Any]] = [["t"], ["id", "name", "amount"], ["K0", "甲", 300], ["K1"], ["K2"],
                             ["K3", Shown(46335, "yyyy-mm-dd"), 5], ["K4", None, 6]]  # fmt: skip
    path.write_bytes(xls(rows, merged=[(2, 1, 4, 1), (2, 2, 3, 2), (5, 1, 6, 1)]))
    landed, read = land_sheet(path)
    assert read == [
        (3, "K0", "甲", "300"), (4, "K1", "甲", None), (5, "K2", "甲", None),
        (6, "K3", "2026-11-09", "5"), (7, "K4", "2026-11-09", "6"),
    ]  # fmt: skip
    assert landed.notes["merged_numbers"] == {"line": 3, "count": 1}


def test_a_merged_title_or_header_is_no_merged_cell_of_data(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.merge_range(0, 0, 1, 2, "客户")
        added.write_row(2, 0, ["id", "name", "amount"])
        added.write_row(3, 0, ["K0", "", 1])

    assert land_sheet(book(tmp_path / "b.xlsx", fill))[1] == [(4, "K0", None, "1")]


@pytest.mark.parametrize(
    ("written", "read"),
    [('="00123"', "00123"), ("'00123", "00123"), ("'-5", "-5"), ("'t Hooft", "'t Hooft"),
     ("=1+1", "=1+1"), ("O'Brien", "O'Brien")],
)  # fmt: skip
def test_what_forces_a_cell_to_be_text_is_no_part_of_it(
    tmp_path: Path, written: str, read: str
) -> None:
    doubled = written.replace('"', '""')
    for text in (f'"{doubled}"', written):
        _, rows = land(tmp_path, "id,name,amount", f"{text},a,1", "K2,b,2")
        assert rows == [(2, read, "a", "1"), (3, "K2", "b", "2")], text
        _, rows = land(tmp_path, "id,name,amount", f"{text},a,1", "", "K2,b,2")  # read row by row
        assert rows == [(2, read, "a", "1"), (4, "K2", "b", "2")], text

    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, ["id", "name", "amount"])
        added.write_string(1, 0, written)
        added.write_row(1, 1, ["a", 1])

    assert land_sheet(book(tmp_path / "b.xlsx", fill))[1] == [(2, read, "a", "1")]


def test_a_percent_typed_in_a_sheet_is_the_share_a_text_file_gives(tmp_path: Path) -> None:
    shares = []
    for name in ("opportunity.xlsx", "opportunity.csv"):
        folder = tmp_path / name
        folder.mkdir()
        exports = Exports(folder)
        head = ["opportunity_id", "owner_id", "created_at", "stage", "probability"]
        cells = ["O1", "E1", "2026-01-05", "lead"]

        def fill(made: xlsxwriter.Workbook, head=head, cells=cells) -> None:  # type: ignore[no-untyped-def]
            added = made.add_worksheet()
            added.write_row(0, 0, head)
            added.write_row(1, 0, cells)
            added.write(1, 4, 0.125, made.add_format({"num_format": "0.0%"}))

        if name.endswith("xlsx"):
            book(folder / "canonical" / name, fill)
        else:
            exports.put(f"canonical/{name}", ",".join(head), ",".join([*cells, "12.5%"]))
        exports.stage("opportunity")
        shares.append(exports.rows("opportunity", "probability"))
    assert shares[0] == shares[1] == [(Decimal("12.5"),)]


_MONEY = ["receipt_id", "customer_id", "received_date", "amount"]
_NET = '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-'


def _receipts(folder: Path, *cells: tuple[object, str], numbers: str = "") -> Exports:
    """A workbook of receipts, R1 and on, whose amounts are shown by a format each."""
    exports = Exports(folder)
    exports.source(
        "receipts",
        f"table: receipt\nfiles: ['r*']\n{numbers}\ncolumns:\n"
        + "".join(f"  {name}: {name}\n" for name in _MONEY),
    )

    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, _MONEY)
        for number, (value, shown) in enumerate(cells, 1):
            added.write_row(number, 0, [f"R{number}", "K1", "2026-01-05"])
            added.write(number, 3, value, made.add_format({"num_format": shown}))

    book(folder / "raw" / "r.xlsx", fill)
    exports.stage("receipt", unlisted=["customer"])
    return exports


@pytest.mark.parametrize(
    ("shown", "currency"),
    [
        ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00 €", "EUR"),
        (_NET, "EUR"),
        ("[$USD] #,##0.00", "USD"),
        ('"USD" #,##0.00', "USD"),
        ('"$"#,##0.00_);[Red]("$"#,##0.00)', "USD"),
        ("[$HK$-C04]#,##0.00", "HKD"),
        ("[$£-809]#,##0.00", "GBP"),
        ("#,##0.00", None),
        ("#,##0.00 _€", None),
        ('0.00 "PCS"', None),
        ("[$-409]0.00", None),
        ("[$¥-804]#,##0.00", None),
    ],
)
def test_the_currency_that_a_cell_shows_is_that_of_its_amount(
    tmp_path: Path, shown: str, currency: str | None
) -> None:
    exports = _receipts(tmp_path, (12.5, shown), (-1234.5, shown))
    assert exports.rows("receipt", "amount", "currency") == [
        (Decimal("12.5"), currency), (Decimal("-1234.5"), currency),
    ]  # fmt: skip


def test_a_shown_currency_is_read_beside_decimal_commas(tmp_path: Path) -> None:
    exports = _receipts(
        tmp_path, (12.5, "#,##0.00 €"), (1234, "#,##0.00 €"), numbers='numbers: {decimal: ","}'
    )
    assert exports.rows("receipt", "amount", "currency") == [
        (Decimal("12.5"), "EUR"), (Decimal(1234), "EUR"),
    ]  # fmt: skip


def test_an_amount_in_a_computed_column_is_the_number_alone(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    exports.source(
        "receipts",
        "table: receipt\nfiles: ['r*']\ncolumns:\n  receipt_id: receipt_id\n"
        "  customer_id: customer_id\n  received_date: received_date\n"
        '  amount: {expression: "-cast({amount} as decimal(18, 2))"}\n',
    )

    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, _MONEY)
        added.write_row(1, 0, ["R1", "K1", "2026-01-05"])
        added.write(1, 3, 12.5, made.add_format({"num_format": "#,##0.00 €"}))

    book(tmp_path / "raw" / "r.xlsx", fill)
    exports.stage("receipt", unlisted=["customer"])
    assert exports.rows("receipt", "amount") == [(Decimal("-12.5"),)]


@pytest.mark.parametrize(
    ("shown", "value", "text"),
    [
        ("00000", 123, "00123"),
        ("00000;-00000", 7, "00007"),
        ('"INV-"0000', 12, "INV-0012"),
        ("\\K000", 5, "K005"),
        ("000", 12345, "12345"),
        ("00000", 1.5, "1.5"),
        ("0", 7, "7"),
        ("0.00", 7, "7"),
        ('"x "0', 7, "7"),
    ],
)
def test_a_key_has_the_zeros_that_its_cell_shows(
    tmp_path: Path, shown: str, value: float, text: str
) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, ["id", "name", "amount"])
        added.write(1, 0, value, made.add_format({"num_format": shown}))
        added.write_row(1, 1, ["a", 1])

    assert land_sheet(book(tmp_path / "b.xlsx", fill))[1] == [(2, text, "a", "1")]


def test_an_old_workbook_shows_zeros_too(tmp_path: Path) -> None:
    rows = [["id", "name", "amount"], [Shown(7, "00000"), "a", 5]]
    assert old(tmp_path, xls(rows))[1] == [(2, "00007", "a", "5")]


def test_a_currency_shown_in_a_cell_is_one_that_amounts_are_read_in() -> None:
    template = Path("sql/staging/parse.sql.j2").read_text(encoding="utf-8")
    assert f"set codes = '{CURRENCIES}'" in template


def old(folder: Path, data: bytes) -> tuple[Landed, Rows]:
    path = folder / "b.xls"
    path.write_bytes(data)
    return land_sheet(path)


def test_an_old_workbook_shows_percent_cells_too(tmp_path: Path) -> None:
    head = ["id", "name", "amount"]
    rows = [head, ["K", "a", Shown(0.6, "0.00%")], ["K", "b", Shown(0.6, '0.0"%"')],
            ["K", "c", Shown(-0.125, "0%;[Red]-0%")]]  # fmt: skip
    landed, found = old(tmp_path, xls(rows, several=[0.5, 0.25, 0.07]))
    assert found == [
        (2, "K", "a", "60%"), (3, "K", "b", "0.6"), (4, "K", "c", "-12.5%"),
        (5, "50%", "25%", "7%"),
    ]  # fmt: skip
    assert landed.notes == {}


def test_an_old_workbook_s_errors_and_hidden_rows_are_told(tmp_path: Path) -> None:
    rows = [["id", "name", "amount"], ["K0", "a", Shown(7, None)], ["K1", Shown(42, None), 5]]
    landed, found = old(tmp_path, xls(rows, hidden=[2]))
    assert found == [(2, "K0", "a", "#DIV/0!"), (3, "K1", "#N/A", "5")]
    assert landed.notes["error_cells"] == 2
    assert landed.notes["hidden_rows"] == {"line": 3, "count": 1}


def test_hidden_rows_are_read_and_noted(tmp_path: Path) -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        for number, row in enumerate(
            [["id", "name", "amount"], *(["K", "a", n] for n in range(4))]
        ):
            added.write_row(number, 0, row)
        added.set_row(2, None, None, {"hidden": True})
        added.set_row(4, None, None, {"hidden": True})

    landed, rows = land_sheet(book(tmp_path / "b.xlsx", fill))
    assert len(rows) == 4
    assert landed.notes["hidden_rows"] == {"line": 3, "count": 2}


@pytest.mark.parametrize("is_old", [False, True])
def test_days_of_a_workbook_that_counts_from_1904_are_the_days_they_show(
    tmp_path: Path, is_old: bool
) -> None:
    """44866 days after 1 January 1904 are 2 November 2026; from 1899 they would be in 2022."""
    head = ["receipt_id", "customer_id", "received_date", "amount"]
    cells: list[object] = ["R1", "K1", 44866, 44866]

    def fill(made: xlsxwriter.Workbook) -> None:
        added = made.add_worksheet()
        added.write_row(0, 0, head)
        added.write_row(1, 0, cells)
        added.write_row(2, 0, ["R2", "K1"])
        shown = made.add_format({"num_format": "yyyy-mm-dd"})
        added.write_datetime(2, 2, dt.datetime(2026, 11, 2), shown)
        added.write(2, 3, 5)

    exports = Exports(tmp_path)
    if is_old:
        data = xls([head, cells, ["R2", "K1", Shown(44866, "yyyy-mm-dd"), 5]], is_1904=True)
        (tmp_path / "canonical" / "receipt.xls").write_bytes(data)
    else:
        book(tmp_path / "canonical" / "receipt.xlsx", fill, date_1904=True)
    exports.stage("receipt", unlisted=["customer"])
    day = dt.date(2026, 11, 2)
    assert exports.rows("receipt", "received_date", "amount") == [(day, 44866), (day, 5)]
