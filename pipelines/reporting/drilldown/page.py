"""The typed page behind one figure, and the terms its definition is made of.

Belongs here: the page's shape and the figures and words that say what a KPI is. Does not belong
here: its rows (`drilldown_rows.py`), and who opens which figure (`drilldown.py`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from pipelines.policy.catalogue import Catalogue, Kpi
from pipelines.reporting.model.page import Asked, FailedCheck, Reader, Slug, Table, file_name
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Days,
    Frozen,
    Hours,
    Message,
    Money,
    Multiple,
    Number,
    Period,
    Ratio,
    Shown,
    Span,
    Text,
    Value,
    message,
    verbatim,
)

_PLACES = Decimal("0.0001")  # which is what `mart.kpi_value` holds of a sum


class Term(Frozen):
    """One line of the definition; `code` is text for those who read SQL."""

    label: Message
    shown: Shown
    code: bool = False


class Drilldown(Frozen):
    """One figure of one page, opened for the same reader.

    `asked` is what was asked of the catalogue; `rows` holds the first `ROWS_SHOWN` of `row_count`;
    `in_question` is what the tile says of rows in quarantine.
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
    failed: tuple[FailedCheck, ...] = ()
    in_question: Text | None = None

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

    @property
    def in_words(self) -> tuple[Term, ...]:
        """The definition as everybody reads it."""
        return tuple(term for term in self.definition if not term.code)

    @property
    def in_sql(self) -> tuple[Term, ...]:
        """The same for those who read SQL."""
        return tuple(term for term in self.definition if term.code)


def bilingual(label: Any) -> Bilingual:
    return Bilingual(zh=label.zh, en=label.en)


def sums_of(kpi: Kpi, value: dict[str, Any], catalogue: Catalogue) -> tuple[Term, ...]:
    """The value with what it was divided from; a balance is one case, whatever rows it has."""
    terms = [Term(label=message("drill.value"), shown=_typed(kpi, value["value"]))]
    for name in ("numerator", "denominator"):
        if value[name] is not None:
            terms.append(Term(label=message(f"drill.{name}"), shown=plain_number(value[name])))
    if kpi.fact and catalogue.facts[kpi.fact].span:
        return tuple(terms)
    return (*terms, Term(label=message("drill.n"), shown=Count(value=int(value["n"] or 0))))


def _typed(kpi: Kpi, number: Any) -> Value:
    """A value to the last decimal that is kept of it."""
    exact = exactly(number)
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
    return plain_number(exact)


def exactly(number: Any) -> Decimal:
    return Decimal(str(number or 0)).quantize(_PLACES)


def plain_number(number: Any) -> Number:
    """A number with no more decimals than it has."""
    exact = exactly(number)
    return Number(value=exact, decimals=decimals_of(exact))


def decimals_of(exact: Decimal) -> int:
    exponent = exact.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    return max(2, -exponent)  # a single decimal looks like a cent lost


def definition_of(kpi: Kpi, catalogue: Catalogue) -> tuple[Term, ...]:
    terms = [
        Term(label=message("drill.meaning"), shown=bilingual(kpi.description)),
        Term(label=message("drill.formula"), shown=bilingual(kpi.formula)),
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
