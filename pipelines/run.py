"""`attain run` without its command line: order by Dagster, then publication and the outcome.

Belongs here: executing the job, what blocked which report, publishing, the unchanged run. Does not
belong here: printing (`cli.py`) or what a step does (`steps.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import __version__, steps
from pipelines.checks.findings import Finding
from pipelines.errors import UserError
from pipelines.landing.land import content_hash
from pipelines.ledger.store import Ledger
from pipelines.session import Progress, Session, open_session, silent
from pipelines.staging.loads import forgotten_loads
from pipelines.warehouse.catalog import all_models
from pipelines.warehouse.duck import fingerprint
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.reporting.build import Edition, StaleNotice
    from pipelines.reporting.drilldown_page import Drilldown
    from pipelines.reporting.model import Page

_RECORD = "last_run.json"


@dataclass
class Outcome:
    """What a run did, for the summary on the screen and for `--json`."""

    run_id: str
    as_of: dt.date
    changed: bool
    rows_landed: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    checks: dict[str, int] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reports: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    reports_path: str = ""
    seconds: float = 0.0
    seconds_by_layer: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return 1 if self.blocked else 0


def run_name(started: dt.datetime) -> str:
    """The name of a run from the moment it began."""
    return started.strftime("%Y%m%dT%H%M%S")


def run(
    workspace: Workspace,
    as_of: dt.date,
    started: dt.datetime,
    reports: Sequence[str] = (),
    progress: Progress = silent,
    force: bool = False,
) -> Outcome:
    """Ingest, validate, compute, render and publish.

    Args:
        as_of: business date; nothing dated later is looked at.
        started: when the run began, from the command line's clock.
        reports: reports to write; empty means those of the settings.
        force: compute even if nothing has changed since the last good run.

    Raises:
        UserError: configuration is wrong, or another run is at work.
    """
    from pipelines.reporting.publish import require_links

    clock = time.perf_counter()
    with open_session(workspace, as_of, started, run_name(started), reports, progress) as session:
        mark = inputs_mark(session)
        earlier = _read_record(workspace)
        if not force and earlier is not None and earlier.get("mark") == mark:
            outcome = Outcome(**{**earlier["outcome"], "as_of": as_of, "changed": False})
            outcome.seconds = time.perf_counter() - clock
            return outcome
        (workspace.place / _RECORD).unlink(missing_ok=True)
        require_links(workspace.reports)
        errors = _execute(session)
        outcome = conclude(session, errors)
        outcome.seconds = time.perf_counter() - clock
        if outcome.exit_code == 0:
            _write_record(workspace, mark, outcome)
        return outcome


def _execute(session: Session) -> list[str]:
    """Run the job in this process; returns a sentence for each step that broke, not for checks."""
    os.environ["DAGSTER_HOME"] = str(session.workspace.dagster_home)
    session.progress("start", "orchestrator")
    from pipelines.assembly import build_definitions, weekly_job
    from pipelines.eventlog import open_instance

    definitions = build_definitions(session.workspace, session)
    job = weekly_job(definitions)
    with open_instance(session.workspace.dagster_home) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"attain/as_of": session.as_of.isoformat()},
        )
    return [sentence for event in result.all_events if (sentence := _step_error(event))]


def _step_error(event: Any) -> str | None:
    if event.event_type_value != "STEP_FAILURE":
        return None
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return None
    message = error.message.strip().splitlines()[0]
    return f"{event.step_key} could not be computed: {message}"


def conclude(session: Session, errors: Sequence[str]) -> Outcome:
    """Publish what was computed, keep the last good page of what was blocked, and sum up."""
    from pipelines.reporting.build import Edition
    from pipelines.reporting.publish import publish
    from pipelines.reporting.reports import quality
    from pipelines.reporting.values import Bilingual

    started = time.perf_counter()
    session.progress("publish", "reports")
    session.write_findings()
    errors = [*session.broken.values(), *errors, *_render_after_checks(session)]
    built = [name for name in session.reports if name in session.pages]
    blocked = [name for name in session.reports if name not in session.pages]
    settings = session.workspace.settings
    if built or (session.workspace.reports / "latest").exists():
        shown, freshness = quality(session.warehouse.con)
        pages = [
            page.model_copy(
                update={
                    "quality": shown.seen_by(page.reader),
                    "freshness": tuple(line.needed_by(needed) for line in freshness),
                }
            )
            for name in built
            for needed in [_computed_from(session, name)]
            for page in session.pages[name]
        ]
        edition = Edition(
            company=Bilingual(zh=settings.name.zh, en=settings.name.en),
            as_of=session.as_of,
            currency=settings.base_currency,
            reports=session.reports,
            quality=shown,
            freshness=freshness,
            stale=_stale_notices(session, blocked, errors),
            up_is_red=settings.up_is_red,
        )
        with session.warehouse.leaving_room():  # pages hold every line of every statement
            opened, unopened = _open_figures(session, pages)
            errors += unopened
            _write_all(session, pages, edition, opened)
        session.published = publish(session.workspace.reports, session.build_dir, session.run_id)
    session.spent("publish", time.perf_counter() - started)
    return _outcome(session, errors, blocked)


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


def _open_figures(session: Session, pages: Sequence[Page]) -> tuple[list[Drilldown], list[str]]:
    """The pages behind the tiles; without them, why. A page is published all the same."""
    from pipelines.reporting.drilldown import drilldowns

    started = time.perf_counter()
    session.progress("report", "rows behind the figures")
    try:
        return drilldowns(session.warehouse, session.policies.catalogue, pages)
    except (duckdb.Error, UserError) as error:
        return [], [f"the rows behind the figures could not be opened: {error}".splitlines()[0]]
    finally:
        session.spent("open", time.perf_counter() - started)


def _not_renewed(session: Session) -> frozenset[str]:
    """Tables that are as they were before this run: a check blocks them, or a step broke."""
    built = {built.name for built in session.built}
    models = {model.name for model in all_models(session.policies)}
    return frozenset(models - built) | {finding.table for finding in session.blocked}


def _write_all(
    session: Session, pages: Sequence[Page], edition: Edition, opened: Sequence[Drilldown]
) -> None:
    """Fill the build folder: pages, Data Docs and the read-only copy of the mart.

    The database copies in a thread of its own while Python writes the rest.
    """
    from pipelines.ledger.documents import closed_documents, closed_entries
    from pipelines.reporting.build import write_build

    with ThreadPoolExecutor(max_workers=1) as beside:
        copy = session.workspace.build / "attain.duckdb"
        copying = beside.submit(session.copy.finish, copy) if session.staged else None
        ledger = session.workspace.ledger
        closed = closed_entries(session.warehouse.con, ledger)
        write_build(
            session.build_dir,
            pages,
            edition,
            opened,
            closed,
            say=lambda page: session.progress("publish", page),
        )
        for name, content in closed_documents(session.warehouse.con, ledger):
            target = session.build_dir / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        session.validator().write_docs()
        if session.docs_dir.exists():
            shutil.copytree(session.docs_dir, session.build_dir / "data_docs")
        if copying is not None:
            copying.result()
            copy.replace(session.build_dir / copy.name)


def _stale_notices(
    session: Session, blocked: Sequence[str], errors: Sequence[str]
) -> tuple[StaleNotice, ...]:
    from pipelines.reporting.build import StaleNotice
    from pipelines.reporting.model import FailedCheck
    from pipelines.reporting.values import Bilingual

    notices = []
    for name in blocked:
        causes = _causes(session, name)
        checks = [
            FailedCheck(
                id=finding.check,
                name=Bilingual(zh=finding.zh, en=finding.en),
                meaning=Bilingual(zh=f"数据表 {finding.table}", en=f"table {finding.table}"),
                blocking=True,
            )
            for finding in causes
        ] or [
            FailedCheck(
                id="not_computed",
                name=Bilingual(zh=sentence, en=sentence),
                meaning=Bilingual(zh="计算中断", en="the computation stopped"),
                blocking=True,
            )
            for sentence in (list(errors) or ["not computed"])[:3]
        ]
        notices.append(StaleNotice(report=name, at=session.started_at, checks=tuple(checks)))
    return tuple(notices)


def _causes(session: Session, report: str) -> list[Finding]:
    """Blocking findings on any table the report is computed from."""
    above = _computed_from(session, report)
    return [finding for finding in session.blocked if finding.table in above]


def _computed_from(session: Session, report: str) -> set[str]:
    """Every table that a report reads, or that is read for what it reads."""
    from pipelines.reporting.reports import REPORTS

    reads = {model.name: model.inputs for model in all_models(session.policies)}
    above: set[str] = set()
    pending = list(REPORTS[report].reads)
    while pending:
        table = pending.pop()
        if table not in above:
            above.add(table)
            pending.extend(reads.get(table, ()))
    return above


def _outcome(session: Session, errors: Sequence[str], kept: Sequence[str]) -> Outcome:
    statuses = [finding.status for finding in session.findings]
    warned = [f for f in session.findings if f.severity == "warn" and f.status != "passed"]
    staged = session.staged.values()
    return Outcome(
        run_id=session.run_id,
        as_of=session.as_of,
        changed=True,
        rows_landed=sum(s.landed for s in staged),
        rows_accepted=sum(s.accepted for s in staged),
        rows_quarantined=sum(s.quarantined for s in staged),
        checks={s: statuses.count(s) for s in ("passed", "failed", "errored")},
        blocked=[f"{f.table}: {f.en}" + _shown(f) for f in session.blocked] + list(errors),
        warnings=[f"{f.table}: {f.en}" + _shown(f) for f in warned]
        + [
            f"{source.files[0]}: no such export (sources/{source.described_in}.yaml, optional)"
            for source in {s.described_in: s for s in session.inventory.missing}.values()
            if not source.required
        ]
        + [f"{name}: no source reads this file" for name in session.inventory.unknown],
        reports={name: len(pages) for name, pages in session.pages.items()},
        kept=list(kept),
        reports_path=str(session.workspace.reports / "latest" / "index.html"),
        seconds_by_layer={name: round(s, 3) for name, s in session.seconds.items()},
    )


def _shown(finding: Finding) -> str:
    if finding.status == "errored":
        return f" — errored: {finding.evidence[0].get('error', '')}" if finding.evidence else ""
    if not finding.offenders:
        return ""
    return f" — broken by {finding.offenders:,} rows" + _first_problem(finding)


def _first_problem(finding: Finding) -> str:
    """What the first offender did, where a check says it in a sentence."""
    first = finding.evidence[0] if finding.evidence else {}
    if "problem" not in first:
        return ""
    place = f"{first['file']} line {first['line']}: " if first.get("file") else ""
    return f"; {place}{first['problem']}"


def inputs_mark(session: Session) -> str:
    """Everything a run's result depends on: exports, settings, policies, sources, code, date."""
    workspace = session.workspace
    code = Path(__file__).resolve().parent
    texts = [
        *sorted(code.rglob("*.py")),
        *sorted(code.rglob("*.yaml")),
        *workspace.policy_folder("kpis"),
    ]
    from pipelines.resources import shipped

    for folder in ("sql", "reports/templates"):
        texts.extend(path for path in sorted(shipped(folder).rglob("*")) if path.is_file())
    exports = sorted({(export.name, export.path) for export in session.inventory.exports})
    return fingerprint(
        __version__,
        session.as_of,
        session.reports,
        workspace.settings.model_dump(mode="json"),
        [source.model_dump(mode="json") for source in session.sources],
        repr(session.policies),
        version("holidays"),  # the days of a country's calendar
        [[name, session.hash_of(path)] for name, path in exports],
        forgotten_loads(session.warehouse),
        [closed.seal for closed in Ledger(workspace.ledger).periods()],
        [content_hash(path) for path in texts],
    )


def _read_record(workspace: Workspace) -> dict[str, Any] | None:
    record = workspace.place / _RECORD
    if not record.exists() or not (workspace.reports / "latest" / "index.html").exists():
        return None
    found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return found


def _write_record(workspace: Workspace, mark: str, outcome: Outcome) -> None:
    record = workspace.place / _RECORD
    working = record.with_suffix(".tmp")
    text = json.dumps({"mark": mark, "outcome": outcome.__dict__}, default=str)
    working.write_text(text, encoding="utf-8")
    working.replace(record)
