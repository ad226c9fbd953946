"""What published places state: pages, sentences, charts, tables, workbooks and marts as claims.

A claim is a quantity, the place that states it, and the figure there. Quantities are named by what
they are, whose and of when, so that two places that state one are found without being listed in
pairs. `audit.py` lists the functions of all modules; add one for a new section, table or sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.reporting.model.book import RowFormula, Sheet, SumOf
from pipelines.reporting.model.charts import AgeingBars, FunnelBars
from pipelines.reporting.model.page import Page, Section
from pipelines.reporting.model.values import Message, Money, Value

Quantity = tuple[str, ...]
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Claim:
    quantity: Quantity
    place: str
    figure: Decimal


@dataclass(frozen=True)
class Published:
    """Everything that is published of one run: pages with their workbooks, and the tables."""

    pages: dict[str, list[Page]]
    tables: duckdb.DuckDBPyConnection

    def page(self, report: str) -> Page:
        (page,) = self.pages_of(report)
        return page

    def pages_of(self, report: str) -> list[Page]:
        return [page for found in self.pages.values() for page in found if page.report == report]

    def page_of(self, report: str, reader: str) -> Page:
        (page,) = (page for page in self.pages_of(report) if page.reader.id == reader)
        return page

    @property
    def day(self) -> str:
        return self.page("receivables").as_of.isoformat()


def number(value: Value | Decimal | int | None) -> Decimal | None:
    """The one number of a value, or none where it is a text, a day or empty."""
    if isinstance(value, Money):
        return value.amount
    found = getattr(value, "value", value)
    return Decimal(found) if isinstance(found, Decimal | int) else None


def texts(page: Page) -> Iterator[tuple[str, Message]]:
    """Every sentence of a page, messages inside messages included, with where it stands."""
    pending: list[tuple[str, Any]] = [("lead", text) for text in page.lead]
    for section in page.sections:
        said = (section.message, *section.what, *section.note)
        said += (section.notice.text,) if section.notice else ()
        pending += [(section.id, text) for text in said]
    while pending:
        where, text = pending.pop()
        if isinstance(text, Message):
            yield where, text
            pending += [(where, inner) for inner in text.params.values()]


def said(page: Page, *names: str) -> Iterator[tuple[str, Decimal]]:
    """Figures of sentences as `message.parameter`, with the place."""
    for where, text in texts(page):
        for name, value in text.params.items():
            if f"{text.id}.{name}" in names and (figure := number(value)) is not None:
                yield f"{page.stem} {where}: {text.id}.{name}", figure


def section(page: Page, name: str) -> Section | None:
    return next((found for found in page.sections if found.id == name), None)


def rows(page: Page, name: str) -> list[dict[str, Any]]:
    """Rows of a section's table that are no totals, by column; a cut table has none."""
    found = section(page, name)
    if found is None or found.table is None or found.table.rows_in_all:
        return []
    ids = [column.id for column in found.table.columns]
    return [dict(zip(ids, row.cells, strict=True)) for row in found.table.rows if row.role == "row"]


def total(page: Page, name: str, column: str) -> Decimal | None:
    found = rows(page, name)
    return sum((number(row[column]) or Decimal(0) for row in found), Decimal(0)) if found else None


def cells(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Rows of a sheet of a workbook by column, formulas as what they show."""
    ids = [column.id for column in sheet.columns]
    for row in sheet.rows():
        shown = [cell.value if isinstance(cell, SumOf | RowFormula) else cell for cell in row]
        yield dict(zip(ids, shown, strict=True))


def sheets(page: Page) -> dict[str, Sheet]:
    return {sheet.id: sheet for sheet in page.book.sheets} if page.book else {}


# --- KPIs ---------------------------------------------------------------------------------------


def of_kpis(published: Published) -> Iterator[Claim]:
    """A tile that opens a KPI, the sentence that repeats it, and the published value."""
    for found in published.pages.values():
        for page in found:
            for tile in page.tiles:
                figure = number(tile.value)
                if tile.asked is not None and figure is not None:
                    asked = tile.asked
                    yield Claim(
                        ("kpi", asked.kpi_id, asked.scope, asked.period),
                        f"{page.stem} tile {tile.kpi_id}", figure,
                    )  # fmt: skip
    week, _, quarter = periods(published)
    director = published.page("director_weekly")
    for place, figure in said(director, "lead.overdue_up.rate", "lead.overdue_down.rate",
                              "ageing.concentrated.rate"):  # fmt: skip
        yield Claim(("kpi", "overdue_rate", "company", week[0]), place, figure)
    for place, figure in said(
        director, "lead.collections_down.amount", "lead.collections_up.amount"
    ):
        yield Claim(("kpi", "collections", "company", week[0]), place, figure)
    for place, figure in said(director, "lead.quota.attainment"):
        yield Claim(("kpi", "quota_attainment", "company", quarter[0]), place, figure)
    signed = ("kpi", "contract_amount", "company", quarter[0])
    for place, figure in said(director, "lead.quota.signed", "forecast.parts.signed"):
        yield Claim(signed, place, figure)
    for page in published.pages_of("rep_weekly"):
        for place, figure in said(page, "lead.quota.attainment"):
            yield Claim(
                ("kpi", "quota_attainment", f"rep:{page.reader.id}", quarter[0]), place, figure
            )


def periods(published: Published) -> tuple[tuple[str, Any], tuple[str, Any], tuple[str, Any]]:
    """Name and first day of the running week, month and quarter."""
    day = published.page("receivables").as_of
    year, week, _ = day.isocalendar()
    monday = published.page("receivables").period.start
    quarter = (day.month - 1) // 3
    return (
        (f"{year}-W{week:02}", monday),
        (f"{day:%Y-%m}", day.replace(day=1)),
        (f"{day.year}-Q{quarter + 1}", day.replace(month=3 * quarter + 1, day=1)),
    )


# --- receivables --------------------------------------------------------------------------------


Stated = Iterator[tuple[str, str, Decimal | None]]


def of_receivables(published: Published) -> Iterator[Claim]:
    """Balance, overdue and provision of the company: page, charts, tables, workbook, mart."""
    finance = published.page("receivables")
    sources = (
        *(_in_ageing(page) for page in (finance, published.page("director_weekly"))),
        _in_receivables_page(finance), _in_receivables_book(finance), _in_marts(published),
    )  # fmt: skip
    for source in sources:
        for measure, place, figure in source:
            if figure is not None:
                yield Claim((measure, "company", published.day), place, figure)


def _in_ageing(page: Page) -> Stated:
    names = {
        "finance.lead.owed_up.outstanding": "outstanding",
        "finance.lead.owed_down.outstanding": "outstanding",
        "finance.lead.owed.outstanding": "outstanding",
        "ageing.ties.outstanding": "outstanding",
        "ageing.ties_not.outstanding": "outstanding",
        "ageing.provision.provision": "provision",
        "provision.amount.amount": "provision",
        "customers.what.amount": "overdue",
    }
    for name, measure in names.items():
        for place, figure in said(page, name):
            yield measure, place, figure
    yield "outstanding", f"{page.stem} ageing table", total(page, "ageing", "amount")
    ageing = section(page, "ageing")
    assert ageing is not None
    assert isinstance(ageing.chart, AgeingBars)
    chart = sum((row.amount for row in ageing.chart.rows), Decimal(0))
    yield "outstanding", f"{page.stem} ageing chart", chart


def _in_receivables_page(page: Page) -> Stated:
    for tile in page.tiles:
        measure = {"outstanding": "outstanding", "ecl_provision": "provision"}.get(tile.kpi_id)
        if measure:
            yield measure, f"{page.stem} tile {tile.kpi_id}", number(tile.value)
    for name, column, measure in (
        ("provision", "amount", "outstanding"), ("provision", "provision", "provision"),
        ("regions", "outstanding", "outstanding"), ("regions", "overdue", "overdue"),
        ("regions", "provision", "provision"), ("risk", "amount", "outstanding"),
    ):  # fmt: skip
        yield measure, f"{page.stem} {name} table", total(page, name, column)
    for row in rows(page, "ledger"):
        if row["day"].date == page.as_of:
            yield "outstanding", f"{page.stem} ledger table", number(row["outstanding"])


def _in_receivables_book(page: Page) -> Stated:
    book = {name: list(cells(sheet)) for name, sheet in sheets(page).items()}
    late = [row for row in book["items"] if (row["days_late"] or 0) > 0]
    for measure, name, column, found in (
        ("outstanding", "items", "amount", book["items"]),
        ("overdue", "items past due", "amount", late),
        ("overdue", "customers", "overdue", book["customers"]),
        ("outstanding", "summary", "amount", book["summary"]),
        ("provision", "summary", "provision", book["summary"]),
    ):
        amount = sum((row[column] for row in found), Decimal(0))
        yield measure, f"receivables workbook {name}", amount


def _in_marts(published: Published) -> Stated:
    columns = {"outstanding": "outstanding", "overdue": "overdue", "provision": "ecl_provision"}
    kinds = ("company", "region", "team", "employee", "customer", "segment", "currency")
    wanted = [
        ("outstanding", "open_amount_base", "mart.receivable_item where true"),
        ("overdue", "open_amount_base", "mart.receivable_item where days_past_due > 0"),
        ("outstanding", "open_amount_base", "mart.receivable_ageing where scope_kind = 'company'"),
        *(
            (measure, column, f"mart.receivable_metric where scope_kind = '{kind}'")
            for measure, column in columns.items()
            for kind in kinds
        ),
    ]
    for measure, column, place in wanted:
        found = published.tables.execute(
            f"select sum({column}) from {place} and as_of_date = cast(? as date)", [published.day]
        ).fetchone()
        assert found is not None
        yield measure, place, found[0]


def of_overdue_people(published: Published) -> Iterator[Claim]:
    """What is overdue of a representative: tile, sentences, list, and the published tables."""
    for page in published.pages_of("rep_weekly"):
        whose = ("overdue", page.reader.id, published.day)
        for tile in page.tiles:
            if tile.kpi_id == "overdue_amount" and (figure := number(tile.value)) is not None:
                yield Claim(whose, f"{page.stem} tile overdue_amount", figure)
        for place, figure in said(page, "rep.lead.invoices.amount", "rep.invoices.chase.amount"):
            yield Claim(whose, place, figure)
        listed = total(page, "invoices", "open_amount")
        if listed is not None:
            yield Claim(whose, f"{page.stem} invoices table", listed)
    for who, amount in published.tables.execute(
        "select collector_id, sum(open_amount_base) from mart.receivable_item "
        "where as_of_date = cast(? as date) and days_past_due > 0 and collector_id is not null "
        "group by collector_id",
        [published.day],
    ).fetchall():
        yield Claim(("overdue", who, published.day), "mart.receivable_item", amount)


# --- commission ---------------------------------------------------------------------------------

LEDGERS = ("credit", "earned", "payable", "paid", "held")


def of_commission(published: Published) -> Iterator[Claim]:
    """A payee's month on their page, statement, both workbooks, the KPI and the tables."""
    for page in published.pages_of("rep_weekly"):
        for row in rows(page, "statements"):
            for ledger in LEDGERS:
                figure = number(row[ledger])
                if figure is not None:
                    yield Claim(
                        (ledger, page.reader.id, row["month"].key),
                        f"{page.stem} statements",
                        figure,
                    )
    for page in published.pages_of("commission_statement"):
        yield from _of_statement(page)
    table = published.tables
    for who, month, *figures in table.execute(
        f"select payee_id, period, {', '.join(LEDGERS)} from mart.commission_statement"
    ).fetchall():
        for ledger, figure in zip(LEDGERS, figures, strict=True):
            yield Claim((ledger, who, month), "mart.commission_statement", figure)
    for who, month, ledger, amount, credit in table.execute(
        "select payee_id, posted_period, ledger, sum(amount), sum(credit_amount) "
        "from mart.commission_line where ledger <> 'held' group by all"
    ).fetchall():
        yield Claim((ledger, who, month), "mart.commission_line", amount)
        if ledger == "earned":
            yield Claim(("credit", who, month), "mart.commission_line", credit)
    for kpi, ledger in (("commission_earned", "earned"), ("commission_payable", "payable")):
        for who, month, value in table.execute(
            "select scope_id, strftime(period_start, '%Y-%m'), numerator from mart.kpi_value "
            "where kpi_id = ? and period_kind = 'month' and scope_kind = 'employee'", [kpi]
        ).fetchall():  # fmt: skip
            yield Claim((ledger, who, month), f"mart.kpi_value {kpi}", value)
    yield from _of_reconciliation(published)


def _of_statement(page: Page) -> Iterator[Claim]:
    who, month = page.reader.id, page.period.key
    for tile in page.tiles:
        ledger = tile.kpi_id.removeprefix("commission_")
        if ledger in LEDGERS and (figure := number(tile.value)) is not None:
            yield Claim((ledger, who, month), f"{page.stem} tile {tile.kpi_id}", figure)
    for name, ledger in (
        ("statement.lead.earned", "earned"), ("statement.lead.payable", "payable"),
        ("statement.lead_held.held", "held"), ("statement.lines.sum.amount", "earned"),
    ):  # fmt: skip
        for place, figure in said(page, name):
            yield Claim((ledger, who, month), place, figure)
    credit = total(page, "lines", "credit")
    if credit is not None:
        yield Claim(
            ("lines", who, month),
            f"{page.stem} lines table",
            total(page, "lines", "amount") or credit,
        )
        for place, figure in said(page, "statement.lines.sum.amount"):
            yield Claim(("lines", who, month), place, figure)


def _of_reconciliation(published: Published) -> Iterator[Claim]:
    """Company sums of a month, on the pages of finance, in its workbook and in the tables."""
    page = published.page("commission_reconciliation")
    yield from _of_months(page)
    yield from _of_commission_book(page)
    table = published.tables
    for month, earned, payable in table.execute(
        "select period, sum(earned), sum(payable) from mart.commission_statement group by period"
    ).fetchall():
        yield Claim(("earned", "company", month), "mart.commission_statement", earned)
        yield Claim(("payable", "company", month), "mart.commission_statement", payable)
    for kpi, ledger in (("commission_earned", "earned"), ("commission_payable", "payable")):
        for month, value in table.execute(
            "select strftime(period_start, '%Y-%m'), numerator from mart.kpi_value "
            "where kpi_id = ? and period_kind = 'month' and scope_kind = 'company'", [kpi]
        ).fetchall():  # fmt: skip
            yield Claim((ledger, "company", month), f"mart.kpi_value {kpi}", value)
    finance = published.page("receivables")
    for tile in finance.tiles:
        figure = number(tile.value)
        if tile.asked is not None and tile.kpi_id == "commission_payable" and figure is not None:
            yield Claim(("payable", "company", tile.asked.period), f"{finance.stem} tile", figure)
    for where, text in texts(finance):
        if text.id == "finance.lead.commission":
            month = getattr(text.params["month"], "key", "")
            for ledger in ("payable", "paid"):
                figure = number(text.params[ledger])  # type: ignore[arg-type]
                assert figure is not None
                yield Claim((ledger, "company", month), f"{finance.stem} {where}", figure)


def _of_months(page: Page) -> Iterator[Claim]:
    """The tables of months on the page."""
    columns = {
        "months": {ledger: ledger for ledger in LEDGERS},
        "accrual": {"expense": "earned", "liability": "liability"},
    }
    for name, of in columns.items():
        for row in rows(page, name):
            for column, ledger in of.items():
                figure = number(row[column])
                if figure is not None:
                    month = row["month"].key
                    yield Claim((ledger, "company", month), f"{page.stem} {name}", figure)


def _of_commission_book(page: Page) -> Iterator[Claim]:
    """Statements, each and added up, lines of open months and accruals of the workbook."""
    book = sheets(page)
    by_month: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in cells(book["statements"]):
        for ledger in LEDGERS:
            quantity = (ledger, row["employee"], row["month"])
            yield Claim(quantity, "commission workbook statements", row[ledger])
            by_month[ledger, row["month"]] += row[ledger]
    of_lines: dict[Quantity, Decimal] = defaultdict(Decimal)
    for row in cells(book["lines"]):
        for ledger in ("earned", "payable", "paid"):
            if row[ledger] is not None:
                of_lines[ledger, row["employee"], row["posted_month"]] += row[ledger]
    for quantity, figure in of_lines.items():
        yield Claim(quantity, "commission workbook lines", figure)
    for (ledger, month), figure in by_month.items():
        yield Claim((ledger, "company", month), "commission workbook statements", figure)
    for row in cells(book["accruals"]):
        place = "commission workbook accruals"
        yield Claim(("earned", "company", row["month"]), place, row["expense"])
        yield Claim(("liability", "company", row["month"]), place, row["liability"])


# --- appraisal ----------------------------------------------------------------------------------


def of_appraisal(published: Published) -> Iterator[Claim]:
    """Score and pay of a person on their form, and the company's pay on the page of HR."""
    paid = Decimal(0)
    for who, score, pay in published.tables.execute(
        "select employee_id, score, floating_pay from mart.appraisal_result as result "
        "where period = (select max(newest.period) from mart.appraisal_result as newest "
        "where newest.scheme_id = result.scheme_id)"
    ).fetchall():
        paid += pay or 0
        if score is not None:
            yield Claim(("score", who), "mart.appraisal_result", score)
        if pay is not None:
            yield Claim(("floating pay", who), "mart.appraisal_result", pay)
    yield Claim(("floating pay", "company"), "mart.appraisal_result", paid)
    for page in published.pages_of("appraisal"):
        for name, of in (
            ("appraisal.form.lead.score", "score"),
            ("appraisal.form.pay_by_coefficient.pay", "floating pay"),
            ("appraisal.form.pay_by_score.pay", "floating pay"),
        ):  # fmt: skip
            for place, figure in said(page, name):
                yield Claim((of, page.reader.id), place, figure)
    hr = published.page_of("appraisal", "hr")
    for tile in hr.tiles:
        figure = number(tile.value)
        if tile.kpi_id == "floating_pay" and figure is not None:
            yield Claim(("floating pay", "company"), f"{hr.stem} tile", figure)
    schemes = total(hr, "schemes", "floating_pay")
    if schemes is not None:
        yield Claim(("floating pay", "company"), f"{hr.stem} schemes table", schemes)
    by_scheme = [
        amount
        for section in hr.sections
        if section.id.startswith("grades")
        and (amount := total(hr, section.id, "floating_pay")) is not None
    ]
    yield Claim(("floating pay", "company"), f"{hr.stem} grades tables", sum(by_scheme, Decimal(0)))


# --- sums ---------------------------------------------------------------------------------------


def of_sums(published: Published) -> Iterator[Claim]:
    """What adds up over people, teams and regions is the company's, for every measure there is."""
    additive = ["employee", "team", "region"]
    for kpi, kind, start, scopes, amount in published.tables.execute(
        "select kpi_id, period_kind, cast(period_start as varchar), scope_kind, "
        "round(sum(numerator), 2) from mart.kpi_value "
        "where period_kind in ('week', 'month', 'quarter', 'year') "
        "and (scope_kind = 'company' or scope_kind in ?) group by all", [additive]
    ).fetchall():  # fmt: skip
        if kpi not in NOT_ADDITIVE and amount is not None:
            yield Claim(("sum", kpi, kind, start), f"mart.kpi_value of {scopes}", amount)


# What does not add up by nature: different things counted, a product of rates, a count back in
# days; and formulas over several KPIs, which only those have who have a value of each.
NOT_ADDITIVE = frozenset({
    "dso_countback", "sales_velocity", "referring_customers", "referral_rate", "cei", "clv",
})  # fmt: skip


# --- workbook of statements, funnel, sales operations -------------------------------------------


def of_statement_books(published: Published) -> Iterator[Claim]:
    """A payee's month in the workbook of the statement: ledgers by line, and what follows when."""
    for page in published.pages_of("commission_statement"):
        who, month = page.reader.id, page.period.key
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in cells(sheets(page)["lines"]):
            ledger = row["ledger"].id.removeprefix("statement.ledger.")
            sums[ledger] += row["amount"]
            if ledger == "earned":
                sums["credit"] += row["credit"]
        for ledger in ("earned", "payable", "paid", "credit"):
            if ledger in sums:
                quantity = (ledger, who, month)
                yield Claim(quantity, f"{page.stem} workbook lines", sums[ledger])
        waits = sum((row["amount"] for row in cells(sheets(page)["holds"])), Decimal(0))
        yield Claim(("follows", who, month), f"{page.stem} workbook holds", waits)
        for place, figure in said(page, "statement.release.sum.waiting"):
            yield Claim(("follows", who, month), place, figure)


_FUNNEL = ("entered", "advanced", "lost", "regressed")


def of_funnel(published: Published) -> Iterator[Claim]:
    """Moves between stages in the last complete quarter: charts, tables and the published rows."""
    page = published.page("director_weekly")
    columns = {
        ("funnel", "entry"): _FUNNEL,
        ("funnel_exit", "exit"): ("left", "left_advanced", "left_lost", "left_back"),
    }
    for (name, mode), of in columns.items():
        for measure, column in zip(_FUNNEL, of, strict=True):
            stated = total(page, name, column)
            if stated is not None:
                yield Claim(("funnel", mode, measure), f"{page.stem} {name} table", stated)
    funnel = section(page, "funnel")
    if funnel is not None and isinstance(funnel.chart, FunnelBars):
        for measure in _FUNNEL:
            drawn = sum(getattr(row, measure) for row in funnel.chart.rows)
            yield Claim(("funnel", "entry", measure), f"{page.stem} chart", Decimal(drawn))
    _, _, (_, start) = periods(published)
    for mode, *figures in published.tables.execute(
        f"select mode, {', '.join(f'sum({measure})' for measure in _FUNNEL)} "
        "from mart.funnel_stage where period_kind = 'quarter' and scope_kind = 'company' "
        "and period_start = cast(? as date) - interval 3 month group by mode",
        [start],
    ).fetchall():
        for measure, figure in zip(_FUNNEL, figures, strict=True):
            yield Claim(("funnel", mode, measure), "mart.funnel_stage", Decimal(figure))


def of_sales_ops(published: Published) -> Iterator[Claim]:
    """Leads and what they cost, rows kept aside, and how deals are kept, with the tables' own."""
    page = published.page("sales_ops")
    table = published.tables
    for name, columns, breakdown in (
        ("leads", {"leads": "leads", "valid": "valid_leads", "mql": "mql_leads", "sql": "sql_leads",
                   "converted": "converted_leads", "won": "won_leads"}, "source"),
        ("cost", {"campaigns": "campaigns", "spend": "spend_amount", "campaign_leads": "leads",
                  "campaign_converted": "converted_leads", "campaign_won": "won_leads"}, "channel"),
    ):  # fmt: skip
        for column, source in columns.items():
            stated = total(page, name, column)
            found = table.execute(
                f"select sum({source}) from mart.lead_funnel where breakdown = ?", [breakdown]
            ).fetchone()
            assert found is not None
            if stated is not None and found[0] is not None:
                yield Claim((name, column), f"{page.stem} {name} table", stated)
                yield Claim((name, column), "mart.lead_funnel", Decimal(found[0]))
                whole = section(page, name)
                assert whole is not None
                assert whole.table is not None
                place = [c.id for c in whole.table.columns].index(column)
                for row in whole.table.rows:
                    if row.role == "total" and (figure := number(row.cells[place])) is not None:  # type: ignore[arg-type]
                        yield Claim((name, column), f"{page.stem} {name} total", figure)
    aside = table.execute(
        "select count(*) from mart.quarantine where resolved_at is null"
    ).fetchone()
    assert aside is not None
    yield Claim(("kept aside",), "mart.quarantine", Decimal(aside[0]))
    for name in ("owners", "rules"):
        stated = total(page, name, "rows")
        if stated is not None:
            yield Claim(("kept aside",), f"{page.stem} {name} table", stated)
    for place, figure in said(page, "rules.headline.rows"):
        yield Claim(("kept aside",), place, figure)
