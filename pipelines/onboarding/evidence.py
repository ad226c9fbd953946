"""What the values of a file show: the order of its dates, its number style, texts that mean empty.

Belongs here: looking at landed values. Does not belong here: deciding for the reader where the
values leave it open; then the evidence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.landing.parquet import Landed
from pipelines.warehouse.quoting import identifier, literal

_DAY_OR_MONTH = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}"
_COMMA = r"^[-+(]?[^\d]{0,3}(\d{1,3}([. ]\d{3})+|\d+),(\d{1,2}|\d{4,})\)?\D{0,3}$"
_POINT = r"^[-+(]?[^\d]{0,3}(\d{1,3}([, ]\d{3})+|\d+)?\.(\d{1,2}|\d{4,})\)?\D{0,3}$"
_GROUPED_BY_POINT = r"^[-+(]?\D{0,3}\d{1,3}(\.\d{3})+\)?$"
_GROUPED_BY_QUOTE = r"^[-+(]?\D{0,3}\d{1,3}(['’]\d{3})+(\.\d+)?\)?$"
_NO_WORDS = ("null", "nan", "n/a", "#n/a")
_EMPTY = ("null", "n/a", "na", "none", "nan", "nil", "-", "--", "—", "无", "/")


@dataclass(frozen=True)
class Evidence:
    """A setting the values call for, if they do, and the sentence that says why."""

    setting: str | None
    reason: str


class Values:
    """The values of a landed file."""

    def __init__(self, con: duckdb.DuckDBPyConnection, landed: Landed) -> None:
        self._con = con
        self._relation = f"read_parquet({literal(str(landed.parquet))})"

    def samples(self, header: str, limit: int) -> tuple[str, ...]:
        """Distinct filled values of a column, the most frequent first."""
        name = identifier(header)
        rows = self._con.execute(
            f"select trim({name}) from {self._relation} where trim({name}) <> '' "
            f"group by 1 order by count(*) desc, 1 limit {limit}"
        ).fetchall()
        return tuple(str(row[0]) for row in rows)

    def is_key(self, header: str) -> bool:
        """Whether a column is filled in each row, and never twice with the same."""
        name = f"nullif(trim({identifier(header)}), '')"
        row = self._con.execute(
            f"select count(*) > 1 and count(*) = count(distinct {name}) from {self._relation}"
        ).fetchone()
        return row is not None and bool(row[0])

    def first_like(self, headers: Sequence[str], condition: str) -> str | None:
        """A value of one of the columns that holds a condition over `x`."""
        for header in headers:
            row = self._con.execute(
                f"select x from (select trim({identifier(header)}) as x from {self._relation}) "
                f"where {condition} limit 1"
            ).fetchone()
            if row is not None:
                return str(row[0])
        return None


def date_order(values: Values, headers: Sequence[str]) -> Evidence | None:
    """Which of day and month comes first; `None` where no value leaves it open."""
    either = f"regexp_matches(x, {literal(_DAY_OR_MONTH)})"
    first, second = (
        f"try_cast(regexp_extract(x, {literal(_DAY_OR_MONTH)}, {part}) as integer)"
        for part in (1, 2)
    )
    example = values.first_like(headers, either)
    if example is None:
        return None
    day = values.first_like(headers, f"{either} and {first} > 12")
    month = values.first_like(headers, f"{either} and {second} > 12")
    if day and month:
        return Evidence(None, f"both orders stand in the file: {day} and {month}; state one")
    if day:
        return Evidence("dmy", f"the day comes first: {day}")
    if month:
        return Evidence("mdy", f"the month comes first: {month}")
    return Evidence(
        None, f"ambiguous ({example}): no day above 12 in the file; state date_order: dmy or mdy"
    )


def number_style(values: Values, headers: Sequence[str]) -> Evidence | None:
    """The decimal sign and the sign between thousands; `None` where they are the plain ones."""
    comma = values.first_like(headers, f"regexp_matches(x, {literal(_COMMA)})")
    point = values.first_like(headers, f"regexp_matches(x, {literal(_POINT)})")
    quote = values.first_like(headers, f"regexp_matches(x, {literal(_GROUPED_BY_QUOTE)})")
    if comma and point:
        return Evidence(None, f"both decimal signs stand in the file: {comma} and {point}")
    if comma:
        return Evidence('{decimal: ","}', f"a decimal comma: {comma}")
    if quote:
        return Evidence('{thousands: "\'"}', f"' between thousands: {quote}")
    grouped = values.first_like(headers, f"regexp_matches(x, {literal(_GROUPED_BY_POINT)})")
    if grouped and not point:
        return Evidence(
            None,
            f'ambiguous ({grouped}): for a point between thousands state numbers: {{decimal: ","}}',
        )
    return None


def empty_texts(values: Values, typed: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Texts that stand for nothing.

    Args:
        typed: columns of dates and numbers, where also `-` and 无 are such texts; others: the rest.
    """
    found: dict[str, str] = {}
    for headers, words in ((typed, _EMPTY), (others, _NO_WORDS)):
        listed = ", ".join(literal(word) for word in words)
        for header in headers:
            text = values.first_like([header], f"lower(x) in ({listed})")
            if text is not None:
                found.setdefault(text.lower(), text)
    return tuple(found.values())
