"""Appraised pay as claims: form, overview, workbook of HR and payroll, the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.support.pages.claims import Claim, Published, cells, number, section, sheets

NEWEST = (
    "where period = (select max(newest.period) from mart.appraisal_result as newest "
    "where newest.scheme_id = result.scheme_id)"
)


def of_results(published: Published) -> Iterator[Claim]:
    """Score and pay of a person: workbook of HR, with its sheet for payroll, and the table."""
    hr = published.page_of("appraisal", "hr")
    book = sheets(hr)
    for row in cells(book["results"]):
        who = row["employee"]
        for column, quantity in (("score", "score"), ("floating_pay", "floating pay")):
            if row.get(column) is not None:
                yield Claim((quantity, who), "HR workbook results", Decimal(row[column]))
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in cells(book["payroll"]):
        who = row["employee"]
        for column in ("floating_pay", "bonus", "adjustments", "total_pay"):
            paid[column] += row[column] or 0
            if row[column] is not None:
                yield Claim(("payroll", column, who), "HR workbook payroll", Decimal(row[column]))
        parts = sum((row[column] or 0 for column in ("floating_pay", "bonus", "adjustments")), 0)
        yield Claim(("payroll", "total_pay", who), "HR workbook payroll, parts", Decimal(parts))
    for who, pay, bonus, adjustments in published.tables.execute(
        f"select employee_id, sum(floating_pay), sum(bonus), sum(adjustments) "
        f"from mart.appraisal_result as result {NEWEST} group by employee_id"
    ).fetchall():
        for column, figure in (("floating_pay", pay), ("bonus", bonus),
                               ("adjustments", adjustments)):  # fmt: skip
            if figure is not None:
                yield Claim(("payroll", column, who), "mart.appraisal_result", figure)
    yield Claim(("floating pay", "company"), "HR workbook payroll", paid["floating_pay"])


def of_forms(published: Published) -> Iterator[Claim]:
    """A person's form, by the end of its way to the score, and the row in the overview of HR."""
    hr = published.page_of("appraisal", "hr")
    for found in hr.sections:
        if not found.id.startswith("results") or found.table is None:
            continue
        ids = [column.id for column in found.table.columns]
        for row in found.table.rows:
            if row.role != "row" or row.to is None:
                continue
            shown = dict(zip(ids, row.cells, strict=True))
            for column, quantity in (("score", "score"), ("floating_pay", "floating pay")):
                figure = number(shown[column])
                if figure is not None:
                    yield Claim((quantity, row.to.reader_id), f"{hr.stem} {found.id}", figure)
    for page in published.pages_of("appraisal"):
        if page.reader.id == "hr":
            continue
        way = section(page, "total")
        if way is not None and way.table is not None and way.table.rows:
            ids = [column.id for column in way.table.columns]
            figure = number(dict(zip(ids, way.table.rows[-1].cells, strict=True))["score"])
            if figure is not None:
                yield Claim(("score", page.reader.id), f"{page.stem} total", figure)
