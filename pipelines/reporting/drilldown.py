"""The page behind one figure: its definition, its sums, its rows with file and line, its checks.

Belongs here: from an explanation (`pipelines/kpi/explain.py`) to a typed page. Does not belong
here: finding the rows, or how a page looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from pipelines.kpi.explain import Explanation, Shared, explain
from pipelines.policy.catalogue import Catalogue, Kpi
from pipelines.quarantine import masked
from pipelines.reporting.language import catalogue as words_of
from pipelines.reporting.model import (
    Asked,
    Column,
    ColumnType,
    Page,
    Reader,
    Row,
    Slug,
    Table,
    Tile,
    file_name,
)
from pipelines.reporting.section_exports import file_place
from pipelines.reporting.section_verdicts import subject
from pipelines.reporting.tables import table
from pipelines.reporting.values import (
    Bilingual,
    Count,
    Day,
    Days,
    Frozen,
    Hours,
    Listing,
    Message,
    Moment,
    Money,
    Multiple,
    Number,
    Period,
    Ratio,
    Shown,
    Span,
    Text,
    Value,
    Verbatim,
    message,
    verbatim,
)
from pipelines.staging.contract import canonical_tables
from pipelines.warehouse.duck import Warehouse

ROWS_SHOWN = 100
PAGES_OPENED = 100  # of one report; with more readers opening each figure would take minutes
_MOST_CHECKS = 40
_PLACES = Decimal("0.0001")  # which is what `mart.kpi_value` holds of a sum
_NEVER = 9999  # the year in which ends what has no end
# Columns every row has; the others are those the catalogue lists for the fact.
_FRAME = ("numerator", "denominator", "file", "line")


class Term(Frozen):
    """One line of the definition; `code` is text for those who read SQL."""

    label: Message
    shown: Shown
    code: bool = False


class Drilldown(Frozen):
    """One figure of one page, opened for the same reader.

    `asked` is what was asked of the catalogue; `rows` holds the first `ROWS_SHOWN` of `row_count`.
    """

    report: Slug
    reader: Reader
    period: Period
    as_of: date
    company: Text
    currency: str
    asked: Asked
    label: Bilingual
    scope: Text
    when: Span | Day
    value: Value
    sums: tuple[Term, ...]
    definition: tuple[Term, ...] = Field(min_length=1)
    verdict: Message
    row_count: int
    rows: Table | None
    is_masked: bool = False
    parts: Table | None = None
    checks: Message
    checked: Table | None = None

    @property
    def stem(self) -> PurePosixPath:
        """Path below the output folder: the page's, then the KPI."""
        return PurePosixPath(
            self.report, file_name(self.reader.id), self.period.key, self.asked.kpi_id
        )

    @property
    def command(self) -> str:
        """The command that writes all rows to a workbook."""
        return f"{self.asked.command} --rows {self.asked.kpi_id}.xlsx"

    @property
    def shown_rows(self) -> int:
        return len(self.rows.rows) if self.rows is not None else 0


def drilldowns(
    warehouse: Warehouse, catalogue: Catalogue, pages: Iterable[Page]
) -> list[Drilldown]:
    """Open every figure of the pages' tiles that the catalogue can open.

    A tile says which value it shows, and a page's reader may see it: the rows are that scope's.
    Reports of more pages than `PAGES_OPENED` are left to the command that their tiles name.
    """
    pages = list(pages)
    many = Counter(page.report for page in pages)
    asked = [
        (page, tile, tile.asked)
        for page in pages
        if many[page.report] <= PAGES_OPENED
        for tile in page.tiles
        if tile.asked is not None and tile.asked.kpi_id in catalogue.kpis
    ]
    if not asked:
        return []
    shared = Shared(warehouse, catalogue, {value.kpi_id for _, _, value in asked})
    try:
        names = _names(shared)
        opened = {
            value: explain(shared, catalogue, value.kpi_id, value.scope, value.period, ROWS_SHOWN)
            for value in dict.fromkeys(value for _, _, value in asked)
        }
    finally:
        shared.close()
    return [
        drilldown(page, tile, value, opened[value], catalogue, names) for page, tile, value in asked
    ]


def drilldown(
    page: Page,
    tile: Tile,
    asked: Asked,
    explained: Explanation,
    catalogue: Catalogue,
    names: dict[str, str],
) -> Drilldown:
    """One figure as a page of its own.

    Args:
        names: how people and customers are called, by id.
    """
    kpi, value = explained.kpi, explained.value
    assert tile.value is not None
    contacts = _contacts()
    return Drilldown(
        report=page.report,
        reader=page.reader,
        period=page.period,
        as_of=page.as_of,
        company=page.company,
        currency=page.currency,
        asked=asked,
        label=_bilingual(kpi.label),
        scope=page.reader.name if page.reader.kind == "employee" else page.company,
        when=_when(explained, catalogue),
        value=tile.value,
        sums=_sums(kpi, value),
        definition=_definition(kpi, catalogue),
        verdict=_verdict(explained),
        row_count=explained.row_count,
        rows=_rows(explained, catalogue, names, contacts),
        is_masked=not contacts.isdisjoint(explained.columns),
        parts=_parts(explained, catalogue),
        checks=_checks_said(explained.checks),
        checked=_checked(explained.checks),
    )


def _contacts() -> frozenset[str]:
    return frozenset(name for table in canonical_tables().values() for name in table.contact)


def _names(warehouse: Warehouse) -> dict[str, str]:
    """Names of people by their id."""
    people = warehouse.rows("select employee_id, name from core.dim_employee")
    return {row["employee_id"]: row["name"] for row in people if row["name"]}


def _bilingual(label: Any) -> Bilingual:
    return Bilingual(zh=label.zh, en=label.en)


def _when(explained: Explanation, catalogue: Catalogue) -> Span | Day:
    """The days that count; of a balance the one day it stands at."""
    kpi = explained.kpi
    if kpi.fact and catalogue.facts[kpi.fact].span:
        before = timedelta(days=1)
        return Day(date=explained.from_date - before if kpi.opening else explained.to_date)
    return Span(start=explained.from_date, end=explained.to_date)


# --- what the figure is ---------------------------------------------------------------------


def _sums(kpi: Kpi, value: dict[str, Any]) -> tuple[Term, ...]:
    terms = [Term(label=message("drill.value"), shown=_typed(kpi, value["value"]))]
    for name in ("numerator", "denominator"):
        if value[name] is not None:
            terms.append(Term(label=message(f"drill.{name}"), shown=_number(value[name])))
    return (*terms, Term(label=message("drill.n"), shown=Count(value=int(value["n"] or 0))))


def _typed(kpi: Kpi, number: Any) -> Value:
    """A value to the last decimal that is kept of it."""
    exact = _exact(number)
    if kpi.unit == "money":
        return Money(amount=exact, exact=True)
    if kpi.unit == "ratio":
        return Ratio(value=exact, decimals=2)
    if kpi.unit == "days":
        return Days(value=exact, decimals=2)
    if kpi.unit == "hours":
        return Hours(value=exact, decimals=2)
    if kpi.unit == "multiple":
        return Multiple(value=exact, decimals=2)
    return _number(exact)


def _exact(number: Any) -> Decimal:
    return Decimal(str(number or 0)).quantize(_PLACES)


def _number(number: Any) -> Number:
    """A number with no more decimals than it has."""
    exact = _exact(number)
    return Number(value=exact, decimals=_decimals(exact))


def _decimals(exact: Decimal) -> int:
    exponent = exact.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    return max(2, -exponent)  # a single decimal looks like a cent lost


def _definition(kpi: Kpi, catalogue: Catalogue) -> tuple[Term, ...]:
    terms = [
        Term(label=message("drill.meaning"), shown=_bilingual(kpi.description)),
        Term(label=message("drill.formula"), shown=_bilingual(kpi.formula)),
        Term(label=message("drill.value_of"), shown=_computed(kpi)),
    ]
    if kpi.kind == "derived":
        return (*terms, *_code("drill.num", kpi.numerator), *_code("drill.den", kpi.denominator))
    fact = catalogue.facts[kpi.fact]
    dated = "" if fact.span or kpi.date == "period" else kpi.date
    return (
        *terms,
        *_code("drill.rows_of", fact.rows or fact.table),
        *_code("drill.dated", dated),
        *_code("drill.where", kpi.where),
        *_code("drill.num", kpi.numerator),
        *_code("drill.den", kpi.denominator),
    )


def _code(label: str, text: str | None) -> tuple[Term, ...]:
    if not text:
        return ()
    return (Term(label=message(label), shown=verbatim(" ".join(text.split())), code=True),)


def _computed(kpi: Kpi) -> Message:
    """How the value follows from the rows."""
    if kpi.kind == "percentile" and kpi.percentile is not None:
        return message("drill.percentile", share=Ratio(value=kpi.percentile))
    if kpi.kind == "modelled" and kpi.is_untraceable:
        return message("drill.modelled", table=verbatim(f"kpi.{kpi.fact}_modelled"))
    if kpi.denominator is None and not kpi.is_plain and kpi.kind == "modelled":
        return message("drill.divided", table=verbatim(f"kpi.{kpi.fact}_modelled"))
    if kpi.kind in ("derived", "distinct"):
        return message(f"drill.{kpi.kind}")
    return message("drill.sum" if kpi.denominator is None else "drill.ratio")


def _verdict(explained: Explanation) -> Message:
    if not explained.row_count:
        return message("drill.none")
    said = {True: "drill.adds_up", False: "drill.off", None: "drill.rows"}[explained.adds_up]
    return message(said, n=Count(value=explained.row_count))


# --- rows -----------------------------------------------------------------------------------


def _rows(
    explained: Explanation, catalogue: Catalogue, names: dict[str, str], contacts: frozenset[str]
) -> Table | None:
    """The rows with typed columns; a column that is empty in all rows is left out."""
    if not explained.rows:
        return None
    columns = [
        name
        for name in explained.columns
        if name in _FRAME or any(row[name] is not None for row in explained.rows)
    ]
    if explained.kpi.denominator is None and not explained.parts:
        columns.remove("denominator")
    made = []
    cells: dict[str, list[Shown | None]] = {}
    for name in columns:
        values = [row[name] for row in explained.rows]
        if name == "kpi":
            labels = {other: _bilingual(catalogue.kpis[other].label) for other in set(values)}
            kind, cells[name] = "text", [labels[value] for value in values]
        elif name == "owner":
            kind, cells[name] = "text", [_person(value, names) for value in values]
        elif name == "file":
            kind, cells[name] = "text", [None if v is None else file_place(v) for v in values]
        elif name in contacts:
            kind, cells[name] = "text", [_masked(value) for value in values]
        else:
            kind, cells[name] = _column(name, values)
        made.append(Column.model_validate({"id": name, "label": column_label(name), "type": kind}))
    rows = zip(*(cells[name] for name in columns), strict=True)
    more = explained.row_count if explained.row_count > len(explained.rows) else None
    return Table(columns=tuple(made), rows=tuple(Row(cells=row) for row in rows), rows_in_all=more)


def _person(employee_id: Any, names: dict[str, str]) -> Verbatim | None:
    if employee_id is None:
        return None
    name = names.get(employee_id)
    return verbatim(f"{name} {employee_id}" if name else str(employee_id))


def _masked(value: Any) -> Verbatim | None:
    return verbatim(masked(str(value))) if value else None


def column_label(name: str) -> Text:
    """What a column is called; one of a fact that a company added keeps its own name."""
    known = f"field.{name}"
    return message(known) if known in words_of("en") else verbatim(name)


def _column(name: str, values: Sequence[Any]) -> tuple[ColumnType, list[Shown | None]]:
    """The cells of a column, all of the type that its values have."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        says = {True: message("drill.yes"), False: message("drill.no")}
        return "text", [None if value is None else says[value] for value in values]
    if isinstance(first, datetime):
        return "moment", [
            None if v is None else Moment(at=v.replace(microsecond=0)) for v in values
        ]
    if isinstance(first, date):
        return "day", [None if v is None or v.year == _NEVER else Day(date=v) for v in values]
    if isinstance(first, int | float | Decimal) or name in ("numerator", "denominator"):
        return "number", _numbers(values)
    return "text", [None if value is None else verbatim(str(value)) for value in values]


def _numbers(values: Sequence[Any]) -> list[Shown | None]:
    """Numbers with as many decimals as any of the column has."""
    exact = [None if value is None else _exact(value) for value in values]
    places = max((_decimals(number) for number in exact if number is not None), default=0)
    return [None if number is None else Number(value=number, decimals=places) for number in exact]


# --- parts and checks -----------------------------------------------------------------------


def _parts(explained: Explanation, catalogue: Catalogue) -> Table | None:
    if not explained.parts:
        return None
    rows = []
    for name, part in explained.parts.items():
        numbers = [part.get(key) for key in ("value", "numerator", "denominator", "n")]
        cells = [None if number is None else _number(number) for number in numbers]
        rows.append((_bilingual(catalogue.kpis[name].label), *cells))
    return table("kpi_name:text value:number numerator:number denominator:number n:number", rows)


def _checks_said(checks: Sequence[dict[str, Any]]) -> Message:
    if not checks:
        return message("drill.checks_none")
    broken = sum(check["status"] != "passed" for check in checks)
    if broken:
        return message(
            "drill.checks_broken", broken=Count(value=broken), n=Count(value=len(checks))
        )
    return message("drill.checks_hold", n=Count(value=len(checks)))


def _checked(checks: Sequence[dict[str, Any]]) -> Table | None:
    """Each table with how many checks held, and what did not."""
    if not checks:
        return None
    by_table: dict[str, list[dict[str, Any]]] = {}
    for check in checks:
        by_table.setdefault(check["table_name"], []).append(check)
    rows = []
    for name, found in sorted(by_table.items())[:_MOST_CHECKS]:
        broken = [check for check in found if check["status"] != "passed"]
        said = tuple(Bilingual(zh=check["zh"], en=check["en"]) for check in broken)
        rows.append(
            (
                subject(name),
                Count(value=len(found) - len(broken)),
                Count(value=len(broken)) if broken else None,
                Listing(items=said) if said else None,
            )
        )
    return table("looked_at:text checks_held:count checks_broken:count what_broke:text", rows)
