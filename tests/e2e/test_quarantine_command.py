"""The quarantine for the person who must set the rows right; contacts of others stay hidden."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import duckdb
import pytest
from python_calamine import load_workbook

from pipelines.books.quarantine import masked
from pipelines.cli.main import main
from pipelines.cli.options import login_name
from pipelines.sources.contract import contact_columns
from pipelines.warehouse.duck import open_warehouse
from pipelines.warehouse.published import write_published_copy
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import ROOT


@pytest.fixture
def attain(
    sample_company: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):  # type: ignore[no-untyped-def]
    """Calls `attain quarantine` on the sample company; exit code, what it said, complaints."""

    def call(*words: object) -> tuple[int, str, str]:
        told = ["attain", "quarantine", "-w", str(sample_company.root), *map(str, words)]
        monkeypatch.setattr(sys, "argv", told)
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def contacts() -> set[str]:
    """Phones and addresses of the sample company's leads, as its export has them."""
    path = ROOT / "data" / "raw" / "crm" / "线索.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    return {row[name] for row in rows for name in ("电话", "邮箱") if row.get(name)}


def test_it_lists_what_is_wrong_in_words_with_file_line_and_owner(attain) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = attain("--table", "lead", "--rule", "not_a_date", "--limit", 1)
    assert code == 0
    assert "data/raw/crm/线索.csv line 81: '2025-13-05 10:00' created_at is not a date" in out
    assert "more: --limit, --table, --owner, --xlsx" in out
    _, chinese, _ = attain("--table", "lead", "--rule", "not_a_date", "--limit", 1, "--lang", "zh")
    assert "created_at 不是日期" in chinese


def test_its_rows_are_those_asked_for(attain) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = attain("--owner", "E054", "--json")
    rows = json.loads(out)
    assert rows
    assert {row["owner_id"] for row in rows} == {"E054"}
    _, out, _ = attain("--file", "线索", "--json")
    assert {row["table_name"] for row in json.loads(out)} == {"lead"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--table", "leed"), "--table 'leed': no such table (did you mean lead?)."),
        (("--rule", "not_a_dat"), "--rule 'not_a_dat': no such rule (did you mean not_a_date?)."),
        (("--owner", "X1"), "--owner 'X1' has nothing in quarantine"),
        (("--xlsx", "rows.csv"), "rows.csv: the list is written as .xlsx; give a name that ends"),
    ],
)
def test_a_wrong_word_is_one_sentence(attain, words: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    code, _, err = attain(*words)
    assert code == 2
    assert err.strip().startswith(said)
    assert len(err.strip().splitlines()) == 1


def test_the_workbook_holds_every_row_with_its_own_fields(attain, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "rows.xlsx"
    _, listed, _ = attain("--json")
    code, _, _ = attain("--xlsx", path)
    assert code == 0
    book = load_workbook(str(path))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert sum(len(rows) - 1 for rows in sheets.values()) == len(json.loads(listed))
    head, first = sheets["lead"][0], sheets["lead"][1]
    row = dict(zip(head, first, strict=True))
    assert row["file"].endswith("crm/线索.csv")
    assert row["线索编号"].startswith("LD-")
    assert row["电话"].endswith("***")


def test_contacts_are_shown_to_the_logins_that_policy_names(  # type: ignore[no-untyped-def]
    attain, sample_company: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = contacts()
    _, hidden, _ = attain("--table", "lead", "--json")
    _, refused, said = attain("--table", "lead", "--reader", "rep", "--json")
    _, named, why = attain("--table", "lead", "--reader", "sales_ops", "--json")
    assert not [text for text in known if text in hidden + refused + named]
    assert "contacts are masked: policy/quality.yaml shows them to sales_ops, sdr" in said
    assert f"does not name {login_name()} as sales_ops (contact.logins)" in why
    own = sample_company.root / "policy" / "quality.yaml"
    before = own.read_text(encoding="utf-8") if own.exists() else None
    own.parent.mkdir(exist_ok=True)
    own.write_text(
        f"contact: {{shown_to: [sales_ops, sdr], logins: {{{login_name()}: sales_ops, x: sdr}}}}",
        encoding="utf-8",
    )
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "x")  # a word, and no right
    try:
        _, shown, _ = attain("--table", "lead", "--reader", "sales_ops", "--json")
        _, other, _ = attain("--table", "lead", "--reader", "sdr", "--json")
    finally:
        if before is None:
            own.unlink()
        else:
            own.write_text(before, encoding="utf-8")
    assert [text for text in known if text in shown]
    assert not [text for text in known if text in other]


def test_no_published_table_holds_a_contact(sample_company: Workspace, tmp_path: Path) -> None:
    known, copy = contacts(), tmp_path / "attain.duckdb"
    with open_warehouse(sample_company.warehouse) as warehouse:
        write_published_copy(warehouse, copy, contact_columns())
    with duckdb.connect(str(copy), read_only=True) as con:
        columns = con.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where data_type = 'VARCHAR'"
        ).fetchall()
        con.execute(
            "create temp table known as select unnest(?::varchar[]) as contact", [sorted(known)]
        )
        for schema, table, column in columns:
            found = con.execute(
                f'select "{column}" from {schema}."{table}" '
                f'where "{column}" in (select contact from known) limit 1'
            ).fetchone()
            assert found is None, f"{schema}.{table}.{column}: {found}"
        found = con.execute(
            "select string_agg(raw_row) from mart.quarantine where table_name = 'lead'"
        ).fetchone()
    assert found is not None
    assert not [contact for contact in known if contact in found[0]]
    assert "***" in found[0]


def test_what_is_masked_still_says_that_there_is_something() -> None:
    assert masked("13800005129") == "1***"
