"""The files look like exports of real systems, and `sources/` knows every header in them."""

from __future__ import annotations

import csv
import zipfile
from decimal import Decimal

import pytest
import yaml
from python_calamine import CalamineWorkbook

from pipelines.sample.layout import EXPORTS, Export
from tests.support.laboratory import ROOT
from tests.support.sample_files import Sample

SOURCES = ROOT / "sources"
SHEETS = [export for export in EXPORTS if export.sheet is not None]


def test_the_customer_file_is_gb18030_and_no_utf8(sample: Sample) -> None:
    raw = (sample.root / "crm" / "客户.csv").read_bytes()
    assert raw.decode("gb18030").startswith("客户编号,客户名称")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_the_deal_file_begins_with_a_byte_order_mark(sample: Sample) -> None:
    assert (sample.root / "crm" / "商机.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (sample.root / "crm" / "线索.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_contract_amounts_have_thousands_separators_in_quotes(sample: Sample) -> None:
    text = (sample.root / "crm" / "合同.csv").read_text(encoding="utf-8")
    assert text.count('"') > 500
    assert all(
        "," in row["不含税金额"]
        for row in sample.clean("contract")
        if Decimal(row["不含税金额"].replace(",", "")) >= 1000
    )


@pytest.mark.parametrize("export", SHEETS, ids=lambda export: export.stem)
def test_a_sheet_has_a_title_a_two_row_header_and_a_total(export: Export, sample: Sample) -> None:
    assert export.sheet is not None
    book = CalamineWorkbook.from_path(sample.root / export.workbook_path)
    rows = book.get_sheet_by_name(export.stem).to_python(skip_empty_area=False)
    assert rows[0][0] == export.sheet.title
    grouped = {leaf for leaves in export.sheet.groups.values() for leaf in leaves}
    for upper, lower in zip(rows[1], rows[2], strict=True):
        assert (lower in grouped) or (upper and not lower)
    if not export.sheet.totals:
        assert rows[-1][0] != "合计"
        return
    assert rows[-1][0] == "合计"
    header = [lower or upper for upper, lower in zip(rows[1], rows[2], strict=True)]
    for column in export.sheet.totals:
        place = header.index(column)
        shown = sum(
            (Decimal(str(row[place])) for row in rows[3:-1] if isinstance(row[place], float)),
            Decimal(0),
        )
        assert Decimal(str(rows[-1][place])) == shown.quantize(Decimal("0.01"))


def test_a_sheet_mixes_real_dates_with_text_dates(sample: Sample) -> None:
    book = CalamineWorkbook.from_path(sample.root / "erp" / "发票.xlsx")
    row = book.get_sheet_by_name("发票").to_python(skip_empty_area=False)[3]
    assert not isinstance(row[6], str)  # 开票日期
    assert isinstance(row[7], str)  # 到期日


def test_no_cell_is_a_formula(sample: Sample) -> None:
    for path in sample.root.glob("erp/*.xlsx"):
        with zipfile.ZipFile(path) as book:
            sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            assert sheets
            assert not any(b"<f>" in book.read(name) for name in sheets)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.table)
def test_the_source_file_maps_every_header(export: Export, sample: Sample) -> None:
    path = SOURCES / f"{export.system}_{export.table}.yaml"
    source = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert source["source"] == path.stem
    assert (source["system"], source["table"]) == (export.system, export.table)
    assert export.csv_path in source["files"]
    if export.sheet is not None:
        assert export.workbook_path in source["files"]
        assert source["sheet"] == export.stem
    mapped = {
        column["from"] if isinstance(column, dict) else column
        for column in source["columns"].values()
    }
    assert mapped == set(next(iter(sample.lines(export.table).values())))


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.table)
def test_every_clean_value_of_a_mapped_column_is_in_its_map(export: Export, sample: Sample) -> None:
    source = yaml.safe_load(
        (SOURCES / f"{export.system}_{export.table}.yaml").read_text(encoding="utf-8")
    )
    for canonical, column in source["columns"].items():
        if not isinstance(column, dict) or "map" not in column:
            continue
        mapping = column["map"]
        if isinstance(mapping, str):
            if mapping == "event_value":
                continue
            mapping = source["maps"][mapping]
        found = {row[column["from"]] for row in sample.clean(export.table)} - {""}
        assert found <= set(mapping), canonical
        assert set(mapping) - found <= {"支票", "已作废", "草稿", "已取消", "事假", "不计入"}


def test_csv_files_have_the_same_number_of_fields_on_every_line(sample: Sample) -> None:
    for export in EXPORTS:
        if export.sheet is None:
            path = sample.root / export.csv_path
            with path.open(encoding=export.encoding, newline="") as handle:
                assert len({len(row) for row in csv.reader(handle)}) == 1, path
