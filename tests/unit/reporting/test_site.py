"""Links between pages: only to pages that are there, and to the periods before and after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.reporting.model.page import Crumb, Page, Place, Row
from pipelines.reporting.model.values import Period
from pipelines.reporting.publish.build import Edition, write_build
from pipelines.reporting.publish.entries import Neighbours, entry_of, published_entries
from pipelines.reporting.publish.publish import publish
from pipelines.reporting.publish.render import render, words
from pipelines.reporting.publish.site import Site
from tests.support.pages.example_pages import director_page, rep_page
from tests.support.pages.example_parts import SUNDAY

REP = Place(report="rep_weekly", reader_id="E007", period="2026-W46")


def week(page: Page, ago: int) -> Page:
    sunday = SUNDAY - timedelta(weeks=ago)
    return page.model_copy(update={"period": Period.week_of(sunday), "as_of": sunday})


def leading_to(place: Place) -> Page:
    """The director's page with a row and a line above that lead to a place."""
    page = director_page()
    at, section = next((i, s) for i, s in enumerate(page.sections) if s.table)
    first, *rest = section.table.rows
    row = Row(cells=first.cells, to=place)
    table = section.table.model_copy(update={"rows": (row, *rest)})
    sections = list(page.sections)
    sections[at] = section.model_copy(update={"table": table})
    crumb = Crumb(label=page.company, place=place)
    return page.model_copy(update={"sections": tuple(sections), "above": (crumb,)})


def test_the_path_to_a_person_s_other_report_ends_with_the_report():
    page = rep_page(7)
    company = Crumb(label=page.company, place=REP)
    themselves = Crumb(label=page.reader.name, place=REP)
    words_in = words("en", "CNY", 2026)
    assert words_in.here(page.model_copy(update={"above": (company,)})) == page.reader.name
    beside = page.model_copy(update={"above": (company, themselves), "report": "appraisal"})
    assert words_in.text(words_in.here(beside)) == "Performance appraisal"


def published(root: Path, run: str, *pages: Page) -> Path:
    folder = root / ".attain" / "build" / run
    site = Site((*published_entries(root / "reports" / "latest"), *map(entry_of, pages)))
    edition = Edition(
        company=pages[0].company, as_of=pages[0].as_of, reports=("director_weekly",),
        quality=pages[0].quality,
    )  # fmt: skip
    write_build(folder, pages, edition, site=site)
    return publish(root / "reports", folder, run)


def test_a_link_is_drawn_to_a_page_that_is_there_and_to_no_other():
    page = leading_to(REP)
    address = "../../rep_weekly/E007/2026-W46.en.html"
    with_it = Site([entry_of(page), entry_of(rep_page(7))])
    without = Site([entry_of(page)])
    assert render(with_it.linked(page), "en").count(f'href="{address}"') == 2
    assert address not in render(without.linked(page), "en")
    assert with_it.linked(page) is page


def test_links_are_the_publishers_and_not_in_the_pages_data():
    assert leading_to(REP).to_json() == director_page().to_json()


def test_neighbours_are_of_the_same_report_reader_and_length():
    now = director_page()
    month = now.model_copy(
        update={"period": Period(period="month", start=SUNDAY.replace(day=1), end=SUNDAY)}
    )
    site = Site(map(entry_of, [now, week(now, 1), week(now, 3), month, rep_page(7)]))
    assert site.beside(entry_of(now)) == Neighbours(earlier=week(now, 1).period)
    assert site.beside(entry_of(week(now, 1))) == Neighbours(
        earlier=week(now, 3).period, later=now.period
    )
    assert site.beside(entry_of(month)) == Neighbours()
    assert Site().beside(entry_of(now)) == Neighbours()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_archived_page_leads_on_to_the_one_that_came_after_it(tmp_path, language):
    first = published(tmp_path, "r1", week(director_page(), 1))
    tree = published(tmp_path, "r2", director_page())
    folder = "director_weekly/C01"
    before = first.joinpath(folder, f"2026-W45.{language}.html").read_text(encoding="utf-8")
    earlier = tree.joinpath(folder, f"2026-W45.{language}.html").read_text(encoding="utf-8")
    later = tree.joinpath(folder, f"2026-W46.{language}.html").read_text(encoding="utf-8")
    assert f'href="2026-W46.{language}.html" rel="next"' in earlier
    assert f'href="2026-W45.{language}.html" rel="prev"' in later
    assert "rel=" not in before.replace('rel="stylesheet"', "").replace('rel="icon"', "")


def test_publishing_the_same_again_writes_no_page_anew(tmp_path):
    published(tmp_path, "r1", week(director_page(), 1))
    second = published(tmp_path, "r2", director_page())
    third = published(tmp_path, "r3", director_page())
    for week_name in ("2026-W45", "2026-W46"):
        name = f"director_weekly/C01/{week_name}.en.html"
        assert (second / name).samefile(third / name)
