"""Model and language in, page out: rendering is a pure function.

Belongs here: the template environment and what templates may call. Does not belong here: where
pages go (`build.py`, `publish.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.reporting.drilldown.page import Drilldown
from pipelines.reporting.figures.draw import figure, script_json
from pipelines.reporting.figures.lines import spark
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.language.pinyin import found_by
from pipelines.reporting.language.speaker import Speaker, speaker
from pipelines.reporting.model.charts import Chart
from pipelines.reporting.model.page import Freshness, Page, Quality, Row, Section, Table, Tile
from pipelines.reporting.model.tables import HELD_ROWS
from pipelines.reporting.model.values import (
    Count,
    Day,
    Listing,
    Message,
    Moment,
    Money,
    Shown,
    Span,
    Text,
    message,
)
from pipelines.reporting.publish.entries import Neighbours
from pipelines.reporting.publish.rows import rows_of
from pipelines.workspace.resources import compiled_templates, shipped

NOTICE_START = "<!--attain:notice-->"
NOTICE_END = "<!--/attain:notice-->"
BESIDE_START = "<!--attain:beside-->"
BESIDE_END = "<!--/attain:beside-->"
_OTHER: dict[LanguageCode, LanguageCode] = {"zh": "en", "en": "zh"}
_TAGS: dict[LanguageCode, str] = {"zh": "zh-CN", "en": "en"}
_RIGHT = frozenset(
    {"money", "ratio", "points", "interval", "multiple", "count", "number", "days", "hours"}
)
# A table with more columns than this cannot be read on a phone; its rows become cards.
_CARDS_FROM = 4
# Nor one with so many amounts, which cannot be broken.
_AMOUNTS_FROM = 3
# Rows of one table that a page shows when a workbook beside it holds all; a page of ten thousand
# lines takes a browser many seconds and nobody to its end.
_MOST_ROWS = 500


@dataclass(frozen=True)
class Look:
    """What a company may choose about appearance: the colour of a welcome difference."""

    up_is_red: bool = False


@cache
def environment() -> Environment:
    """The compiled templates: escaping on, an unknown name is an error."""
    templates = Environment(
        loader=FileSystemLoader(shipped("reports", "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=compiled_templates(),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(
        day=lambda day: Day(date=day),
        moment=lambda at: Moment(at=at),
        number=lambda n: Count(value=n),
        freshness=freshness_text,
    )
    return templates


class Words:
    """What templates may ask: words of one language, for pages of one currency and year."""

    def __init__(self, speech: Speaker) -> None:
        self.speech = speech
        self.language = speech.language
        self.tag = _TAGS[speech.language]
        self.other = _OTHER[speech.language]
        self.html = speech.html
        self.text = speech.text
        self.parts = speech.parts
        self.sentences = speech.sentences
        self.found_by = found_by
        self._fixed: dict[str, Markup] = {}

    def say(self, message_id: str, /, **params: Shown) -> Markup:
        """A message of the page's frame; numbers are marked as everywhere."""
        if params:
            return self.speech.html(message(message_id, **params))
        if message_id not in self._fixed:
            self._fixed[message_id] = self.speech.html(message(message_id))
        return self._fixed[message_id]

    def plain(self, message_id: str, /) -> str:
        """The same for attributes, where markup cannot stand."""
        return self.speech.say(message_id)

    def title(self, page: Page) -> Message:
        """The report's name; for a part of the company with the name of the reader."""
        if page.reader.kind == "company":
            return message(f"report.{page.report}")
        return message(
            "page.title_of", report=message(f"report.{page.report}"), reader=page.reader.name
        )

    def here(self, page: Page) -> Text:
        """The end of the path to a page: its reader, or the report where the path has them."""
        if page.above and page.above[-1].label == page.reader.name:
            return message(f"report.{page.report}")
        return page.reader.name

    def meta(self, page: Page) -> list[tuple[Markup, bool]]:
        """Company, data date, freshness and checks: (words, is it a warning)."""
        items = [(self.html(page.company), False)]
        items.append((self.say("meta.as_of", date=Day(date=page.as_of)), False))
        items += [(self.html(freshness_text(source)), source.late) for source in page.freshness]
        return items + [(self.html(text), warns) for text, warns in quality_texts(page.quality)]

    def span(self, page: Page) -> Span:
        """First and last day of the page's period."""
        return Span(start=page.period.start, end=page.period.end)

    def shown(self, table: Table, has_book: bool) -> list[Row]:
        """The rows a person looks through; a workbook beside the page holds all of them."""
        if not has_book or len(table.rows) <= _MOST_ROWS:
            return list(table.rows)
        rows = [row for row in table.rows if row.role == "row"]
        return [*rows[:_MOST_ROWS], *(row for row in table.rows if row.role == "total")]

    def all_rows(self, table: Table) -> Markup:
        """What the link to the page of all rows says, or of as many as it holds."""
        in_all = table.rows_in_all or 0  # a page cut from its model knows no more
        if in_all > HELD_ROWS:
            return self.say("table.next", held=Count(value=HELD_ROWS), all=Count(value=in_all))
        return self.say("table.all", all=Count(value=in_all))

    def more(self, table: Table, has_book: bool) -> Markup:
        """How many of all rows are shown, if not all are."""
        rows = sum(row.role == "row" for row in table.rows)
        shown = sum(row.role == "row" for row in self.shown(table, has_book))
        if shown < rows:
            return self.say("table.cut", shown=Count(value=shown), all=Count(value=rows))
        if table.rows_in_all is None:
            return Markup("")
        return self.say("table.more", shown=Count(value=rows), all=Count(value=table.rows_in_all))

    def spark(self, tile: Tile) -> Markup:
        """The tile's history, described by its first and last day."""
        known = [point for point in tile.spark if point.value is not None]
        if len(known) < 2:
            return Markup("")
        first, last = Day(date=known[0].end), Day(date=known[-1].end)
        return spark(tile.spark, self.speech.say("tile.spark", start=first, end=last))

    def chart(self, chart: Chart) -> dict[str, object]:
        """A drawn chart: JSON, legend, and its height for wide and narrow places."""
        drawn = figure(chart, self.speech)
        return {
            "json": script_json(drawn),
            "legend": drawn.legend,
            "height": drawn.wide.layout["height"],
            "narrow_height": drawn.narrow.layout["height"],
        }

    def names(self, table: Table) -> list[str]:
        """The column names."""
        return [self.text(column.label) for column in table.columns]

    def rows(self, table: Table, has_book: bool, root: str) -> Markup:
        """The rows a person looks through; a workbook beside the page holds all of them."""
        rows = self.shown(table, has_book)
        return rows_of(table, rows, self.speech, self.classes(table), root)

    def classes(self, table: Table) -> list[Markup]:
        """The class attribute of each column: numbers stand right."""
        right, left = Markup(' class="num"'), Markup("")
        return [right if column.type in _RIGHT else left for column in table.columns]

    def is_wide(self, table: Table) -> bool:
        """Whether the table's rows become cards on a phone."""
        exact = sum(column.type == "money" for column in table.columns)
        return len(table.columns) > _CARDS_FROM or exact >= _AMOUNTS_FROM


def freshness_text(source: Freshness) -> Message:
    """To which day a system's data reach, and which of its exports are late."""
    if source.data_to is None:
        return message("meta.no_export", system=source.system)
    day = Day(date=source.data_to)
    if not source.late:
        return message("meta.export", system=source.system, day=day)
    late = Listing(items=tuple(message(f"export.{name}") for name in source.late_tables))
    return message("meta.export_late", system=source.system, day=day, late=late)


def quality_texts(quality: Quality) -> list[tuple[Message, bool]]:
    """Check and quarantine status as sentences; what is zero is left out."""
    ran = quality.checks_passed + quality.checks_warned + quality.checks_failed
    if ran + quality.checks_errored == 0:
        texts = [(message("meta.unchecked"), False)]
    else:
        texts = [(message("meta.passed", n=Count(value=quality.checks_passed)), False)]
    for name in ("warned", "failed", "errored"):
        number = getattr(quality, f"checks_{name}")
        if number:
            texts.append((message(f"meta.{name}", n=Count(value=number)), True))
    if quality.quarantined_rows:
        rows = Count(value=quality.quarantined_rows)
        if quality.quarantined_amount is None:
            texts.append((message("meta.quarantine_rows", n=rows), False))
        else:
            amount = Money(amount=quality.quarantined_amount)
            texts.append((message("meta.quarantine", n=rows, amount=amount), False))
    return texts


@cache
def words(language: LanguageCode, currency: str, year: int) -> Words:
    """What templates may ask, in one language; shared by all pages of a currency and year."""
    return Words(speaker(language, currency, year))


def render(
    page: Page,
    language: LanguageCode,
    look: Look | None = None,
    opened: Collection[str] = frozenset(),
    beside: Neighbours | None = None,
) -> str:
    """One page in one language, complete and self-contained but for the shared assets.

    Args:
        opened: the KPIs whose tiles lead to a page of their rows, and `rows.` with the sections
            whose tables do.
        beside: the periods before and after for which the reader has the same page.
    """
    speech = words(language, page.currency, page.as_of.year)
    template = environment().get_template("page.html")
    return template.render(
        page=page,
        w=speech,
        look=look or Look(),
        root="../../",
        opened=opened,
        same_day=any(c.same_day for tile in page.tiles for c in tile.comparisons),
        charts=any(section.chart for section in page.sections),
        notice=Markup(NOTICE_START + NOTICE_END),
        beside=Markup(BESIDE_START + beside_links(beside, speech) + BESIDE_END),
    )


def render_rows(
    page: Page, section: Section, language: LanguageCode, look: Look | None = None
) -> str:
    """All rows of a section of which the page shows the first, one folder below the page.

    Raises:
        ValueError: the section has no table.
    """
    if section.table is None:
        raise ValueError(f"section {section.id} has no rows")
    return (
        environment()
        .get_template("rows.html")
        .render(
            page=page,
            section=section,
            table_of_all=section.table.whole,
            w=words(language, page.currency, page.as_of.year),
            look=look or Look(),
            root="../../../",
            notice=Markup(NOTICE_START + NOTICE_END),
        )
    )


def beside_links(beside: Neighbours | None, speech: Words) -> str:
    """Links to the same page of the period before and after; nothing where there is none."""
    if beside is None or beside == Neighbours():
        return ""
    return environment().get_template("beside.html").render(beside=beside, w=speech)


def render_drilldown(found: Drilldown, language: LanguageCode, look: Look | None = None) -> str:
    """The page behind one figure, one folder below the page it belongs to."""
    speech = words(language, found.currency, found.as_of.year)
    template = environment().get_template("drilldown.html")
    return template.render(
        d=found,
        w=speech,
        look=look or Look(),
        root="../../../",
        notice=Markup(NOTICE_START + NOTICE_END),
    )
