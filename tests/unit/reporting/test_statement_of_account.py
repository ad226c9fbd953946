"""A customer's statement: every cent is of one of their documents, and it ends at what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from pipelines.errors import UserError
from pipelines.policy.receivables import Receivables
from pipelines.reporting.account.account import Account, Statement, read_statement
from pipelines.reporting.account.letter import letter, write_statement
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.workspace import Label, Workspace
from tests.support.books import Books, computed
from tests.support.commands import in_shell
from tests.support.laboratory import shipped

POLICY = shipped()[1].receivables
COMPANY = Label(zh="海岳", en="Haiyue")
TABLES = ("core.open_item_bucket_span", "core.fct_settlement", "core.dim_customer")
UNTIL = dt.date(2026, 10, 31)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """K's: invoices paid in two, one that came back, credited, written off, and one abroad."""
    books = Books().person("E1", "rep")
    books.add(
        "customer", {"customer_id": "L", "name": "K"}, {"customer_id": "M", "name": "Lone <b>"}
    )
    books.invoice("I1", "E1", "2026-08-10", 1000, due_date="2026-09-10")
    books.cash("R1", "I1", "2026-08-20", 400).cash("R2", "I1", "2026-10-05", 600)
    books.invoice("I2", "E1", "2026-10-01", "200.55", due_date="2026-10-02")
    books.cash("R3", "I2", "2026-10-06", "200.55", bounced_date="2026-10-09")
    books.invoice("I3", "E1", "2026-10-07", 300)
    books.invoice("C3", "E1", "2026-10-08", -50, kind="credit_note", references_invoice_id="I3")
    books.invoice("I4", "E1", "2026-10-07", 70)
    books.add("write_off", {"invoice_id": "I4", "written_off_date": "2026-10-20", "amount": 70})
    books.add("receipt", {"receipt_id": "R5", "customer_id": "K", "received_date": "2026-10-30",
                          "cleared_date": "2026-10-30", "amount": 25})  # fmt: skip
    books.invoice("U1", "E1", "2026-10-03", 900, currency="USD", due_date="2026-12-03")
    books.add("fx_rate", {"currency": "USD", "rate_date": "2026-10-01", "rate_to_base": "7.1"})
    root = tmp_path_factory.mktemp("account") / "ws"
    books.write(root)
    with computed(root, "2026-10-31", TABLES) as session:
        yield session.warehouse


def statement(
    warehouse: Warehouse, since: str | None = None, until: str | None = None
) -> Statement:
    first, last = (dt.date.fromisoformat(text) if text else None for text in (since, until))
    return read_statement(warehouse, "K", first, last, POLICY)


def lines(account: Account) -> list[tuple[str, str, str, D]]:
    return [(str(m.day), m.kind, m.document_id, m.amount) for m in account.movements]


def test_movements_lead_from_the_opening_to_what_is_open(warehouse: Warehouse) -> None:
    cny, usd = statement(warehouse).accounts
    assert (cny.currency, cny.opening) == ("CNY", 600)
    assert lines(cny) == [
        ("2026-10-01", "invoice", "I2", D("200.55")),
        ("2026-10-05", "receipt", "R2", D(-600)),
        ("2026-10-06", "receipt", "R3", D("-200.55")),
        ("2026-10-07", "invoice", "I3", D(300)),
        ("2026-10-07", "invoice", "I4", D(70)),
        ("2026-10-08", "credit_note", "C3", D(-50)),
        ("2026-10-09", "bounce", "R3", D("200.55")),
        ("2026-10-20", "write_off", "I4", D(-70)),
        ("2026-10-30", "receipt", "R5", D(-25)),
    ]
    assert cny.closing == D("425.55") == sum(item.amount for item in cny.items)
    assert sum(left for _, left in cny.buckets) == cny.closing
    assert (usd.currency, usd.opening, lines(usd), usd.closing) == (
        "USD", 0, [("2026-10-03", "invoice", "U1", D(900))], 900,
    )  # fmt: skip


def test_an_earlier_day_knows_nothing_of_what_came_later(warehouse: Warehouse) -> None:
    (cny,) = statement(warehouse, "2026-08-01", "2026-09-30").accounts
    assert lines(cny) == [
        ("2026-08-10", "invoice", "I1", D(1000)), ("2026-08-20", "receipt", "R1", D(-400)),
    ]  # fmt: skip
    assert [(item.document_id, item.amount) for item in cny.items] == [("I1", 600)]


@pytest.mark.parametrize(
    ("customer", "since", "until", "said"),
    [
        ("KK", None, None, "No customer has the id or the name 'KK'"),
        ("K", "2026-11-01", None, "--from 2026-11-01 lies after --as-of 2026-10-31."),
        ("K", None, "2026-11-30", "2026-11-30 has not been computed: the tables stand"),
        ("M", None, "2026-08-09", "2026-08-09 lies before the first document of the exports"),
        ("K", None, "0001-01-01", "(2026-08-10): what was open then is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_one_sentence(
    warehouse: Warehouse, customer: str, since: str | None, until: str | None, said: str
) -> None:
    first, last = (dt.date.fromisoformat(text) if text else None for text in (since, until))
    with pytest.raises(UserError) as error:
        read_statement(warehouse, customer, first, last, POLICY)
    assert said in error.value.message


def test_a_customer_is_found_by_name_and_two_of_one_name_are_not_guessed(
    warehouse: Warehouse,
) -> None:
    assert read_statement(warehouse, "Lone <b>", None, None, POLICY).customer_id == "M"
    assert (
        read_statement(warehouse, "K", None, None, POLICY).customer_id == "K"
    )  # an id comes first
    warehouse.con.execute(
        "update core.dim_customer set name = 'twin' where customer_id in ('L', 'M')"
    )
    with pytest.raises(UserError, match="2 customers are called 'twin': L, M"):
        read_statement(warehouse, "twin", None, None, POLICY)
    warehouse.con.execute(
        "update core.dim_customer set name = if(customer_id = 'L', 'K', 'Lone <b>') "
        "where customer_id in ('L', 'M')"
    )


def test_without_any_document_nobody_s_account_is_settled(tmp_path: Path) -> None:
    """The exports are missing: nothing is known, which is not nothing owed."""
    Books().person("E1", "rep").write(tmp_path)
    with computed(tmp_path, "2026-10-31", TABLES) as session, pytest.raises(UserError) as error:
        read_statement(session.warehouse, "K", None, None, POLICY)
    assert "No invoice, credit note or receipt" in error.value.message
    assert "attain check" in error.value.message


@pytest.mark.parametrize("asked", [" K ", "\tK", "K\n"])
def test_a_customer_is_found_with_blanks_around(warehouse: Warehouse, asked: str) -> None:
    assert read_statement(warehouse, asked, None, None, POLICY).customer_id == "K"


HOSTILE = ("../../evil/..\\x", "-rf", "/etc/passwd", "CON", "a\0b", "..", "x" * 300, '甲/乙:*?"<>|')


@pytest.mark.parametrize("customer", HOSTILE)
def test_an_id_that_is_hostile_to_file_names_stays_in_the_folder(
    warehouse: Warehouse, tmp_path: Path, customer: str
) -> None:
    of = replace(statement(warehouse), customer_id=customer)
    folder = tmp_path / "out"
    files = write_statement(of, COMPANY, POLICY, folder)
    assert sorted(folder.iterdir()) == sorted(files)
    assert [file.parent for file in files] == [folder] * 4
    assert sorted(tmp_path.iterdir()) == [folder]
    for file in files:
        assert not file.name.startswith(("-", "."))
        assert not set(file.name) & set('/\\:*?"<>|\0')


def test_a_customer_without_a_document_has_a_settled_account(warehouse: Warehouse) -> None:
    found = read_statement(warehouse, "M", None, None, POLICY)
    assert [(a.currency, a.opening, a.closing) for a in found.accounts] == [("CNY", 0, 0)]
    text = letter(found, COMPANY, POLICY, "en")
    assert "The account is settled." in text and "Lone &lt;b&gt;" in text


def test_the_letter_asks_for_what_is_open_and_says_where_to_pay(warehouse: Warehouse) -> None:
    bank = {"bank": [{"zh": "银行 1", "en": "Bank 1"}], "note": {"zh": "谢谢", "en": "Thank you"}}
    policy = Receivables.model_validate({**POLICY.model_dump(), "account_statement": bank})
    text = letter(statement(warehouse), COMPANY, policy, "en")
    for part in ("Bank 1", "Thank you", "Account in", "425.55", "200.55", "900.00", "not due"):
        assert part in text, part
    assert text.count("<table>") == 6
    assert "银行 1" in letter(statement(warehouse), COMPANY, policy, "zh")
    assert "http" not in text  # nothing is loaded from anywhere
    by_document = policy.model_copy(
        update={"ageing": policy.ageing.model_copy(update={"by": "document_date"})}
    )
    text = letter(statement(warehouse), COMPANY, by_document, "en")
    assert "by days since the document" in text


def test_page_and_workbook_say_the_same_and_nothing_is_written_over(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    files = write_statement(statement(warehouse), COMPANY, POLICY, folder)
    assert [file.name for file in files] == [
        f"K_2026-10-31.{end}" for end in ("zh.html", "zh.xlsx", "en.html", "en.xlsx")
    ]
    assert sorted(folder.iterdir()) == sorted(files)
    rows: list[list[Any]] = load_workbook(str(files[3])).get_sheet_by_index(0).to_python()
    balances = [row[-1] for row in rows if isinstance(row[-1], (int, float))]
    assert (balances[0], balances[-1]) == (600, 425.55)
    again = {file: file.read_bytes() for file in files}
    with pytest.raises(UserError, match="is there already"):
        write_statement(statement(warehouse), COMPANY, POLICY, folder)
    write_statement(statement(warehouse), COMPANY, POLICY, folder, replace=True)
    assert {file: file.read_bytes() for file in files} == again


def test_of_every_customer_of_the_sample_the_movements_end_at_what_is_open(sample: Any) -> None:
    warehouse = Warehouse(sample, Path("sample"))
    customers = [row["customer_id"] for row in warehouse.rows("select * from core.dim_customer")]
    assert len(customers) > 300
    for until in (dt.date(2026, 11, 15), dt.date(2026, 8, 31)):
        open_accounts = 0
        for customer in customers:
            for account in read_statement(warehouse, customer, None, until, POLICY).accounts:
                left = sum((item.amount for item in account.items), D(0))
                assert account.closing == left, (customer, until, account.currency)
                open_accounts += account.closing != 0
        assert open_accounts > 50


def test_what_is_past_due_is_what_is_overdue_on_the_pages(sample: Any) -> None:
    """In the documents' currency; a customer whose documents are all in base currency."""
    warehouse = Warehouse(sample, Path("sample"))
    (row,) = warehouse.rows(
        "select customer_id, sum(open_amount_base) as overdue from mart.receivable_item "
        "where is_overdue group by customer_id "
        "having min(currency) = 'CNY' and max(currency) = 'CNY' order by overdue desc limit 1"
    )
    found = read_statement(warehouse, row["customer_id"], None, None, POLICY)
    assert found.accounts[0].overdue == row["overdue"] > 0


def test_the_command_writes_it(sample_company: Workspace, tmp_path: Path) -> None:
    said = in_shell(
        "statement-of-account", "CUST-000404", "-w", sample_company.root,
        "--from", "2026-06-01", "--out", tmp_path / "out",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert said.out.startswith("CNY ") and said.out.count("CUST-000404_2026-11-15") == 4
    assert len(list((tmp_path / "out").iterdir())) == 4
    said = in_shell("statement-of-account", "CUST-00404", "-w", sample_company.root)
    assert said.code == 2
    assert said.last.startswith("No customer has the id or the name 'CUST-00404' (did you mean")
