"""All reports, by name: what they read and how their pages are built.

Belongs here: the list and the two calls a run makes. Does not belong here: what a page says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import duckdb

from pipelines.reporting.appraisal import page as appraisal
from pipelines.reporting.director import page as director
from pipelines.reporting.finance import page as finance
from pipelines.reporting.kpi_browser import page as kpi_browser
from pipelines.reporting.model import context
from pipelines.reporting.model.context import Context, open_context
from pipelines.reporting.model.page import Freshness, Page, Quality
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import tables_of
from pipelines.reporting.model.shows import Declared, declared
from pipelines.reporting.rep import page as rep
from pipelines.reporting.sales_ops import page as sales_ops
from pipelines.reporting.shared.quality import STATUS_QUERIES, read_status
from pipelines.reporting.statement import page as statement
from pipelines.reporting.unit import day as team_day
from pipelines.reporting.unit import page as unit

_VERDICTS = "mart.check_result"  # written by the run itself, after its tables


@dataclass(frozen=True)
class Report:
    """One report: its pages for all its readers come from one pass over the warehouse.

    One that is built `after_checks` is about the run itself: it needs every verdict, and it is what
    is read when a blocking check keeps the others as they were.
    """

    name: str
    pages: Callable[[Context], Iterable[Page]]
    after_checks: bool = False

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The tables its queries read, found in their SQL, but for the verdicts of checks."""
        read = tables_of((*context.QUERIES, *STATUS_QUERIES, *self.declared.queries))
        return tuple(table for table in read if table != _VERDICTS)

    @property
    def declared(self) -> Declared:
        """What its builders read and show."""
        return declared(self.pages)

    def build(
        self,
        con: duckdb.DuckDBPyConnection,
        as_of: date,
        not_renewed: frozenset[str] = frozenset(),
    ) -> Iterable[Page]:
        """The pages of all readers; some reports build one when it is asked for.

        Args:
            not_renewed: tables that a blocking check kept as they were before.

        Raises:
            UserError: the warehouse was computed for another day than `as_of`.
        """
        shown, freshness = quality(con)
        return self.pages(open_context(con, as_of, shown, freshness, not_renewed, self.declared))


REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        Report("director_weekly", director.build),
        Report("region_weekly", unit.regions),
        Report("team_weekly", unit.teams),
        Report("team_daily", team_day.build),
        Report("rep_weekly", rep.build),
        Report("finance", finance.build),
        Report("appraisal", appraisal.build),
        Report("commission_statement", statement.build),
        Report("kpi_browser", kpi_browser.build),
        Report("sales_ops", sales_ops.build, after_checks=True),
    )
}


def statements_as_closed(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    period: str,
    closed_at: datetime,
    closed_by: str,
    computed_from: Collection[str],
) -> Iterator[Page]:
    """The statements of a month as they stand when it is closed.

    Args:
        computed_from: every table above them; their banner names checks on these.
    """
    shown, freshness = quality(con)
    opened = open_context(con, as_of, shown.about(computed_from), freshness)
    return statement.pages_of(
        opened, month_of(period), statement.Closed(at=closed_at, by=closed_by)
    )


def quality(con: duckdb.DuckDBPyConnection) -> tuple[Quality, tuple[Freshness, ...]]:
    """Check verdicts, rows kept aside, and the latest business date found in each system's data."""
    return read_status(con)
