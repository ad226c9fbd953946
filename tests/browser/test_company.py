"""The sample company's reports as their readers see them: drawn, in reach of a phone, printable."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
LANGUAGES = ("zh", "en")
UNFOLDED = "document.querySelectorAll('details:not(.def)').forEach(one => one.open = true)"
SIDEWAYS = """[...document.querySelectorAll('.scroll')].filter(box =>
  box.scrollWidth > box.clientWidth + 1).map(box => box.closest('section').id)"""


def stems(site) -> list[str]:
    return sorted({re.sub(r"\.(zh|en)\.html$", "", str(p.relative_to(site)))
                   for p in site.glob("*/*/*.html")})  # fmt: skip


def test_every_report_is_there(company_site):
    assert {stem.split("/")[0] for stem in stems(company_site)} == {
        "director_weekly", "receivables", "commission_reconciliation", "appraisal", "rep_weekly",
        "appraisal_fairness",
        "region_weekly", "team_weekly", "team_daily", "kpi_browser",
        "commission_statement", "sales_ops",
    }  # fmt: skip


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (360, "zh"), (360, "en")])
def test_pages_draw_all_charts_without_errors_or_sideways_scrolling(
    visit_company, company_site, width, language
):
    for stem in stems(company_site):
        page = visit_company(f"{stem}.{language}.html", width)
        charts = page.locator(".chart").count()
        page.wait_for_function(
            "n => document.querySelectorAll('.chart .main-svg:first-child').length >= n", arg=charts
        )
        assert page.trouble == [], stem
        page.evaluate(UNFOLDED)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, stem
        assert page.evaluate(SIDEWAYS) == [], stem
        page.context.close()


def test_lines_of_a_statement_fold_on_a_phone_and_open_one_by_one(visit_company):
    page = visit_company("commission_statement/E002/2026-10.en.html", 360)
    lines, first = (
        page.locator("#lines tbody tr:not(.total)"),
        page.locator("#lines tbody tr").first,
    )
    assert lines.count() > 20
    assert {line.locator("td:visible").count() for line in lines.all()} == {1}
    assert first.locator("td:visible").get_attribute("data-label") == "Amount"
    button = first.locator("button.fold")
    assert "RCV-" in button.get_attribute("aria-label")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert first.locator("td:visible").count() == 8
    assert lines.nth(1).locator("td:visible").count() == 1
    total = page.locator("#lines tr.total td:visible")
    assert [cell.get_attribute("data-label") for cell in total.all()] == ["Amount"]
    assert page.evaluate("document.documentElement.scrollHeight") < 5000
    page.set_viewport_size({"width": 1280, "height": 900})  # a phone is turned, a window widened
    assert lines.nth(1).locator("td:visible").count() == 8
    assert not button.is_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert (
        page.locator("#lines td:visible").count()
        == page.locator("#lines td:not([data-void])").count()
    )


def test_a_long_table_is_filtered_by_pinyin(visit_company):
    page = visit_company("kpi_browser/ALL/2026-W46.en.html")
    rows = page.locator("tbody tr:visible")
    every = rows.count()
    page.locator("input.find").first.fill("lirunlv")
    assert rows.count() == 1 and "Gross margin" in rows.inner_text()
    page.locator("input.find").first.fill("")
    assert rows.count() == every > 100


def test_what_is_folded_is_printed_and_folded_again(visit_company):
    page = visit_company("team_weekly/T01/2026-W46.zh.html")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tbody tr:visible").count() == page.locator("tbody tr").count()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.data[open]").count() == 0


@pytest.mark.parametrize("report", ["director_weekly", "commission_reconciliation", "sales_ops"])
def test_the_first_screen_holds_the_lead_and_all_tiles(visit_company, company_site, report):
    stem = next(stem for stem in stems(company_site) if stem.startswith(report))
    for language in LANGUAGES:
        page = visit_company(f"{stem}.{language}.html", 1280)
        bottom = page.evaluate(
            "Math.max(...[...document.querySelectorAll('.lead, .tile')]"
            ".map(e => e.getBoundingClientRect().bottom))"
        )
        assert page.locator(".tile").count() == 6
        assert bottom < 620


def test_a_tiles_definition_opens_without_following_the_tiles_link(visit_company, company_site):
    stem = next(stem for stem in stems(company_site) if stem.startswith("director_weekly"))
    page = visit_company(f"{stem}.en.html")
    tile = page.locator(".tile").first
    tile.locator("summary").click()
    assert tile.locator("details").get_attribute("open") is not None
    assert "attain explain contract_amount" in tile.locator("details").inner_text()
    assert "#" not in page.url


def test_the_list_of_reports_leads_to_every_page(visit_company, company_site):
    page = visit_company("index.en.html")
    hrefs = set(
        page.eval_on_selector_all(".readers a", "links => links.map(a => a.getAttribute('href'))")
    )
    pages = {f"{stem}.en.html" for stem in stems(company_site)}
    # those of one KPI are found in the browser's own list
    of_one_kpi = {page for page in pages if re.match("kpi_browser/(?!ALL/)", page)}
    assert pages - of_one_kpi <= hrefs


@pytest.mark.parametrize(
    ("width", "language"), [(1280, "zh"), (1280, "en"), (375, "zh"), (375, "en")]
)
def test_every_figure_of_the_director_opens_to_its_rows_and_leads_back(
    visit_company, company_site, width, language
):
    stem = next(stem for stem in stems(company_site) if stem.startswith("director_weekly"))
    page = visit_company(f"{stem}.{language}.html", width)
    figures = page.locator(".tile .val a").count()
    assert figures == 6
    for number in range(figures):
        link = page.locator(".tile .val a").nth(number)
        shown = page.locator(".tile .val").nth(number).get_attribute("data-value")
        link.click()
        page.wait_for_url(f"**/2026-W46/*.{language}.html")
        opened = page.locator(".sums [data-value]").first.get_attribute("data-value")
        assert float(opened) == pytest.approx(float(shown), abs=0.0001)
        row = page.locator("section[aria-labelledby=rows] tbody tr").first
        if row.locator(".fold").count():  # on a phone, where rows are many
            row.locator(".fold").click()
        assert row.is_visible() and re.search(r"(crm|erp)/\S+\.(csv|xlsx)", row.inner_text())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".top nav a").first.click()
        page.wait_for_url(f"**/2026-W46.{language}.html")
    assert page.trouble == []


def test_a_figures_rows_are_reached_by_keyboard_and_change_their_language(
    visit_company, company_site
):
    stem = next(stem for stem in stems(company_site) if stem.startswith("receivables"))
    page = visit_company(f"{stem}.en.html")
    page.locator("[data-kpi=overdue_rate] .val a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/overdue_rate.en.html")
    assert "The first 100 of 228 rows" in page.locator("main").inner_text()
    page.locator(".top nav a[hreflang=zh]").click()
    page.wait_for_url("**/overdue_rate.zh.html")
    assert page.locator("h1").inner_text() == "逾期率"
    assert page.trouble == []


def test_an_appraisal_form_is_one_sheet_or_two(visit_company, company_site):
    """A form is printed on both sides of one sheet, signed, and kept."""
    forms = [stem for stem in stems(company_site) if re.match(r"appraisal/E\d+/", stem)]
    assert len(forms) > 3
    for stem in forms:
        for language in LANGUAGES:
            page = visit_company(f"{stem}.{language}.html")
            paper = page.pdf(format="A4", prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2, (stem, language)
            page.context.close()
