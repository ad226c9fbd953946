"""Pages: the same numbers in both languages, safe, accessible, small."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from html import escape
from html.parser import HTMLParser

import pytest

from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.model.book import Book
from pipelines.reporting.model.tables import table
from pipelines.reporting.model.values import Count, Days, Money, message, verbatim
from pipelines.reporting.publish.render import Look, render
from pipelines.reporting.publish.store import PageStore
from pipelines.workspace.resources import shipped
from tests.support.pages.example_pages import director_page, rep_page
from tests.support.pages.example_parts import HOSTILE

PAGE = director_page()
HTML = {language: render(PAGE, language) for language in LANGUAGES}
CSS = shipped("reports", "templates", "assets", "attain.css").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Tags with attributes, and whether every element is closed in order."""

    VOID = frozenset({"meta", "link", "br", "input", "path"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


OUTLINES = {language: Outline(text) for language, text in HTML.items()}


def values(language):
    return Counter(
        attrs["data-value"] for _, attrs in OUTLINES[language].tags if "data-value" in attrs
    )


def test_both_languages_carry_the_same_numbers():
    assert values("zh") == values("en")
    assert sum(values("zh").values()) > 150


def test_a_page_is_the_same_bytes_each_time():
    assert render(PAGE, "zh") == HTML["zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_well_formed_and_complete(language):
    outline = OUTLINES[language]
    assert outline.open == []
    assert len(outline.of("h1")) == 1
    assert [name for name in ("header", "main", "footer", "nav") if not outline.of(name)] == []
    assert outline.of("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [a["href"][1:] for a in outline.of("a") if a["href"].startswith("#")]
    assert set(links) <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_other_language_stands_in_the_frame(language):
    if language == "en":
        words = " ".join(OUTLINES["en"].words)
        names = "宁波港机二期|苏州精工产线|林晓|周远航|王磊|陈静|海川|中文"
        assert not re.search("[\u4e00-\u9fff]", re.sub(names, "", words))


def test_names_from_exports_cannot_become_markup_or_script():
    for text in HTML.values():
        assert HOSTILE not in text
        assert escape(HOSTILE, quote=False) in text.replace("&#34;", '"').replace("&#39;", "'")
        assert "<script>alert" not in text
    scripts = [attrs for attrs in OUTLINES["zh"].of("script") if not attrs]
    assert scripts == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_is_an_image_named_by_its_message_with_a_table_beside_it(language):
    outline = OUTLINES[language]
    charts = [attrs for attrs in outline.of("div") if attrs.get("class") == "chart"]
    assert len(charts) == sum(section.chart is not None for section in PAGE.sections)
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in charts)
    assert len(outline.of("table")) == sum(s.table is not None for s in PAGE.sections)
    headers = outline.of("th")
    assert headers and all(attrs.get("scope") in ("row", "col") for attrs in headers)


def test_tables_stand_open_in_the_markup_so_that_the_page_is_whole_without_script():
    assert all("open" in attrs for attrs in OUTLINES["zh"].of("details"))


def test_tiles_show_value_comparisons_and_base():
    tiles = [a for a in OUTLINES["en"].of("article") if "data-kpi" in a]
    assert [a["data-kpi"] for a in tiles] == [tile.kpi_id for tile in PAGE.tiles]
    for tile in PAGE.tiles:
        assert f'data-value="{tile.value.exact_text}"' in HTML["en"]


@pytest.mark.parametrize(
    ("value", "smaller"),
    [
        (Count(value=48, unit="people"), False),
        (Days(value=Decimal("75.8"), decimals=1), False),
        (Money(amount=Decimal("632.12"), exact=True), False),
        (Money(amount=Decimal("12345.67"), exact=True), True),
    ],
)
def test_a_figure_is_set_smaller_only_when_it_does_not_fit_its_tile(value, smaller):
    tile = PAGE.tiles[0].model_copy(update={"value": value, "kpi_id": "fits"})
    html = render(PAGE.model_copy(update={"tiles": (tile,)}), "en")
    shown = html.split('data-kpi="fits"')[1].split("</article>")[0]
    assert ('class="val long"' in shown) == smaller


def test_a_good_or_bad_difference_is_said_in_words_or_by_a_sign_too():
    for tile in PAGE.tiles:
        for comparison in tile.comparisons:
            if comparison.judgement != "neutral":
                kinds = {"message"}
                signed = getattr(comparison.shown, "signed", False)
                assert comparison.word or signed or comparison.shown.kind in kinds


def test_missing_data_reads_no_data_with_the_reason_and_never_zero():
    tile = PAGE.tiles[0].model_copy(
        update={"value": None, "no_data_reason": PAGE.sections[-1].no_data_reason}
    )
    text = render(PAGE.model_copy(update={"tiles": (tile,)}), "en")
    card = text[text.index('data-kpi="contract_amount"') : text.index("</article>")]
    assert "No data" in card and "Missing export: quotes" in card
    assert "¥0" not in card


def test_same_day_is_explained_once_for_touch_and_print():
    assert HTML["en"].count("<li>“Last week” and “last year”") == 1
    without = PAGE.model_copy(update={"tiles": ()})
    assert "<li>“Last week”" not in render(without, "en")


def test_nothing_is_loaded_from_elsewhere():
    for outline in OUTLINES.values():
        for _, attrs in outline.tags:
            for name in ("src", "href"):
                assert not re.match(r"(https?:)?//", attrs.get(name) or "")
    assert "url(" not in CSS and "@import" not in CSS


def test_pages_are_small():
    for page in (PAGE, rep_page(1)):
        for language in LANGUAGES:
            assert len(render(page, language).encode()) < 400_000


def test_a_company_may_choose_red_for_up():
    assert 'data-up="red"' in render(PAGE, "zh", Look(up_is_red=True))
    assert 'data-up="red"' not in HTML["zh"]
    assert ":root[data-up=red]{" in CSS


def test_the_reader_of_a_personal_page_is_named():
    page = rep_page(7)
    assert "<h1>个人周报 · 客户经理 7</h1>" in render(page, "zh")


def luminance(colour):
    full = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
    channels = [int(full[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_colours_are_readable_on_paper_and_ground(theme):
    blocks = re.findall(r":root(?:\(.light\)|:not\(.light\))?\{([^}]*)\}", CSS)
    tokens = dict(re.findall(r"(--\w+):(#[0-9a-f]{3,6})", blocks[0 if theme == "light" else 1]))
    for ink in ("--ink", "--ink2", "--green", "--red", "--warn"):
        for ground in ("--paper", "--ground"):
            assert contrast(tokens[ink], tokens[ground]) >= 4.5, (theme, ink, ground)
    assert contrast(tokens["--warn"], tokens["--warng"]) >= 4.5


def long_page(rows, book):
    lines = table(
        "document:text amount:money",
        [(verbatim(f"R{i}"), Money(amount=Decimal(1))) for i in range(rows)],
        total=(message("row.total"), Money(amount=Decimal(rows))),
    )
    section = PAGE.sections[0].model_copy(
        update={"table": lines, "chart": None, "table_open": True, "note": ()}
    )
    return PAGE.model_copy(update={"sections": (section,), "book": book})


def test_a_very_long_table_is_cut_where_a_workbook_holds_all_of_it(tmp_path):
    book = Book(verbatim("x"), (), "CNY", 2026)
    cut = render(long_page(600, book), "en")
    assert cut.count('<th scope="row"') == 501  # and the total
    assert 'data-value="600"' in cut and "of <span" in cut.split('class="more"')[1][:200]
    assert render(long_page(600, None), "en").count('<th scope="row"') == 601
    (kept,) = PageStore(tmp_path / "kept", [long_page(600, book)])  # as every run renders it
    assert render(kept, "en") == cut
    short = render(long_page(500, book), "en")
    assert short.count('<th scope="row"') == 501 and 'class="more"' not in short


def test_the_data_of_a_page_holds_every_row_whatever_the_page_shows():
    assert long_page(600, Book(verbatim("x"), (), "CNY", 2026)).to_json().count('"text":"R') == 600
