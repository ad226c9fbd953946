"""What each step of a run does, without any orchestration.

The Dagster assets call these functions and report what they return; tests call them directly.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from functools import partial

import duckdb

from pipelines.checks.findings import Finding
from pipelines.checks.reconciliations import Reconciliation
from pipelines.errors import UserError
from pipelines.landing.land import Export, LandedExport, by_sheet, content_of, land_export
from pipelines.ledger.store import Ledger
from pipelines.ledger.tables import load_ledger
from pipelines.policy.tables import write_policies
from pipelines.run.landing import Landing
from pipelines.run.newest import following
from pipelines.run.rows_held import note_rows_held, rows_missed
from pipelines.run.session import Session
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import expected_days
from pipelines.staging.groups import Group, load_groups
from pipelines.staging.ids import lengths_of_ids
from pipelines.staging.loads import (
    landed_before,
    note_record_urls,
    note_what_is_there,
    register_loads,
    save_knowledge,
)
from pipelines.staging.losses import (
    Stock,
    accept_losses,
    end_acceptances,
    find_losses,
    in_force_instead,
)
from pipelines.staging.made import make_parents
from pipelines.staging.quarantine import write_unread_scores
from pipelines.staging.reading import Reading
from pipelines.staging.stage import (
    ExportStateRow,
    Staged,
    create_export_state,
    filled_values,
    stage_table,
)
from pipelines.warehouse.duck import BESIDE_PAGES, Built, fingerprint
from pipelines.warehouse.model import Model
from pipelines.warehouse.quoting import identifier
from pipelines.warehouse.rows import in_order, insert

_STAGED = """
create table if not exists meta.staged (
  "table" varchar primary key, rows bigint, landed bigint, accepted bigint, quarantined bigint,
  amount_landed decimal(38, 4), amount_accepted decimal(38, 4), amount_quarantined decimal(38, 4),
  seconds double, changed boolean
)
"""
_FREED_EVERY = 20  # tables; seldom enough to cost nothing


def land(session: Session) -> dict[str, int]:
    """Land every export; a file that cannot be landed is remembered with its reason.

    Returns:
        Landed rows by canonical table.
    """
    started = time.perf_counter()
    exports: Sequence[Export] = session.inventory.exports
    rows: dict[str, int] = {}
    everything = []
    con = session.warehouse.con
    if session.workspace.known_at is None:
        exports = [
            sheet
            for export in exports
            for sheet in by_sheet(session.workspace, export, content_of(export, session.hash_of))
        ]
    hashes = [content_of(export, session.hash_of) for export in exports]

    def land_one(export: Export, sha256: str) -> LandedExport:
        if session.workspace.known_at is not None:
            return landed_before(session.warehouse.beside(), export)
        return land_export(con.cursor(), session.workspace, export, sha256)

    # two at a time: one file is looked over while the database reads another
    with in_order(con), ThreadPoolExecutor(max_workers=2) as pool:
        for export, landed in zip(exports, pool.map(land_one, exports, hashes), strict=True):
            session.progress("land", export.name)
            everything.append(landed)
            table = export.source.table
            rows[table] = rows.get(table, 0) + (landed.landed.rows if landed.landed else 0)
    stock = _stock(session, everything)
    losses = [] if session.workspace.known_at else find_losses(stock)
    accepted = [loss for loss in losses if loss.table in session.accepting.tables]
    session.accepted = accept_losses(
        session.warehouse, accepted, session.started_at, session.accepting.by
    )
    lost = tuple(loss for loss in losses if loss not in accepted)
    note_record_urls(session.warehouse, session.sources)
    end_acceptances(session.warehouse, {load.load_id for load in stock.loads}, session.started_at)
    session.landing = Landing(tuple(everything), session.inventory, lost)
    _put_in_force(session, stock)
    session.spent("land", time.perf_counter() - started)
    return rows


def _stock(session: Session, exports: Sequence[LandedExport]) -> Stock:
    """What is known of the exports now that they are landed."""
    return Stock(
        warehouse=session.warehouse,
        landed=session.workspace.landed,
        sources=session.full_sources,
        exports=exports,
        loads=register_loads(session.warehouse, exports, session.started_at),
        at=session.started_at,
        time_zone=session.workspace.settings.time_zone,
        drop=session.policies.quality.drop.block,
        closed_with=_closed_with(session),
        deltas=frozenset(source.source for source in session.delta_sources),
    )


def _closed_with(session: Session) -> dict[str, int]:
    """Rows by table that the last closed month stood on."""
    closed = Ledger(session.workspace.ledger).periods()
    found: dict[str, int] = closed[-1].manifest.get("exports", {}) if closed else {}
    return found


def _put_in_force(session: Session, stock: Stock) -> None:
    """The loads that tables are made from; what was lost stays in force as it was."""
    session.loads, numbers, untouchable = in_force_instead(stock, session.landing.losses)
    session.untouchable = frozenset(untouchable)
    note_what_is_there(session.warehouse, numbers, session.started_at)


def stage(session: Session, names: Collection[str] | None = None) -> dict[str, Staged]:
    """Stage canonical tables, parents first, and note which exports hold any row.

    Args:
        names: only these; the others stay as they are. What was landed last is staged, by whichever
            run.

    Raises:
        UserError: nothing was landed, or the sources were changed since.
    """
    started = time.perf_counter()
    if not session.loads:
        _put_in_force(session, _stock(session, session.landing.exports))
    groups = _groups(session)
    unlisted = session.unlisted
    settings = session.workspace.settings
    ids = lengths_of_ids(session.warehouse, groups)
    reading = Reading(session.stages, settings.time_zone, ids, settings.base_currency)
    for name, table in canonical_tables().items():
        if names is not None and name not in names:
            continue
        session.progress("stage", name)
        if name in session.untouchable:
            account(session, name)
            continue
        session.staged[name] = session.warehouse.in_less_memory(
            partial(
                stage_table,
                session.warehouse,
                table,
                groups[name],
                reading,
                session.started_at,
                unlisted,
            )
        )
    make_parents(session.warehouse, unlisted)
    if session.workspace.known_at is None:
        _note_rows_held(session, names)
        save_knowledge(session.warehouse, session.workspace.landed)
    found = following(session.warehouse, session.as_of) if session.follows_data else None
    if found is not None:
        session.as_of, said = found
        session.notes.append(said)
    _write_export_state(session)
    write_unread_scores(session.warehouse)
    _keep_accounts(session)
    session.spent("stage", time.perf_counter() - started)
    return session.staged


def _note_rows_held(session: Session, names: Collection[str] | None) -> None:
    """Too few rows are remembered as what was held before; `rows_missed` tells them then."""
    staged = {
        name: found
        for name, found in session.staged.items()
        if name not in session.untouchable and (names is None or name in names)
    }
    taken = note_rows_held(
        session.warehouse,
        staged,
        session.policies.quality.drop.block,
        _closed_with(session),
        session.accepting.tables,
    )
    session.accepted += accept_losses(
        session.warehouse, taken, session.started_at, session.accepting.by
    )


def _groups(session: Session) -> dict[str, list[Group]]:
    """What builds each table that can be staged."""
    found = {}
    for name in canonical_tables():
        if name not in session.untouchable:
            found[name] = load_groups(
                session.warehouse,
                session.workspace.landed,
                name,
                [load for load in session.loads if load.export.export.source.table == name],
                session.delta_sources,
                session.workspace.settings.time_zone,
            )
    return found


def _keep_accounts(session: Session) -> None:
    """Each table's account, for checks of a run that does not stage it."""
    names = [field.name for field in fields(Staged)]
    session.warehouse.con.execute(_STAGED)
    for staged in session.staged.values():
        values = [getattr(staged, name) for name in names]
        session.warehouse.con.execute(
            f"insert or replace into meta.staged ({', '.join(map(identifier, names))}) "
            f"values ({', '.join('?' for _ in names)})",
            values,
        )


def account(session: Session, name: str) -> Staged:
    """The account of a table, by this run or the last one that staged it.

    Raises:
        UserError: no run has staged it.
    """
    if name not in session.staged:
        session.warehouse.con.execute(_STAGED)
        found = session.warehouse.rows('select * from meta.staged where "table" = ?', [name])
        if not found:
            raise UserError(f"staging.{name} was never staged; materialise it first.", 1)
        session.staged[name] = Staged(**found[0])
    return session.staged[name]


def _write_export_state(session: Session) -> None:
    """Which tables have rows, KPIs of the others read "no data"; and how often each should come."""
    expected = expected_days(session.sources)
    warehouse, unlisted = session.warehouse, session.unlisted
    held = {
        # what was made from references is no export
        name: 0
        if name in unlisted
        else session.staged[name].rows
        if name in session.staged
        else warehouse.row_count(f"staging.{name}")
        for name in canonical_tables()
    }
    held |= filled_values(warehouse, session.policies.catalogue.needed_columns, held)
    held |= _before_rows_were_missed(session, held)
    rows = [
        ExportStateRow(table_name=name, row_count=count, expected_days=expected.get(name))
        for name, count in sorted(held.items())
    ]
    there = {name: count > 0 for name, count in held.items()}
    mark = fingerprint(there, expected)
    with warehouse.transaction():
        create_export_state(warehouse)
        insert(warehouse.con, "meta.export_state", rows)
        warehouse.remember("meta.export_state", mark)


def _before_rows_were_missed(session: Session, held: Collection[str]) -> dict[str, int]:
    """What was said of tables that hold too few rows now: it stands, as do the figures of them."""
    warehouse, drop = session.warehouse, session.policies.quality.drop.block
    missed = {name for name in canonical_tables() if rows_missed(warehouse, name, drop) is not None}
    if not missed or not warehouse.exists("meta.export_state"):
        return {}
    return {
        row["table_name"]: row["row_count"]
        for row in warehouse.rows("select table_name, row_count from meta.export_state")
        if row["table_name"] in held
        and any(one.partition(".")[0] in missed for one in row["table_name"].split("|"))
    }


def policies(session: Session, names: Collection[str] | None = None) -> dict[str, int]:
    """Write the policies and the closed periods as tables; returns rows by table.

    Args:
        names: only these tables; all by default.
    """
    workspace, warehouse = session.workspace, session.warehouse
    return {
        **write_policies(warehouse, workspace, session.policies, session.as_of, names),
        **load_ledger(warehouse, workspace.ledger, workspace.known_at, names, session.as_of),
    }


def build(session: Session, model: Model) -> Built:
    """Build one SQL model."""
    session.progress("compute", model.name)
    built = session.warehouse.in_less_memory(partial(session.engine.build, model))
    session.built.append(built)
    if built.changed and sum(other.changed for other in session.built) % _FREED_EVERY == 0:
        session.warehouse.free_replaced()
    session.spent(model.group, built.seconds)
    return built


def build_or_note(session: Session, model: Model) -> Built | None:
    """Build a model unless it breaks or may not be built; `session.broken` says why.

    A table that breaks is rolled back and keeps what it held, like one that a check blocks.
    """
    above = next((name for name in model.inputs if name in session.broken), None)
    if above is not None:
        session.broken[model.name] = f"{model.name} was not computed: it reads {above}"
        return None
    absent = [] if session.is_whole else _absent(session, model)
    if absent:
        session.broken[model.name] = (
            f"{model.name} was not computed: {', '.join(absent)} was never computed; "
            "materialise what stands above it too, or start the job `refresh`"
        )
        return None
    try:
        return build(session, model)
    except (duckdb.Error, UserError) as error:  # the engine's own sentences are users' errors
        reason = str(error).strip().splitlines()[0]
        session.broken[model.name] = f"{model.name} could not be computed: {reason}"
        return None


def _absent(session: Session, model: Model) -> list[str]:
    return [name for name in model.inputs if not session.warehouse.exists(name)]


def stopped_by(session: Session, table: str) -> Finding | None:
    """The blocking verdict on what a table stands on, if there is one."""
    above = session.above.get(table, frozenset({table})) - {table}
    return next((finding for finding in session.blocked if finding.table in above), None)


def reconcile(session: Session, check: Reconciliation) -> Finding:
    """Run one reconciliation."""
    started = time.perf_counter()
    session.progress("check", check.check)
    finding = check.run(session.warehouse)
    session.supersede([finding], lambda f: f.check != check.check)
    session.spent("check", time.perf_counter() - started)
    return finding


def render_report(session: Session, name: str, not_renewed: frozenset[str] = frozenset()) -> int:
    """Build the pages of one report; returns how many.

    Args:
        not_renewed: tables that a blocking check kept as they were before.
    """
    from pipelines.reporting.publish.store import PageStore
    from pipelines.reporting.reports import REPORTS

    started = time.perf_counter()
    session.progress("report", name)
    session.copy.begin()  # most of what it holds is computed by now

    def build_all() -> PageStore:
        pages = REPORTS[name].build(session.warehouse.con, session.as_of, not_renewed)
        return PageStore(session.pages_dir / name, pages)

    with session.warehouse.leaving_room(BESIDE_PAGES):
        pages = session.warehouse.in_less_memory(build_all, session.copy.wait)
    session.pages[name] = pages
    session.spent("report", time.perf_counter() - started)
    return len(pages)
