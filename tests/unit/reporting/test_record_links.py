"""A deal leads to its record in the CRM, where the source file says what its address is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.reporting.model.page import Page, Table
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS
from pipelines.sources.contract import canonical_tables
from tests.support.pages.small_company import TABLES
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace

ADDRESS = "https://crm.example.com/deals/{id}/view?tab=1&new=0"
OF_INVOICES = "https://erp.example.com/documents/{id}"


def mapped(root: Path, table: str, address: str, text: str) -> None:
    """An export of one table whose source file says where its records are shown."""
    (root / "mapped").mkdir(exist_ok=True)
    (root / "mapped" / f"{table}.csv").write_text(text, encoding="utf-8")
    named = set(text.partition("\n")[0].split(",")) & set(canonical_tables()[table].exported)
    (root / "sources").mkdir(exist_ok=True)
    (root / "sources" / f"{table}.yaml").write_text(
        f"source: {table}\nsystem: crm\ntable: {table}\nfiles: [{table}.csv]\n"
        f"record_url: {address}\ncolumns:\n" + "".join(f"  {c}: {c}\n" for c in sorted(named)),
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Page]]:
    root = tmp_path_factory.mktemp("linked") / "ws"
    linked = ("opportunity", "invoice")
    small_workspace(root, {name: text for name, text in TABLES.items() if name not in linked})
    with (root / "attain.yaml").open("a", encoding="utf-8") as settings:
        settings.write("  - {path: mapped, format: mapped}\n")
    mapped(root, "opportunity", ADDRESS, TABLES["opportunity"].replace("D2,", "D/2 & co,"))
    mapped(root, "invoice", OF_INVOICES, TABLES["invoice"])
    with opened(compute(root)) as con:
        return {name: list(report.build(con, SUNDAY)) for name, report in REPORTS.items()}


def tables(pages: dict[str, list[Page]]) -> Iterator[tuple[Page, str, Table]]:
    for report in pages.values():
        for page in report:
            for section in page.sections:
                if section.table is not None:
                    yield page, section.id, section.table


def test_deals_and_invoices_lead_to_their_record_and_nothing_else_does(
    pages: dict[str, list[Page]],
) -> None:
    leading: dict[tuple[str, str], set[str]] = {}
    for page, section, table in tables(pages):
        for row in (*table.rows, *table.rest):
            if row.record_url is not None:
                assert row.role == "row"
                leading.setdefault((page.report, section), set()).add(row.record_url)
    deals = {("director_weekly", "deals"), ("rep_weekly", "pipeline"), ("team_weekly", "deals")}
    invoices = {(name, "invoices") for name in ("rep_weekly", "region_weekly", "team_weekly")}
    assert deals | invoices <= leading.keys()
    for (report, section), urls in leading.items():
        of_deals = all(url.startswith("https://crm.example.com/deals/D") for url in urls)
        of_invoices = all(
            url.startswith("https://erp.example.com/documents/") and url.endswith("-1")
            for url in urls
        )
        assert of_invoices if section == "invoices" else of_deals, (report, section)


def test_the_link_is_written_safely_and_opens_a_window_of_its_own(
    pages: dict[str, list[Page]],
) -> None:
    page = next(
        page
        for page, _, table in tables(pages)
        if page.report == "rep_weekly"
        and any(row.record_url and "co" in row.record_url.split("/")[4] for row in table.rows)
    )
    written = render(page, "en")
    assert (
        'href="https://crm.example.com/deals/D%2F2%20%26%20co/view?tab=1&amp;new=0" '
        'target="_blank" rel="noopener noreferrer"'
    ) in written


def test_a_published_model_read_back_leads_there_too(pages: dict[str, list[Page]]) -> None:
    for page, section, table in tables(pages):
        if any(row.record_url for row in table.rows):
            again = Page.model_validate_json(page.model_dump_json())
            read = next(s.table for s in again.sections if s.id == section)
            assert read is not None
            assert [row.record_url for row in read.rows] == [row.record_url for row in table.rows]
            assert read.record_at == table.record_at
