"""The page behind a figure: its value, its definition and its rows, for the page's reader alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import duckdb
import pytest

from pipelines.explain.explain import explain
from pipelines.reporting.drilldown import drilldown as module
from pipelines.reporting.drilldown.drilldown import ROWS_SHOWN, drilldown, drilldowns
from pipelines.reporting.drilldown.page import Drilldown
from pipelines.reporting.drilldown.rows import Names, column_label
from pipelines.reporting.language.speaker import catalogue as words_of
from pipelines.reporting.model.page import Asked, Page, Quality
from pipelines.reporting.model.values import Count, Verbatim, message, verbatim
from pipelines.reporting.publish.build import Edition, write_build
from pipelines.reporting.publish.render import NOTICE_END, NOTICE_START, render_drilldown
from pipelines.warehouse.duck import Warehouse
from tests.support.laboratory import shipped
from tests.support.pages.warehouses import SUNDAY, opened

CATALOGUE = shipped()[1].catalogue
VALUES = re.compile(r'data-value="([^"]*)"')
NAMED = ("director_weekly", "finance", "rep_weekly", "sales_ops")


@pytest.fixture(scope="module")
def warehouse(sample_warehouse: Path) -> Iterator[Warehouse]:
    with opened(sample_warehouse) as con:
        yield Warehouse(con, sample_warehouse)


@pytest.fixture(scope="module")
def behind(warehouse: Warehouse, pages: dict[str, list[Page]]) -> dict[str, list[Drilldown]]:
    return {name: drilldowns(warehouse, CATALOGUE, pages[name])[0] for name in NAMED}


def column(found: Drilldown, name: str) -> list[object]:
    assert found.rows is not None
    place = [column.id for column in found.rows.columns].index(name)
    return [row.cells[place] for row in found.rows.rows]


def figures(behind: dict[str, list[Drilldown]], report: str, kpi_id: str) -> Drilldown:
    return next(one for one in behind[report] if one.asked.kpi_id == kpi_id)


def opened_by_hand(warehouse: Warehouse, page: Page, kpi_id: str, period: str) -> Drilldown:
    """A figure no tile shows, as if one did."""
    asked = Asked(kpi_id=kpi_id, scope="company", period=period)
    found = explain(warehouse, CATALOGUE, kpi_id, "company", period, ROWS_SHOWN)
    return drilldown(page, page.tiles[0], asked, found, CATALOGUE, Names())


def test_every_tile_with_a_figure_of_the_catalogue_opens(behind, pages) -> None:
    for name, found in behind.items():
        asked = [(p.stem, t.asked.kpi_id) for p in pages[name] for t in p.tiles if t.asked]
        assert [(one.stem.parent, one.asked.kpi_id) for one in found] == asked
    company = [one.asked.kpi_id for one in behind["director_weekly"]]
    assert company == ["contract_amount", "collections", "quota_attainment", "win_rate_count",
                       "pipeline_coverage", "overdue_rate"]  # fmt: skip


def test_what_opens_is_the_figure_of_the_tile_and_its_rows_give_it(behind, pages) -> None:
    for name in NAMED:
        tiles = {(p.stem, t.asked.kpi_id): t for p in pages[name] for t in p.tiles if t.asked}
        for one in behind[name]:
            shown = D(one.sums[0].shown.exact_text)
            assert abs(shown - D(tiles[one.stem.parent, one.asked.kpi_id].value.exact_text)) < D(
                "0.0001"
            ), one.stem
            assert one.verdict.id in ("drill.adds_up", "drill.rows", "drill.none"), one.stem


def test_what_a_tile_says_of_rows_in_quarantine_stands_on_the_page_behind_it(behind, pages) -> None:
    tiles = {(page.reader.id, tile.asked): tile for page in pages["director_weekly"]
             for tile in page.tiles}  # fmt: skip
    found = behind["director_weekly"]
    assert [one.in_question for one in found] == [
        tiles[one.reader.id, one.asked].in_question for one in found
    ]
    questioned = next(one for one in found if one.in_question is not None)
    said = render_drilldown(questioned, "en")
    above, _, _ = said.partition('<div class="sections">')
    assert "until" in above and "in quarantine" in above


def test_a_representative_opens_only_rows_of_their_own(behind) -> None:
    others = 0
    for one in behind["rep_weekly"]:
        assert one.asked.scope == f"rep:{one.reader.id}"
        if one.rows is not None:
            owners = {cell.text for cell in column(one, "owner") if isinstance(cell, Verbatim)}
            assert owners and all(owner.endswith(f" {one.reader.id}") for owner in owners)
            others += 1
    assert others > 50


def test_a_long_list_says_how_many_rows_there_are_and_how_to_have_them(behind) -> None:
    found = figures(behind, "director_weekly", "overdue_rate")
    assert found.row_count > ROWS_SHOWN == found.shown_rows
    html = render_drilldown(found, "en")
    assert f'The first <span data-value="{ROWS_SHOWN}">' in html
    assert f'<span data-value="{found.row_count}">' in html
    assert "attain explain overdue_rate --scope company --period 2026-W46 --rows" in html


def test_rows_that_count_come_before_those_that_only_divide(behind) -> None:
    cells = column(figures(behind, "director_weekly", "overdue_rate"), "numerator")
    zeros = [cell.value == 0 for cell in cells]
    assert zeros == sorted(zeros) and len(set(zeros)) == 2


def test_every_row_names_its_file_and_line(behind) -> None:
    for one in behind["director_weekly"]:
        for file, line in zip(column(one, "file"), column(one, "line"), strict=True):
            assert file.text.split("/")[0] in ("crm", "erp", "hr")
            assert line.value >= 1


def test_customers_have_a_name_and_what_is_coded_is_said(behind) -> None:
    overdue = figures(behind, "director_weekly", "overdue_rate")
    assert all(
        re.fullmatch(r"\S.* CUST-\d{6}", cell.text) for cell in column(overdue, "customer_id")
    )
    assert {cell.en for cell in column(overdue, "bucket")} & {"over 365", "1–30"}
    decided = figures(behind, "director_weekly", "win_rate_count")
    assert {cell.id for cell in column(decided, "outcome")} == {
        "coded.outcome.won", "coded.outcome.lost",
    }  # fmt: skip
    for report, found in behind.items():
        for one in found:
            html = render_drilldown(one, "en")
            coded = re.findall(r'data-label="[^"]*"><span>([a-z]+(?:_[a-z0-9]+)+)</span>', html)
            assert coded == [], (report, one.stem)


@pytest.mark.parametrize(
    ("kpi_id", "period", "computed"),
    [
        ("sales_cycle_days", "2026-Q3", "drill.percentile"),
        ("expense_ratio", "2026-Q3", "drill.derived"),
        ("overdue_rate", "2026-W46", "drill.ratio"),
        ("stale_opportunity_rate", "2026-10", "drill.ratio"),
        ("quota_attainment", "2026-Q3", "drill.divided"),
        ("dso", "2026-10", "drill.modelled"),
        ("visits", "2026-10", "drill.sum"),
    ],
)
def test_each_kind_of_kpi_says_how_its_value_follows(
    warehouse, pages, kpi_id: str, period: str, computed: str
) -> None:
    found = opened_by_hand(warehouse, pages["director_weekly"][0], kpi_id, period)
    assert computed in {term.shown.id for term in found.definition if term.shown.kind == "message"}
    assert found.rows is not None
    for language in ("zh", "en"):
        assert render_drilldown(found, language)


def test_a_formula_shows_the_figures_it_is_made_of(warehouse, pages) -> None:
    found = opened_by_hand(warehouse, pages["director_weekly"][0], "expense_ratio", "2026-Q3")
    assert found.parts is not None
    value = found.sums[0].shown.value
    spent, sold = (row.cells[1].value for row in found.parts.rows)
    assert abs(value - spent / sold) < D("0.0001")
    assert {cell.en for cell in column(found, "kpi")} <= {
        row.cells[0].en for row in found.parts.rows
    }


def test_a_balance_is_dated_by_its_day_and_a_sum_by_its_days(behind) -> None:
    assert figures(behind, "finance", "collections").when.kind == "span"
    assert figures(behind, "finance", "overdue_rate").when.kind == "day"


def test_contacts_of_people_outside_are_masked(warehouse, pages) -> None:
    page = pages["director_weekly"][0]
    found = explain(warehouse, CATALOGUE, "new_leads", "company", "2026-10", 3)
    rows = [{"phone": "13800000000", **row} for row in found.rows]
    secret = replace(found, columns=("phone", *found.columns), rows=rows)
    asked = Asked(kpi_id="new_leads", scope="company", period="2026-10")
    shown = drilldown(page, page.tiles[0], asked, secret, CATALOGUE, Names())
    html = render_drilldown(shown, "zh")
    assert "13800000000" not in html + shown.model_dump_json()
    assert column(shown, "phone") == [verbatim("1***")] * 3
    assert "联系方式已遮盖" in html


def test_both_languages_show_the_same_numbers(behind) -> None:
    for one in (*behind["director_weekly"], *behind["finance"]):
        zh, en = (sorted(VALUES.findall(render_drilldown(one, x))) for x in ("zh", "en"))
        assert zh == en and len(zh) > 3


def test_the_same_inputs_give_the_same_bytes(sample_warehouse, behind, pages) -> None:
    with opened(sample_warehouse) as con:
        con.execute("set threads to 1")
        again, _ = drilldowns(Warehouse(con, sample_warehouse), CATALOGUE, pages["finance"])
    assert [render_drilldown(one, "zh") for one in again] == [
        render_drilldown(one, "zh") for one in behind["finance"]
    ]


def test_checks_that_did_not_hold_are_said_in_words(warehouse, pages) -> None:
    page = pages["director_weekly"][0]
    found = explain(warehouse, CATALOGUE, "visits", "company", "2026-10", 1)
    checks = [
        {"check_id": "unexpected_rows:owner_id → employee", "table_name": "staging.activity",
         "severity": "warn", "status": status, "offenders": 2}
        for status in ("failed", "passed")
    ]  # fmt: skip
    asked = Asked(kpi_id="visits", scope="company", period="2026-10")
    shown = drilldown(page, page.tiles[0], asked, replace(found, checks=checks), CATALOGUE, Names())
    assert shown.checks == message("drill.checks_broken", broken=Count(value=1), n=Count(value=2))
    html = render_drilldown(shown, "en")
    assert "activities name what no export has" in html
    assert "Sales operations can put it right." in html
    assert "staging.activity" not in html.split("<details")[0]


def test_what_is_for_readers_of_sql_is_folded_and_a_balance_is_no_case(behind) -> None:
    found = figures(behind, "director_weekly", "overdue_rate")
    shown = render_drilldown(found, "en").split("<details")[0]
    assert "open past due ÷ total open" in shown
    assert "open_amount_base" not in shown and "Cases" not in shown
    assert "Cases" in render_drilldown(figures(behind, "director_weekly", "win_rate_count"), "en")


def test_every_column_of_the_shipped_facts_has_a_name_in_both_languages() -> None:
    named = {name for fact in CATALOGUE.facts.values() for name in (*fact.key, *fact.show)} | {
        "owner",
        "numerator",
        "denominator",
        "file",
        "line",
        "kpi",
        "key",
    }
    assert len(named) > 100
    assert {name for name in named if f"field.{name}" not in words_of("zh")} == set()
    assert column_label("a_column_of_ours") == verbatim("a_column_of_ours")


def test_tiles_lead_to_the_pages_that_were_written_and_no_further(
    tmp_path: Path, behind, pages
) -> None:
    page = pages["director_weekly"][0]
    edition = Edition(
        company=page.company, as_of=SUNDAY, reports=("director_weekly",),
        quality=Quality(checks_passed=1),
    )  # fmt: skip
    written = behind["director_weekly"][:2]
    write_build(tmp_path / "build", [page], edition, written)
    base = tmp_path / "build" / page.stem.parent
    for language in ("zh", "en"):
        html = (base / f"{page.period.key}.{language}.html").read_text(encoding="utf-8")
        targets = set(re.findall(r'href="([^"#]+\.html)"', html))
        opened_pages = {target for target in targets if target.startswith(f"{page.period.key}/")}
        cut = {f"rows.{one.id}" for one in page.sections if one.table and one.table.rest}
        assert opened_pages == {
            f"{page.period.key}/{name}.{language}.html"
            for name in {one.asked.kpi_id for one in written} | cut
        }
        for target in opened_pages:
            back = (base / target).read_text(encoding="utf-8")
            for other in re.findall(r'href="([^"#:]+\.(?:html|css))"', back):
                if other.startswith("../../../") and "/assets/" not in other:
                    continue  # pages of other reports, which are not built here
                assert (base / target).parent.joinpath(other).resolve().exists(), other


def test_a_report_of_very_many_readers_is_left_to_the_command(
    warehouse, pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGES_OPENED", 1)
    many = [*pages["rep_weekly"][:2], *pages["director_weekly"]]
    found, _ = drilldowns(warehouse, CATALOGUE, many)
    assert {one.report for one in found} == {"director_weekly"}
    assert all("attain explain" in t.definition.command for t in many[0].tiles if t.asked)


def test_a_page_has_a_place_for_the_notice_that_it_was_not_renewed(behind) -> None:
    for language in ("zh", "en"):
        html = render_drilldown(figures(behind, "finance", "dso"), language)
        assert html.count(NOTICE_START + NOTICE_END) == 1


def test_a_figure_that_cannot_be_opened_is_named_and_the_others_open(
    warehouse, pages, behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(shared: Warehouse, catalogue: object, kpi_id: str, *rest: object) -> object:
        if kpi_id == "dso":
            raise duckdb.OutOfRangeException("Overflow\nat a place nobody reads")
        return explain(shared, CATALOGUE, kpi_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "explain", breaks)
    found, unopened = drilldowns(warehouse, CATALOGUE, pages["finance"])
    assert {one.asked.kpi_id for one in behind["finance"]} - {"dso"} == {
        one.asked.kpi_id for one in found
    }
    dso = next(one.asked for one in behind["finance"] if one.asked.kpi_id == "dso")
    assert unopened == [
        f"the rows behind dso (company, {dso.period}) could not be opened: Overflow"
    ]
