"""The typed model of a page: the same numbers whatever the language.

Belongs here: page, tile, section, table, and their JSON. Does not belong here: words, colours or
markup. A page is already filtered to what its reader may see; nothing later can widen it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, SkipValidation, model_validator

from pipelines.reporting.model.book import Book, Extract
from pipelines.reporting.model.charts import Chart
from pipelines.reporting.model.values import (
    Bilingual,
    Exact,
    Frozen,
    Judgement,
    Message,
    Period,
    Shown,
    Text,
    Value,
    Verbatim,
)

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Reader(Frozen):
    """Whose page it is: the company, a unit, an employee, or a function such as finance."""

    kind: Literal["company", "region", "team", "employee", "function"]
    id: str = Field(min_length=1)
    name: Text


class Freshness(Frozen):
    """How new one system's data is: the latest business date found in it, never a file's time.

    `late_tables` are its exports that should have come since.
    """

    system: Text
    data_to: date | None
    late_tables: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        return bool(self.late_tables)

    def needed_by(self, tables: Collection[str]) -> Freshness:
        """What of it a page has to say that is computed from these tables."""
        late = tuple(name for name in self.late_tables if f"staging.{name}" in tables)
        return self.model_copy(update={"late_tables": late})


class FailedCheck(Frozen):
    """A check that did not pass, what that means for the reader, and which table it is about.

    `in_question` says how much money, where that is known.
    """

    id: str
    guards: str = ""
    name: Text
    meaning: Text
    blocking: bool
    has_run: bool = True
    in_question: Text | None = None

    @property
    def verdict(self) -> Literal["warned", "failed", "errored"]:
        """What the status under the title counts it as."""
        if not self.has_run:
            return "errored"
        return "failed" if self.blocking else "warned"


class Quality(Frozen):
    """Check and quarantine status, as it stands under the title and in the banner."""

    checks_passed: int
    checks_warned: int = 0
    checks_failed: int = 0
    checks_errored: int = 0
    quarantined_rows: int = 0
    quarantined_amount: Exact | None = None
    failed: tuple[FailedCheck, ...] = ()

    def seen_by(self, reader: Reader) -> Quality:
        """The status as a reader may see it: money of others' rows is not for one employee."""
        return self.without_money() if reader.kind == "employee" else self

    def about(self, tables: Collection[str]) -> Quality:
        """What of it concerns a page that is computed from these tables."""
        return self.with_failed(tuple(check for check in self.failed if check.guards in tables))

    def with_failed(self, failed: tuple[FailedCheck, ...]) -> Quality:
        """The status with these checks beside what passed."""
        counts = Counter(check.verdict for check in failed)
        return self.model_copy(
            update={
                "failed": failed,
                "checks_warned": counts["warned"],
                "checks_failed": counts["failed"],
                "checks_errored": counts["errored"],
            }
        )

    def without_money(self) -> Quality:
        """The status as everybody may see it."""
        failed = tuple(check.model_copy(update={"in_question": None}) for check in self.failed)
        return self.model_copy(update={"quarantined_amount": None, "failed": failed})


class SparkPoint(Frozen):
    """One period of a tile's history, by its last day; None where there is no value."""

    end: date
    value: Exact | None


class Comparison(Frozen):
    """One line under a tile's value. `word` says in words what colour only repeats."""

    label: Text
    shown: Shown | None
    judgement: Judgement = "neutral"
    word: Text | None = None
    same_day: bool = False


class Definition(Frozen):
    """What a term on this section means, and the command that lists its rows."""

    term: Text
    meaning: Text
    command: str | None = None


class Asked(Frozen):
    """Which value of a KPI a figure is, in the words `attain explain` takes."""

    kpi_id: str
    scope: str
    period: str

    @property
    def command(self) -> str:
        """The command that lists the rows behind it."""
        return f"attain explain {self.kpi_id} --scope {self.scope} --period {self.period}"


class Tile(Frozen):
    """One KPI on the first screen. Without a value it says why, never 0.

    `asked` says which value it is, where its rows can be opened; `in_question` between which values
    it lies until rows in quarantine are set right.
    """

    kpi_id: str
    label: Text
    scope: Text
    value: Value | None
    spark: tuple[SparkPoint, ...] = ()
    comparisons: tuple[Comparison, ...] = Field(default=(), max_length=3)
    footer: Shown | None = None
    in_question: Text | None = None
    no_data_reason: Text | None = None
    section: Slug | None = None
    definition: Definition | None = None
    asked: Asked | None = None

    @model_validator(mode="after")
    def _a_value_or_the_reason(self) -> Tile:
        if (self.value is None) == (self.no_data_reason is None):
            raise ValueError(f"tile {self.kpi_id} needs a value or the reason why it has none")
        return self


ColumnType = Literal[
    "text", "money", "ratio", "points", "interval", "multiple", "count", "number", "days", "hours",
    "day", "moment", "period",
]  # fmt: skip
_TEXT_KINDS = frozenset({"verbatim", "bilingual", "listing", "message"})


class Column(Frozen):
    """A typed table column; every cell is of this type or empty."""

    id: Slug
    label: Text
    type: ColumnType
    definition: Text | None = None


class Place(Frozen):
    """Another page, by whose it is; a link to it is drawn only where it is published."""

    report: Slug
    reader_id: str = Field(min_length=1)
    period: str = Field(min_length=1)

    @property
    def stem(self) -> PurePosixPath:
        """Path below the output folder without language and suffix."""
        return PurePosixPath(self.report, file_name(self.reader_id), self.period)


class Crumb(Frozen):
    """A page above this one: the unit it belongs to, up to the company."""

    label: Text
    place: Place


class Row(Frozen):
    """Cells in column order; `role` total rows stand out and do not sort.

    One cell leads to the page at `to`: the table says which. `find` is what else it is found by.
    `record_url` is where the system that the row came from shows its record.
    """

    cells: tuple[Shown | None, ...]
    role: Literal["row", "total"] = "row"
    judgement: Judgement = "neutral"
    to: Place | None = Field(default=None, exclude=True)
    find: str = Field(default="", exclude=True)
    record_url: str | None = Field(default=None, exclude_if=lambda url: url is None)


class Table(Frozen):
    """Typed rows. `rows_in_all` is given when only the first rows are shown.

    `rest` are the rows that follow, which a page of their own shows with the first; the page's
    JSON leaves them out. `link_at` is the place of the column whose cells lead to other pages,
    `record_at` that of the column whose cells lead to the system they came from.
    """

    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Row, ...]
    rows_in_all: int | None = None
    rest: tuple[Row, ...] = Field(default=(), exclude=True)
    link_at: int = Field(default=0, exclude=True)
    record_at: int = Field(default=0, exclude_if=lambda place: place == 0)

    @model_validator(mode="after")
    def _cells_fit_columns(self) -> Table:
        types = [column.type for column in self.columns]
        for number, row in enumerate((*self.rows, *self.rest)):
            if len(row.cells) != len(types):
                raise ValueError(
                    f"table row {number} has {len(row.cells)} cells for {len(types)} columns"
                )
            for place, cell in enumerate(row.cells):
                if cell is None or cell.kind == types[place]:
                    continue
                if types[place] != "text" or cell.kind not in _TEXT_KINDS:
                    column = self.columns[place]
                    raise ValueError(
                        f"table row {number}, column {column.id}: "
                        f"{cell.kind} in a {column.type} column"
                    )
        return self

    @property
    def held(self) -> int:
        """How many rows there are, the first and those that follow."""
        return sum(row.role == "row" for row in self.rows) + len(self.rest)

    @property
    def whole(self) -> Table:
        """The first rows and those that follow; a total stays last."""
        first = tuple(row for row in self.rows if row.role == "row")
        totals = tuple(row for row in self.rows if row.role == "total")
        return self.model_copy(
            update={
                "rows": (*first, *self.rest, *totals),
                "rest": (),
                "rows_in_all": self.rows_in_all if (self.rows_in_all or 0) > self.held else None,
            }
        )


class SectionNotice(Frozen):
    """Something the reader must know before reading the section."""

    severity: Literal["info", "warning", "failed"]
    text: Text


class Link(Frozen):
    """Something published beside the pages; `path` starts at the published folder.

    `{language}` in it stands for the language of the page.
    """

    label: Text
    path: str = Field(pattern=r"^[a-z0-9_]+(/[\w.-]+(\.\{language\}\.xlsx)?)*$")


class Section(Frozen):
    """One message with its evidence: chart, note, and the table behind it.

    Of sections that come once for each of several things one is `listed` at the head of the page.
    """

    id: Slug
    topic: Text
    message: Text
    what: tuple[Text, ...] = ()
    chart: Chart | None = None
    note: tuple[Text, ...] = ()
    table: Table | None = None
    table_open: bool = False
    definitions: tuple[Definition, ...] = ()
    notice: SectionNotice | None = None
    link: Link | None = None
    no_data_reason: Text | None = None
    width: Literal["full", "half"] = "full"
    listed: bool = Field(default=True, exclude=True)

    @model_validator(mode="after")
    def _evidence_is_complete(self) -> Section:
        if self.chart is not None and self.table is None:
            raise ValueError(f"section {self.id} has a chart without its data table")
        if self.no_data_reason is not None and self.chart is not None:
            raise ValueError(f"section {self.id} has a chart and a reason for having no data")
        return self


class Page(Frozen):
    """One report for one reader and one period.

    `family` is the report a page is ordered and blocked with, where that is not its own name.
    `above` are the pages of the units it is part of, the company's first. `book` is the workbook
    written beside it in each language, `is_book_written` says that it stands there already;
    `extracts` are files of rows. One that is not `listed` is reached from another page. The page's
    JSON leaves out these five.
    """

    report: Slug
    family: Slug | None = None
    reader: Reader
    period: Period
    as_of: date
    company: Text
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    lead: tuple[Message, ...] = Field(min_length=1)
    freshness: tuple[Freshness, ...] = ()
    quality: Quality
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()
    above: tuple[Crumb, ...] = Field(default=(), exclude=True)
    listed: bool = Field(default=True, exclude=True)
    book: SkipValidation[Book | None] = Field(default=None, exclude=True, repr=False)
    is_book_written: bool = Field(default=False, exclude=True)
    extracts: SkipValidation[tuple[Extract, ...]] = Field(default=(), exclude=True, repr=False)

    @model_validator(mode="after")
    def _links_lead_somewhere(self) -> Page:
        ids = [section.id for section in self.sections]
        if len(set(ids)) != len(ids):
            raise ValueError(f"page {self.report}: two sections share an id in {ids}")
        opened = [tile.asked.kpi_id for tile in self.tiles if tile.asked is not None]
        if len(set(opened)) != len(opened):
            raise ValueError(f"page {self.report}: two tiles open one KPI in {opened}")
        for tile in self.tiles:
            if tile.section is not None and tile.section not in ids:
                raise ValueError(f"tile {tile.kpi_id} links to a missing section {tile.section}")
        return self

    @property
    def stem(self) -> PurePosixPath:
        """Path below the output folder without language and suffix: report/reader/period."""
        return PurePosixPath(self.report, file_name(self.reader.id), self.period.key)

    @property
    def has_book(self) -> bool:
        """Whether a workbook beside it holds all rows of its tables."""
        return self.is_book_written or self.book is not None

    def book_link(self, label: Text) -> Link:
        """Where the page's workbook stands, in the language of whoever reads."""
        return Link(label=label, path=f"{self.stem}.{{language}}.xlsx")

    def beside(self, suffix: str) -> PurePosixPath:
        """A file that stands beside the page, below the output folder."""
        return self.stem.with_name(f"{self.stem.name}.{suffix}")

    def to_json(self) -> str:
        """The page as text: sorted keys, decimals as strings, one trailing newline."""
        tree = self.model_dump(mode="json")
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def all_rows_of(section_id: str) -> str:
    """The name of the page of all rows of a section; no KPI's id has a dot."""
    return f"rows.{section_id}"


_UNSAFE = re.compile(r"[^\w.-]")
_LONGEST = 120  # bytes of a name; file systems take 255, and something follows
_FUNCTIONS = frozenset({"hr", "finance", "sales_ops"})
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_name(identifier: str) -> str:
    """An id as one path component: unsafe characters become "-", and a hash keeps it unique.

    Some file systems take names for one that differ in case or in how an accent is written: only
    ids in capitals, composed, go without the hash, and those of functions (`hr`). None begins like
    an option of a command.
    """
    if identifier in _FUNCTIONS:
        return identifier
    safe = _UNSAFE.sub("-", unicodedata.normalize("NFC", identifier)).strip(".").lstrip("-.") or "_"
    short = safe.encode()[:_LONGEST].decode(errors="ignore")
    is_alone = short == identifier == identifier.upper() and identifier.lower() not in _FUNCTIONS
    if is_alone and not _DEVICES.fullmatch(identifier):
        return short
    return f"{short}-{hashlib.sha256(identifier.encode()).hexdigest()[:12]}"


__all__ = [
    "Asked",
    "Bilingual",
    "Column",
    "Comparison",
    "Crumb",
    "Definition",
    "FailedCheck",
    "Freshness",
    "Link",
    "Page",
    "Place",
    "Quality",
    "Reader",
    "Row",
    "Section",
    "SectionNotice",
    "SparkPoint",
    "Table",
    "Tile",
    "Verbatim",
    "all_rows_of",
    "file_name",
]
