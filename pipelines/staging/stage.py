"""From landed files to one typed canonical table, with every unusable row in quarantine.

Belongs here: which groups of loads a table still lacks, and the account landed = accepted +
quarantined. Does not belong here: what happens to a group (`merge.py`) or how a text becomes a
value (`sql/staging/parse.sql.j2`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pipelines.sources.contract import Table
from pipelines.staging.groups import Group
from pipelines.staging.loads import prepare_loads
from pipelines.staging.made import judged_marks
from pipelines.staging.merge import KEPT, group_mark, merge_group
from pipelines.staging.quarantine import (
    begin_again,
    keep_refused,
    note_orphans,
    prepare_quarantine,
    record_faults,
    resolve_the_rest,
)
from pipelines.staging.reading import Reading
from pipelines.staging.references import held_mark, hold_orphans, of_loads_or_released, release
from pipelines.staging.relation import amount_of, create_relations, held, refused, staged
from pipelines.staging.successions import prepare_successions, settle
from pipelines.staging.tracked import derive_changes, is_derivable
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import identifier
from pipelines.warehouse.rows import Long, Text, Whole, declared


@dataclass(frozen=True)
class Staged:
    """The account of one canonical table. `rows` are those in force."""

    table: str
    rows: int
    landed: int
    accepted: int
    quarantined: int
    amount_landed: Decimal
    amount_accepted: Decimal
    amount_quarantined: Decimal
    seconds: float
    changed: bool

    @property
    def balanced(self) -> bool:
        """Landed = accepted + quarantined, in rows and in money."""
        return (
            self.landed == self.accepted + self.quarantined
            and self.amount_landed == self.amount_accepted + self.amount_quarantined
        )


class ExportStateRow(NamedTuple):
    """Whether a canonical table has rows, and in how many days an export of it should come."""

    table_name: Text
    row_count: Long
    expected_days: Whole | None


def create_export_state(warehouse: Warehouse) -> None:
    warehouse.con.execute(f"create or replace table meta.export_state ({declared(ExportStateRow)})")


def filled_values(
    warehouse: Warehouse, columns: Iterable[str], rows: Mapping[str, int]
) -> dict[str, int]:
    """How many values some columns hold, each named as `table.column`, or `a.b|c.d` for either.

    A table alone stands for its rows.

    Args:
        rows: of every table; the columns of one that has none are left out, it is missing itself.
    """
    found = {}
    for named in columns:
        either = [one.partition(".") for one in named.split("|")]
        counts = [
            int(
                warehouse.scalar(
                    f"select count({identifier(column) if column else '*'}) "
                    f"from staging.{identifier(table)}"
                )
            )
            for table, _, column in either
            if rows[table]
        ]
        if counts:
            found[named] = sum(counts)
    return found


def prepare_tables(warehouse: Warehouse) -> None:
    """Create the tables that staging appends to: loads, quarantine, and what was merged."""
    prepare_loads(warehouse)
    prepare_quarantine(warehouse)
    prepare_successions(warehouse)
    warehouse.con.execute(
        """
        create table if not exists meta.merged (
          table_name varchar, position integer, mark varchar
        );
        create table if not exists meta.load_account (
          load_id integer primary key, rows_landed bigint, amount_landed decimal(38, 4),
          rows_read bigint, amount_read decimal(38, 4),
          rows_refused bigint, amount_refused decimal(38, 4)
        );
        """
    )


def stage_table(
    warehouse: Warehouse,
    table: Table,
    groups: Sequence[Group],
    reading: Reading,
    seen_at: dt.datetime,
    unlisted: Collection[str] = frozenset(),
) -> Staged:
    """Bring `staging.<table>` up to date with its loads and account for every landed row.

    Groups that come after those already merged are merged into the table; when an earlier one
    changed, came late or was taken back, the table is built anew from all of them. Both ways give
    the same rows.

    Args:
        unlisted: tables that no export lists; references to them are not judged.
    """
    started = time.perf_counter()
    marks = [group_mark(warehouse, table, group, reading) for group in groups]
    parents = [judged_marks(warehouse, table, unlisted, "staging")]
    if is_derivable(table) and not groups:
        parents.append(warehouse.state("staging.opportunity"))
    wanted = fingerprint(KEPT, marks, parents, table.model_dump(mode="json"))
    changed = warehouse.state(f"merged.{table.name}") != wanted
    if changed:
        _update(warehouse, table, groups, marks, reading, seen_at, unlisted)
        with warehouse.transaction():
            _remember(warehouse, table, wanted, marks)
    return _account(warehouse, table, time.perf_counter() - started, changed)


def _update(
    warehouse: Warehouse,
    table: Table,
    groups: Sequence[Group],
    marks: list[str],
    reading: Reading,
    seen_at: dt.datetime,
    unlisted: Collection[str],
) -> None:
    """Merge what is missing; a run killed at any point finds no mark and goes on or begins anew."""
    merged = _merged(warehouse, table)
    fresh = marks[: len(merged)] != merged or not merged
    before = None if fresh else held_mark(warehouse, table)
    judged = f"judged.{table.name}"
    parents = fingerprint(judged_marks(warehouse, table, unlisted, "lost"))
    all_in_doubt = fresh or warehouse.state(judged) != parents
    with warehouse.transaction():
        warehouse.unnote(f"merged.{table.name}", f"staging.{table.name}", judged)
        if fresh:
            warehouse.con.execute("delete from meta.merged where table_name = ?", [table.name])
            create_relations(warehouse, table)
            begin_again(warehouse, table)
            merged = []
        else:
            release(warehouse, table)
    added = groups[len(merged) :]
    for position, group in enumerate(added, len(merged)):
        merge_group(warehouse, table, group, reading, first=position == 0)
    with warehouse.transaction():
        if is_derivable(table) and not groups:
            derive_changes(warehouse, table)
        loads = [load for group in added for load in group.loads]
        since = None if all_in_doubt else of_loads_or_released(loads)
        hold_orphans(warehouse, table, since, unlisted)
        settle(warehouse, table, unlisted)
        note_orphans(warehouse, table, seen_at)
        record_faults(warehouse, table, [load for group in groups for load in group.loads])
        if fresh:
            resolve_the_rest(warehouse, table, seen_at)
        keep_refused(warehouse, table)
        _write_account(warehouse, table, groups)
        if any(group.is_full for group in added) or before != held_mark(warehouse, table):
            _note_lost_keys(warehouse, table)
        warehouse.note(judged, parents)


def _note_lost_keys(warehouse: Warehouse, table: Table) -> None:
    """Rows may have left the table: whatever refers to it has to be judged anew, all of it."""
    name = f"lost.{table.name}"
    warehouse.note(name, fingerprint(warehouse.state(name)))


def _merged(warehouse: Warehouse, table: Table) -> list[str]:
    found = warehouse.con.execute(
        "select mark from meta.merged where table_name = ? order by position", [table.name]
    ).fetchall()
    return [row[0] for row in found]


def _remember(warehouse: Warehouse, table: Table, wanted: str, marks: list[str]) -> None:
    """Note what the table was built from; its content also depends on which rows are held."""
    rows = warehouse.scalar(f"select count(*) from {staged(table)}")
    content = fingerprint(marks, held_mark(warehouse, table), table.model_dump(mode="json"))
    if not marks and is_derivable(table):
        content = fingerprint(content, wanted)
    for name, mark in ((f"merged.{table.name}", wanted), (f"staging.{table.name}", content)):
        warehouse.note(name, mark, rows)
    in_quarantine = warehouse.scalar(f"select count(*) from {refused(table)}")
    warehouse.note(f"refused.{table.name}", content, in_quarantine)


def _write_account(warehouse: Warehouse, table: Table, groups: Sequence[Group]) -> None:
    """Rows and money per load; of a full source only the newest snapshot is in force."""
    newest = {group.source.source: group for group in groups if group.is_full}
    in_force = [
        load.load_id
        for group in groups
        if not group.is_full or newest[group.source.source] is group
        for load in group.loads
    ]
    warehouse.con.execute(
        f"""
        update mart.load set
          is_current = account.load_id in (select unnest(?1)),
          rows_landed = account.rows_landed,
          amount_landed = account.amount_landed,
          rows_accepted = account.rows_read - account.rows_held,
          amount_accepted = account.amount_read - account.amount_held,
          rows_quarantined = account.rows_refused + account.rows_held,
          amount_quarantined = account.amount_refused + account.amount_held
        from (
          select
            noted.*,
            coalesce(held.row_count, 0) as rows_held,
            coalesce(held.amount, 0) as amount_held
          from meta.load_account as noted
          left join (
            select _load, count(*) as row_count, coalesce(sum({amount_of(table)}), 0) as amount
            from {held(table)}
            group by _load
          ) as held on noted.load_id = held._load
        ) as account
        where mart.load.table_name = ?2 and account.load_id = mart.load.load_id
        """,
        [in_force, table.name],
    )


def _account(warehouse: Warehouse, table: Table, seconds: float, changed: bool) -> Staged:
    found = warehouse.rows(
        """
        select
          coalesce(sum(rows_landed), 0)::bigint as landed,
          coalesce(sum(rows_accepted), 0)::bigint as accepted,
          coalesce(sum(rows_quarantined), 0)::bigint as quarantined,
          coalesce(sum(amount_landed), 0) as amount_landed,
          coalesce(sum(amount_accepted), 0) as amount_accepted,
          coalesce(sum(amount_quarantined), 0) as amount_quarantined
        from mart.load
        where table_name = ? and is_current
        """,
        [table.name],
    )[0]
    rows = warehouse.row_count(f"staging.{table.name}")
    return Staged(table=table.name, rows=rows, seconds=seconds, changed=changed, **found)
