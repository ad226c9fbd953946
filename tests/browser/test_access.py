"""Pages of every report by rules of access, by keyboard alone, and as they are printed."""

from __future__ import annotations

import io
import re
import unicodedata
from importlib.resources import files
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support.pages.finding import page_of

pytestmark = pytest.mark.browser
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = (
    "index", "director_weekly", "region_weekly", "team_weekly", "team_daily", "rep_weekly",
    "receivables", "commission_reconciliation", "appraisal/hr", "appraisal/E", "sales_ops",
    "appraisal_fairness", "commission_statement", "kpi_browser/ALL", "kpi_browser/",
    "figure", "rows",
)  # fmt: skip
# rows of one kind look alike: the first and last of each table stand for all
THINNED = """() => document.querySelectorAll('tbody').forEach(body =>
  [...body.rows].slice(8, -2).forEach(row => row.classList.contains('total') || row.remove()))"""
# a tile's definition opens over what is below it, so it stays closed
UNFOLDED = "document.querySelectorAll('details:not(.def)').forEach(one => one.open = true)"
FOUND = """run => axe.run(document, {runOnly: run, resultTypes: ['violations'],
  preload: false}).then(found =>
  found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`)))"""


def violations(page: Any, run: dict[str, Any]) -> list[str]:
    found: list[str] = page.evaluate(FOUND, run)
    return found


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_of_access_is_broken_in_either_theme(
    visit_company, company_site, kind, language, width
):
    page = visit_company(page_of(company_site, kind, language), width, bypass_csp=True)
    page.wait_for_function(
        "document.querySelectorAll('.chart .main-svg:first-child').length >= "
        "document.querySelectorAll('.chart').length"
    )
    page.evaluate(UNFOLDED)
    page.evaluate(THINNED)
    page.evaluate(AXE)
    assert violations(page, {"type": "tag", "values": WCAG}) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, {"type": "rule", "values": ["color-contrast"]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.trouble == []


def test_a_rule_that_is_broken_is_found(visit_company):
    page = visit_company("index.en.html", bypass_csp=True)
    page.evaluate("document.querySelector('main a, .readers a').textContent = ''")
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    page.evaluate(AXE)
    found = violations(page, {"type": "tag", "values": WCAG})
    assert {one.partition(":")[0] for one in found} == {"color-contrast", "link-name"}


@pytest.mark.parametrize("kind", ["team_daily", "region_weekly", "receivables"])
def test_the_keyboard_reaches_everything_that_can_be_worked(visit_company, company_site, kind):
    page = visit_company(page_of(company_site, kind, "en"))
    page.evaluate(THINNED)
    page.evaluate("document.addEventListener('focusin', e => e.target.dataset.reached = '1')")
    worked = """[...document.querySelectorAll('a[href],button,summary,input')]
      .filter(one => one.checkVisibility({visibilityProperty: true}))"""
    for _ in range(page.evaluate(f"{worked}.length")):
        page.keyboard.press("Tab")
    missed = page.evaluate(f"{worked}.filter(one => !one.dataset.reached).map(o => o.outerHTML)")
    assert missed == []
    assert page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle !== 'none' || "
        "getComputedStyle(document.activeElement, '::after').outlineStyle !== 'none'"
    )


def on_paper(page: Any) -> list[str]:
    """The text of each sheet."""
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    return [bare(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(paper)).pages]


def bare(text: str) -> str:
    """Without white space, and without the lookalikes that fonts name for parts of characters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("kind", ["team_daily", "region_weekly", "receivables", "kpi_browser/ALL"])
def test_paper_holds_all_rows_under_repeated_heads_with_numbered_sheets(
    visit_company, company_site, kind
):
    page = visit_company(page_of(company_site, kind, "en"))
    rows = page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.cells[0].innerText)")
    heads = page.locator("table").evaluate_all(
        "tables => tables.map(t => [...t.tHead.rows[0].cells].map(c => c.textContent.trim()))"
    )
    sheets = on_paper(page)
    for number, text in enumerate(sheets, 1):
        assert f"{number}/{len(sheets)}" in text
    assert len(rows) > 20
    whole = "".join(sheets)
    assert [row for row in rows if not re.search(printed(row), whole)] == []
    cut = [text for text in sheets[1:] if carried_on(text, heads)]
    assert cut == []
    assert page.trouble == []


def printed(text: str) -> str:
    """A pattern of a text as paper holds it; fonts name some characters as the radical they are."""
    return "".join(f"(?:{re.escape(sign)}|[\u2e80-\u2eff])" for sign in bare(text))


def carried_on(sheet: str, heads: list[list[str]]) -> bool:
    """Whether a sheet holds rows of a table without the words above its columns."""
    return not any(all(bare(one) in sheet for one in head) for head in heads)


WIDER_THAN_THE_PAPER = """() => [...document.querySelectorAll("main table")]
  .filter(t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(t => t.closest("section").getAttribute("aria-labelledby"))"""
INSIDE_THE_MARGINS = 710  # of A4, in pixels; pages zoom themselves for print


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_table_is_wider_than_the_paper(visit_company, company_site, language):
    """Chromium would print the whole page smaller, or cut the last columns."""
    for kind in (
        "team_daily", "director_weekly", "region_weekly", "receivables", "sales_ops",
        "commission_reconciliation", "commission_statement", "appraisal/hr", "figure",
    ):  # fmt: skip
        page = visit_company(page_of(company_site, kind, language), INSIDE_THE_MARGINS)
        page.emulate_media(media="print")
        page.evaluate(UNFOLDED)
        assert page.evaluate(WIDER_THAN_THE_PAPER) == [], kind
        page.context.close()
