"""What changed since the publication before: new pages, and figures of earlier ones that moved."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from pipelines.reporting.model.page import Page
from pipelines.reporting.model.values import Money, Verbatim
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue, entry_of
from tests.support.pages.example_pages import rep_page
from tests.support.pages.example_parts import HOSTILE
from tests.support.portal import Served, serve, sign_in

POLICY = "language: en\n"


def own() -> Page:
    """A page with two figures of money."""
    page = rep_page(1)
    tiles = [
        page.tiles[0].model_copy(
            update={"kpi_id": name, "label": Verbatim(text=label), "no_data_reason": None,
                    "value": Money(amount=Decimal(n)), "section": None, "asked": None}
        )
        for name, label, n in (("collections", HOSTILE, 1_000_000), ("earned", "Earned", 5_000))
    ]  # fmt: skip
    return page.model_copy(update={"tiles": tuple(tiles)})


def paid(page: Page, kpi_id: str, amount: int | str) -> Page:
    """The page with another value of a figure."""
    value = {"value": Money(amount=Decimal(amount))}
    tiles = [t.model_copy(update=value) if t.kpi_id == kpi_id else t for t in page.tiles]
    return page.model_copy(update={"tiles": tuple(tiles)})


def portal(root: Path, now: list[Page], before: list[Page] | None) -> Served:
    """One reader whose folder holds pages, and the publication before."""
    files = {f"{page.stem}.json": page.to_json() for page in now}
    catalogue = Catalogue(entries=tuple(entry_of(page) for page in now)).model_dump_json()
    served = serve(root, {"E1": {**files, CATALOGUE: catalogue, "index.html": "<header></header>"}},
                   POLICY)  # fmt: skip
    published = root / "reports" / "published"
    published.mkdir()
    (published / ".half.partial").mkdir()  # a publication that was killed
    for name, pages in (("20261109T060000", before), ("older", None)):
        for page in pages or ():
            path = published / name / f"{page.stem}.json"
            path.parent.mkdir(parents=True)
            path.write_text(page.to_json(), encoding="utf-8")
    return served


def told(served: Served) -> str:
    client = served.client()
    assert client.get("/changed").headers["location"] == "/sign-in?to=changed"
    sign_in(client, "E1")
    assert 'href="changed"' in client.get("/").text
    page = client.get("/changed")
    assert page.status_code == 200
    return page.text


def test_a_figure_that_moved_is_told_with_both_values_and_where_it_stands(tmp_path: Path) -> None:
    page = own()
    text = told(portal(tmp_path / "ws", [paid(page, "earned", 6_500)], [page]))
    [line] = re.findall(r"<li>.*?</li>", text, re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", "", line))
    assert "Earned" in words
    assert re.search(r"5,?000.*→.*6,?500", words)
    assert f'href="/{page.stem}.en.html"' in line


def test_a_figure_that_moved_by_a_cent_shows_it(tmp_path: Path) -> None:
    page = own()
    now, before = paid(page, "earned", "113400.02"), paid(page, "earned", "113400.01")
    text = told(portal(tmp_path / "ws", [now], [before]))
    words = unescape(re.sub(r"<[^>]+>", "", text))
    assert re.search(r"113,400\.01 → .*113,400\.02", words)
    assert text.count("<title>What changed · ") == 1


def test_a_page_that_was_not_there_before_is_new(tmp_path: Path) -> None:
    before, other = own(), rep_page(2)
    text = told(portal(tmp_path / "ws", [before, other], [before]))
    assert "New pages" in text
    assert f'href="/{other.stem}.en.html"' in text
    assert f'href="/{before.stem}.en.html"' not in text


def test_what_is_cut_from_a_reader_s_page_is_not_told_of_the_one_before(tmp_path: Path) -> None:
    page = own()
    cut = page.model_copy(update={"tiles": page.tiles[:1]})  # without what is earned
    text = told(portal(tmp_path / "ws", [cut], [paid(page, "earned", 9_999)]))
    assert "Nothing of yours has changed" in text
    assert "9,999" not in text
    assert "Earned" not in text


def test_names_are_shown_as_text(tmp_path: Path) -> None:
    page = own()
    text = told(portal(tmp_path / "ws", [paid(page, "collections", 1)], [page]))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_without_an_earlier_publication_nothing_is_compared(tmp_path: Path) -> None:
    assert "No earlier publication is kept" in told(portal(tmp_path / "ws", [own()], None))


@pytest.mark.parametrize(
    "text", ["{}", '{"tiles": [{"kpi_id": "earned", "value": 7}]}', '{"tiles": [{}]}']
)
def test_a_page_of_an_earlier_version_is_not_compared(tmp_path: Path, text: str) -> None:
    page = own()
    served = portal(tmp_path / "ws", [page], [page])
    then = served.root / "reports" / "published" / "20261109T060000" / f"{page.stem}.json"
    then.write_text(text, encoding="utf-8")
    assert "Nothing of yours has changed" in told(served)
