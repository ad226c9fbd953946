"""From what a run computed to published reports; what was blocked keeps its last good pages.

Belongs here: which pages are built, their notices, the build folder, the swap. Does not
belong here: how a page looks (`reporting/`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.checks.findings import Finding
from pipelines.errors import UserError
from pipelines.ledger.store import all_closed
from pipelines.models.catalog import tables_above
from pipelines.run import steps
from pipelines.run.outcome import Outcome, outcome_of
from pipelines.run.session import Session
from pipelines.warehouse.duck import BESIDE_PAGES
from pipelines.warehouse.published import put_in_place, waiting_copy

if TYPE_CHECKING:
    from pipelines.reporting.drilldown.page import Drilldown
    from pipelines.reporting.model.page import Page
    from pipelines.reporting.publish.build import Edition, StaleNotice


def conclude(session: Session, errors: Sequence[str]) -> Outcome:
    """Publish what was computed, keep the last good page of what was blocked, and sum up."""
    from pipelines.reporting.model.values import Bilingual
    from pipelines.reporting.publish.build import Edition, Seal
    from pipelines.reporting.publish.publish import publish, reports_shown
    from pipelines.reporting.reports import REPORTS, quality

    started = time.perf_counter()
    session.progress("publish", "reports")
    session.write_findings()
    errors = [*session.broken.values(), *errors, *_render_after_checks(session)]
    built = [name for name in session.reports if name in session.pages]
    blocked = [name for name in session.reports if name not in session.pages]
    settings = session.workspace.settings
    if built or (session.workspace.reports / "latest").exists():
        shown, freshness = quality(session.warehouse.con)

        def pages() -> Iterator[Page]:
            for name in built:
                needed = computed_from(session, name)
                lines = tuple(line.needed_by(needed) for line in freshness)
                # what is about the run itself names everything that did not hold
                concerned = shown if REPORTS[name].after_checks else shown.about(needed)
                for page in session.pages[name]:
                    quality = concerned.seen_by(page.reader)
                    yield page.model_copy(update={"quality": quality, "freshness": lines})

        edition = Edition(
            company=Bilingual(zh=settings.name.zh, en=settings.name.en),
            as_of=session.as_of,
            currency=settings.base_currency,
            reports=session.reports,
            quality=shown.without_money(),  # everybody reads the list
            freshness=freshness,
            stale=_stale_notices(session, blocked, errors),
            up_is_red=settings.up_is_red,
            seals=tuple(
                Seal(period=closed.period, seal=closed.seal)
                for closed in all_closed(session.workspace.ledger)
            ),
        )
        opened, unopened = _open_figures(session, pages())
        errors += unopened
        database = _write_all(session, pages(), edition, opened)
        publish(
            session.workspace.reports,
            session.build_dir,
            session.run_id,
            is_part=set(session.reports) != set(settings.reports),
        )
        if database is not None:  # after the pages: a run that is killed here is made again
            put_in_place(database, session.workspace.published)
    session.spent("publish", time.perf_counter() - started)
    return outcome_of(session, errors, blocked, reports_shown(session.workspace.reports))


def _render_after_checks(session: Session) -> list[str]:
    """Build the reports about the run itself, whatever blocks; a sentence for each that broke.

    One that breaks is treated like any other report: its last good page stays, with a notice. A
    table that is not there in a first run that is blocked is no error of the report.
    """
    from pipelines.reporting.reports import REPORTS

    errors = []
    for name in session.reports:
        if REPORTS[name].after_checks:
            session.pages.pop(name, None)
            try:
                steps.render_report(session, name, _not_renewed(session))
            except Exception as error:  # as in any step: the other reports are still published
                if not (session.blocked and isinstance(error, duckdb.CatalogException)):
                    errors.append(f"reports/{name} could not be computed: {error}".splitlines()[0])
    return errors


def _open_figures(session: Session, pages: Iterable[Page]) -> tuple[list[Drilldown], list[str]]:
    """The pages behind the tiles; without them, why. A page is published all the same."""
    from pipelines.reporting.drilldown.drilldown import drilldowns

    started = time.perf_counter()
    session.progress("report", "rows behind the figures")
    try:
        with session.warehouse.leaving_room(BESIDE_PAGES):
            return session.warehouse.in_less_memory(
                partial(drilldowns, session.warehouse, session.policies.catalogue, pages)
            )
    except (duckdb.Error, UserError) as error:
        return [], [f"the rows behind the figures could not be opened: {error}".splitlines()[0]]
    finally:
        session.spent("open", time.perf_counter() - started)


def _not_renewed(session: Session) -> frozenset[str]:
    """Tables that are as they were before: a check blocks them, or they could not be computed.

    A run of a few tables trusts the others, unless a check that failed stands above them.
    """
    blocked = {finding.table for finding in session.blocked}
    if session.is_whole:
        built = {built.name for built in session.built}
        return frozenset({model.name for model in session.models} - built) | blocked
    stopped = {name for name, above in session.above.items() if not blocked.isdisjoint(above)}
    return frozenset(stopped | blocked | session.broken.keys())


def _write_all(
    session: Session, pages: Iterable[Page], edition: Edition, opened: Sequence[Drilldown]
) -> Path | None:
    """Fill the build folder with pages and Data Docs; the new database waits beside the old one.

    The database copies in a thread of its own while Python writes the rest.
    """
    from pipelines.reporting.publish.build import write_build
    from pipelines.reporting.publish.docs import write_docs
    from pipelines.reporting.publish.entries import published_entries
    from pipelines.reporting.publish.site import Site
    from pipelines.run.closed import closed_documents, closed_entries

    with ThreadPoolExecutor(max_workers=1) as beside:
        published = session.workspace.published
        is_new = bool(session.staged or session.built) or not published.exists()
        waiting = waiting_copy(published) if is_new else None
        copying = beside.submit(session.copy.finish, waiting) if waiting else None
        ledger = session.workspace.ledger
        closed = closed_entries(session.warehouse.con, ledger)
        site = Site(
            (
                *published_entries(session.workspace.reports / "latest"),
                *closed,
                *(entry for store in session.pages.values() for entry in store.entries),
            )
        )
        write_build(
            session.build_dir,
            pages,
            edition,
            opened,
            closed,
            site,
            say=lambda page: session.progress("publish", page),
        )
        for store in session.pages.values():
            store.put_beside(session.build_dir)
        for name, content in closed_documents(session.warehouse.con, ledger):
            target = session.build_dir / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        write_docs(session.build_dir, session.verdicts, edition)
        if copying is not None:
            copying.result()
    return waiting


def _stale_notices(
    session: Session, blocked: Sequence[str], errors: Sequence[str]
) -> tuple[StaleNotice, ...]:
    from pipelines.reporting.publish.build import StaleNotice
    from pipelines.reporting.reports import REPORTS
    from pipelines.reporting.shared.concerns import concern, not_computed

    notices = []
    for name in blocked:
        checks = [
            concern(
                finding.check,
                finding.table,
                offenders=finding.offenders,
                has_run=finding.status != "errored",
                blocking=True,
            )
            for finding in causes(session, name)
        ] or not_computed(errors if REPORTS[name].after_checks else ())
        notices.append(StaleNotice(report=name, at=session.started_at, checks=tuple(checks)))
    return tuple(notices)


def causes(session: Session, report: str) -> list[Finding]:
    """Blocking findings on any table the report is computed from."""
    above = computed_from(session, report)
    return [finding for finding in session.blocked if finding.table in above]


def computed_from(session: Session, report: str) -> frozenset[str]:
    """Every table that a report reads, or that is read for what it reads."""
    from pipelines.reporting.reports import REPORTS

    return tables_above(session.models, REPORTS[report].reads)
