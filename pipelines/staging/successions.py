"""Ids that became others: accounts that were merged, in whatever names them.

Belongs here: which id leads to which in the end, merges that lead nowhere, reading the columns of
other tables by it. Does not belong here: one id written in two lengths (`ids.py`).

A merge holds for all of the past: an invoice of the year before last that names the old account
belongs to the new one. So every row is read by it, and read anew when a merge comes or is undone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipelines.sources.contract import Succession, Table, canonical_tables
from pipelines.staging.ids import Naming, namings
from pipelines.staging.made import can_be_made
from pipelines.staging.relation import held, staged
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal


def prepare_successions(warehouse: Warehouse) -> None:
    """Create the table of what each id has become in the end."""
    warehouse.con.execute(
        "create table if not exists meta.successor "
        "(table_name varchar, from_id varchar, into_id varchar)"
    )


def settle(warehouse: Warehouse, table: Table, unlisted: Collection[str]) -> None:
    """Note what every old id has become; a row that leads nowhere is held.

    It leads nowhere when it comes back to itself, or when no export lists what it ends at.

    Args:
        table: staged; nothing is done unless it says which ids became which.
        unlisted: tables that no export lists; nothing can be held against them.
    """
    said = table.succession
    if said is None:
        return
    parent = canonical_tables()[said.table]
    _walk(warehouse, table, said)
    _hold(warehouse, table, said.old, f"{identifier(said.old)} not in (select from_id from walked)")
    if said.table not in unlisted or not can_be_made(parent):
        known = f"select {identifier(parent.key[0])} from {staged(parent)}"
        lost = f"select from_id from walked where into_id not in ({known})"
        _hold(warehouse, table, said.new, f"{identifier(said.old)} in ({lost})")
    con = warehouse.con
    con.execute("delete from meta.successor where table_name = ?", [said.table])
    con.execute(
        f"insert into meta.successor select {literal(said.table)}, from_id, into_id from walked "
        f"where from_id in (select {identifier(said.old)} from {staged(table)}) order by from_id"
    )
    con.execute("drop table walked")
    mark = warehouse.scalar(
        "select count(*) || ':' || coalesce(bit_xor(hash(from_id, into_id)), 0) "
        "from meta.successor where table_name = ?",
        [said.table],
    )
    warehouse.note(_state(said.table), str(mark))


def _walk(warehouse: Warehouse, table: Table, said: Succession) -> None:
    """`walked`: every old id with the id at the end of its way; those without an end are absent."""
    walked = walked_sql(staged(table), said)
    warehouse.con.execute(f"create or replace temp table walked as {walked}")


def walked_sql(merges: str, said: Succession) -> str:
    """Every old id of a relation of merges with the id at the end of its way.

    Those that come back to themselves, or lead to such ones, have no end and are absent.
    """
    old, new = identifier(said.old), identifier(said.new)
    return (
        f"with recursive way as (select {old} as from_id, {new} as into_id from {merges} union "
        f"select way.from_id, further.{new} from way "
        f"inner join {merges} as further on way.into_id = further.{old}) "
        f"select from_id, into_id from way where into_id not in (select {old} from {merges})"
    )


def circle_of(merges: Mapping[str, str]) -> str:
    """The first circle in which ids lead back to themselves, as `A → B → A`.

    Args:
        merges: what each id became, of those that have no end.
    """
    at = next(iter(merges))
    way = [at]
    while (at := merges.get(at, "")) and at not in way:
        way.append(at)
    circle = [*way[way.index(at) :], at] if at else way
    return " → ".join(circle)


def _hold(warehouse: Warehouse, table: Table, column: str, condition: str) -> None:
    own = staged(table)
    warehouse.con.execute(
        f"insert into {held(table)} by name "
        f"select *, {literal(column)} as _column from {own} where {condition}"
    )
    warehouse.con.execute(f"delete from {own} where {condition}")


def succession_mark(warehouse: Warehouse, table: Table) -> list[str | None]:
    """Changes when what a table names has become something else; empty when nothing ever did."""
    marks: list[str | None] = []
    for parent in sorted({naming.table for naming in _renamed(table)}):
        mark = warehouse.state(_state(parent))
        if mark is not None and not mark.startswith("0:"):
            marks.append(mark)
    return marks


def follow(warehouse: Warehouse, table: Table, relation: str) -> None:
    """Read the columns of a relation that name something by what it has become."""
    for naming in _renamed(table):
        column = identifier(naming.column)
        also = ""
        if naming.where is not None:
            also = f" and own.{identifier(naming.where[0])} = {literal(naming.where[1])}"
        successors = "select 1 from meta.successor where table_name = ? limit 1"
        if warehouse.con.execute(successors, [naming.table]).fetchone() is None:
            continue
        warehouse.con.execute(
            f"update {relation} as own set {column} = later.into_id "
            f"from meta.successor as later where later.table_name = {literal(naming.table)} "
            f"and own.{column} = later.from_id{also}"
        )


def _renamed(table: Table) -> list[Naming]:
    """The columns that name something that may have become something else.

    Not those of the list itself: the old account is still a row there, of what it was.
    """
    succeeded = {t.succession.table for t in canonical_tables().values() if t.succession}
    if table.succession is not None or table.name in succeeded:
        return []
    return [naming for naming in namings(table.name) if naming.table in succeeded]


def _state(name: str) -> str:
    return f"successor.{name}"
