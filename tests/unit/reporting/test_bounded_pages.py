"""Pages of a large company: no more lines than are read, one page in memory at a time."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace

from python_calamine import load_workbook

from pipelines.reporting.model.book import Book, Sheet, columns
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.tables import HELD_ROWS, count, table
from pipelines.reporting.model.values import verbatim
from pipelines.reporting.publish.build import write_pages
from pipelines.reporting.publish.render import Look
from pipelines.reporting.publish.store import PageStore
from pipelines.reporting.statement import lines as statement_lines
from pipelines.reporting.statement import page as statement
from tests.support.pages.reading import EN, column


def line(source_id: str, amount: str, payee_id: str = "E1") -> SimpleNamespace:
    return SimpleNamespace(
        payee_id=payee_id, ledger="earned", is_correction=False, source_kind="invoice",
        source_id=source_id, invoice_id=None, credit_date=None, component_id="c", label_zh="甲",
        label_en="A", credit_amount=D(1), is_of_units=False, tier_from=None, tier_to=None,
        rate=None, amount=D(amount), cause=None,
    )  # fmt: skip


def test_the_largest_lines_are_shown_in_their_order_and_the_total_is_of_all(monkeypatch) -> None:
    monkeypatch.setattr(statement_lines, "LINES_SHOWN", 2)
    section = statement_lines.lines_section(
        [line("I1", "5"), line("I2", "1"), line("I3", "-9"), line("I4", "2")]  # type: ignore[list-item]
    )
    assert [EN.text(cell) for cell in column(section, "document")] == ["I1", "I3"]
    assert EN.text(section.what[1]) == (
        "The 2 largest of 4 lines; all of them stand in the workbook, totals are of all"
    )
    assert section.table.rows[-1].cells[7].amount == D(-1)


def test_a_page_with_few_lines_shows_all_and_says_nothing_of_it() -> None:
    section = statement_lines.lines_section([line("I1", "5"), line("I2", "1")])  # type: ignore[list-item]
    assert len(column(section, "document")) == 2
    assert len(section.what) == 1


def test_lines_find_their_payee_whoever_else_has_some_or_none() -> None:
    rows = [line("I1", "1", "E1"), line("I2", "2", "E1"), line("I3", "3", "E3")]
    of = statement.by_payee(iter(rows))  # type: ignore[arg-type]
    found = {payee: [row.source_id for row in of(payee)] for payee in ("E0", "E1", "E2", "E4")}
    assert found == {"E0": [], "E1": ["I1", "I2"], "E2": [], "E4": []}


def test_pages_are_kept_with_their_workbooks_and_read_as_often_as_one_likes(
    tmp_path: Path, pages
) -> None:
    first, second = pages["rep_weekly"][:2]
    first = first.model_copy(update={"reader": first.reader.model_copy(update={"id": "E.1"})})
    sheet = Sheet("s", verbatim("S"), columns("document:text amount:money"), lambda: [("I1", D(5))])
    book = Book(title=verbatim("B"), sheets=(sheet,), currency="CNY", year=2026)
    store = PageStore(tmp_path / "kept", iter([first.model_copy(update={"book": book}), second]))
    for _ in range(2):
        again = list(store)
        assert [page.to_json() for page in again] == [first.to_json(), second.to_json()]
        assert again[0].book is None
    assert len(store) == 2
    out = tmp_path / "out"
    store.put_beside(out)
    for language in ("zh", "en"):
        path = out / first.stem.parent / f"{first.period.key}.{language}.xlsx"
        assert ["I1", 5] in load_workbook(str(path)).get_sheet_by_index(0).to_python()


def with_rows(page: Page, rows: int) -> Page:
    """The page with one section more, of which the first two rows stand on it."""
    section = page.sections[0].model_copy(
        update={
            "id": "many", "chart": None, "table_open": True, "no_data_reason": None,
            "table": table(
                "document:text n:count",
                [(verbatim(f"D{i:03}"), count(i)) for i in range(rows)],
                total=(verbatim("all"), count(sum(range(rows)))),
                first=2,
            ),
        }
    )  # fmt: skip
    return page.model_copy(update={"sections": (*page.sections, section)})


def test_all_rows_of_a_table_that_shows_the_first_stand_on_a_page_of_their_own(
    tmp_path: Path, pages
) -> None:
    page = with_rows(pages["rep_weekly"][0], 5)
    write_pages(tmp_path, [page], Look())
    for language, said in (("en", "All"), ("zh", "全部")):
        text = (tmp_path / page.beside(f"{language}.html")).read_text(encoding="utf-8")
        assert "D001" in text and "D002" not in text
        link = f'{page.period.key}/rows.many.{language}.html">{said} '
        assert link in text
        rows = (tmp_path / page.stem / f"rows.many.{language}.html").read_text(encoding="utf-8")
        assert all(rows.count(f"D{i:03}") == 1 for i in range(5))
        assert rows.count('class="total neutral"') == 1
        assert f'href="../{page.period.key}.{language}.html' in rows
    assert "D002" not in (tmp_path / page.beside("json")).read_text(encoding="utf-8")


def test_a_page_of_all_rows_is_bounded_and_says_where_the_others_stand(
    tmp_path: Path, pages
) -> None:
    page = with_rows(pages["rep_weekly"][0], HELD_ROWS + 50)
    write_pages(tmp_path, [page], Look())
    text = (tmp_path / page.beside("en.html")).read_text(encoding="utf-8")
    assert (
        'The first <span data-value="200">200</span> of <span data-value="250">250</span>' in text
    )
    rows = (tmp_path / page.stem / "rows.many.en.html").read_text(encoding="utf-8")
    assert "D199" in rows and "D200" not in rows
    assert "The others stand in the published database" in rows


def test_a_table_that_shows_all_its_rows_leads_nowhere(tmp_path: Path, pages) -> None:
    page = with_rows(pages["rep_weekly"][0], 2)
    write_pages(tmp_path, [page], Look())
    assert "rows.many" not in (tmp_path / page.beside("en.html")).read_text(encoding="utf-8")
    assert not (tmp_path / page.stem / "rows.many.en.html").exists()
