"""Pages as readers meet them: on a desk, on a phone, on paper, in the dark, without script."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.pages.example_pages import director_page

pytestmark = pytest.mark.browser
PAGE = director_page()
DIRECTOR = "director_weekly/C01/2026-W46.{}.html"
CHARTS = sum(section.chart is not None for section in PAGE.sections)


def drawn(page):
    page.wait_for_function(
        "n => document.querySelectorAll('.chart .main-svg:first-child').length >= n", arg=CHARTS
    )
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 768, 375])
def test_a_page_draws_all_charts_without_trouble_or_sideways_scroll(visit, language, width):
    page = drawn(visit(DIRECTOR.format(language), width))
    assert page.locator(".chart").count() == CHARTS
    assert page.locator("article.tile").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.trouble == []


@pytest.mark.parametrize("width", [1280, 375])
def test_chart_text_is_at_least_twelve_pixels_and_inside_its_chart(visit, width):
    page = drawn(visit(DIRECTOR.format("zh"), width))
    small, outside = page.evaluate(
        """() => {
          const small = [], outside = [];
          for (const box of document.querySelectorAll('.chart')) {
            const frame = box.getBoundingClientRect();
            for (const text of box.querySelectorAll('.main-svg text')) {
              if (!text.textContent.trim()) continue;
              const place = text.getBoundingClientRect();
              if (!place.width) continue; // a count without room in its segment is not drawn
              if (parseFloat(getComputedStyle(text).fontSize) < 12) small.push(text.textContent);
              if (place.left < frame.left - 1 || place.right > frame.right + 1)
                outside.push(text.textContent);
            }
          }
          return [small, outside];
        }"""
    )
    assert small == []
    assert outside == []


def test_both_languages_carry_the_same_numbers(visit):
    read = "[...document.querySelectorAll('[data-value]')].map(e => e.dataset.value)"
    zh, en = (Counter(visit(DIRECTOR.format(x)).evaluate(read)) for x in ("zh", "en"))
    assert zh == en and len(zh) > 50


def test_the_first_screen_of_a_desk_holds_the_lead_and_all_tiles(visit):
    page = visit("rep_weekly/E003/2026-W47.zh.html")
    bottoms = page.evaluate(
        "[...document.querySelectorAll('.lead, .tile')].map(e => e.getBoundingClientRect().bottom)"
    )
    assert len(bottoms) == 7 and max(bottoms) <= 720


def test_a_phone_reads_wide_tables_as_cards_with_their_column_names(visit):
    page = visit(DIRECTOR.format("en"), 375)
    row = page.locator("#deals tbody tr").first
    assert row.evaluate("e => getComputedStyle(e).display") == "block"
    cell = row.locator("td").nth(1)
    assert "Amount" in cell.evaluate("e => getComputedStyle(e, '::before').content")


def test_data_tables_open_on_demand_and_sort_by_value(visit):
    page = visit(DIRECTOR.format("en"))
    table = page.locator("#quota details.data")
    assert not table.evaluate("e => e.open")
    table.locator("summary").click()
    head = table.locator("th[scope=col]").nth(1)
    column = "[...document.querySelectorAll('#quota tbody tr')].map(r => r.cells[1].textContent)"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert page.evaluate(column) == ["83%", "76%", "72%", "52%"]
    head.locator("button").click()
    assert page.evaluate(column) == ["52%", "72%", "76%", "83%"]


def test_totals_stay_last_when_a_table_is_sorted(visit):
    page = visit(DIRECTOR.format("en"))
    page.locator("#ageing details.data summary").click()
    page.locator("#ageing th[scope=col] button").nth(1).click()
    assert page.locator("#ageing tbody tr").last.locator("th").text_content() == "Total"


def test_a_tile_leads_to_its_section_by_keyboard(visit):
    page = visit(DIRECTOR.format("en"))
    link = page.locator("[data-kpi=quota_attainment] h3 a")
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#quota")


def test_the_skip_link_is_the_first_stop_and_becomes_visible(visit):
    page = visit(DIRECTOR.format("en"))
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert skip.bounding_box()["width"] > 50


def test_the_dark_theme_redraws_charts_from_the_same_figure(visit):
    page = drawn(visit(DIRECTOR.format("en"), color_scheme="dark"))
    fill = "getComputedStyle(document.querySelector('#ageing .bars path')).fill"
    dark = page.evaluate(fill)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"{fill} !== {dark!r}")
    assert dark == "rgb(201, 211, 222)"
    assert page.evaluate(fill) == "rgb(43, 54, 66)"


def test_a_chart_changes_its_drawing_with_the_width(visit):
    page = drawn(visit(DIRECTOR.format("en")))
    page.set_viewport_size({"width": 375, "height": 900})
    page.wait_for_function(
        "document.querySelector('#movement .main-svg').getAttribute('height') > 280"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_without_script_the_tables_stand_open_and_no_empty_chart_is_left(visit):
    page = visit(DIRECTOR.format("zh"), java_script_enabled=False)
    assert page.locator("#funnel table").is_visible()
    assert not page.locator("#funnel .chart").is_visible()


def test_paper_shows_charts_in_light_colours_and_hides_what_cannot_be_clicked(visit, tmp_path):
    page = drawn(visit(DIRECTOR.format("zh"), color_scheme="dark"))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    fill = "getComputedStyle(document.querySelector('#ageing .bars path')).fill"
    assert page.evaluate(fill) == "rgb(43, 54, 66)"
    page.emulate_media(media="print")
    assert not page.locator(".top nav.go").is_visible()
    assert not page.locator("#quota details summary").is_visible()
    assert page.locator("#quota details table").is_visible()  # what is folded is printed
    assert page.locator(".foot").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    paper = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert paper[:5] == b"%PDF-"


def test_hostile_names_are_shown_as_text(visit):
    page = drawn(visit(DIRECTOR.format("en")))
    assert page.locator("#deals").get_by_text("</script><script>alert(1)").count() == 1
    assert page.locator("#ranking .ytick text").filter(has_text="script").count() == 1


def test_a_report_that_was_not_renewed_says_so_above_its_numbers(visit):
    page = visit(DIRECTOR.format("en"))
    notice = page.locator(".stale")
    assert "not renewed" in notice.text_content()
    assert notice.bounding_box()["y"] < page.locator(".lead").bounding_box()["y"]


@pytest.mark.parametrize("width", [1280, 375])
def test_the_list_of_reports_finds_a_reader_and_leads_to_the_page(visit, width):
    page = visit("index.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("input.find").fill("经理 12")
    shown = page.locator("#list_rep_weekly > li:visible")
    assert shown.count() == 1
    shown.locator("a").first.click()
    page.wait_for_url("**/rep_weekly/E012/2026-W47.zh.html")
    page.locator("nav a", has_text="English").click()
    page.wait_for_url("**/2026-W47.en.html")
    page.locator("nav a", has_text="All reports").click()
    page.wait_for_url("**/index.en.html")
    assert page.trouble == []
