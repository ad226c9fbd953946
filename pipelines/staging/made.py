"""Parents that no export lists: made from what names them, so that one export alone can be read.

Belongs here: which references are not judged because nothing could be held against them, and the
customers, people and products made from them. Does not belong here: rows whose parent an export
could have listed and does not (`references.py`).

A made row has its id for its name and neither load nor line: whatever else is asked of it is
unknown. Once an export of the table comes, it alone says who there is.
"""

from __future__ import annotations

from collections.abc import Collection

from pipelines.sources.contract import Reference, Table, canonical_tables
from pipelines.staging.relation import create_relations, staged
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import identifier

_NAME = "name"


def can_be_made(table: Table) -> bool:
    """Whether an id and a name are all that a row of a table has to have."""
    required = {column.name for column in table.columns.values() if column.required}
    return len(table.key) == 1 and required == {table.key[0], _NAME}


def judges(table: Table, reference: Reference, unlisted: Collection[str]) -> bool:
    """Whether a row is held when a reference of it names an unknown parent.

    Args:
        unlisted: tables that no export of the workspace lists.

    Of a parent that cannot be made, a row that must name one is still held.
    """
    if not reference.rejects:
        return False
    if reference.table not in unlisted:
        return True
    parent = canonical_tables()[reference.table]
    return not can_be_made(parent) and table.columns[reference.column].required


def judged_marks(warehouse: Warehouse, table: Table, unlisted: Collection[str], of: str) -> object:
    """What the judgement of a table's references depends on: a state of each parent.

    Args:
        of: the kind of state, `staging` (what it holds) or `lost` (what may have left it).
    """
    named = {r.table for r in table.references if r.rejects and r.table != table.name}
    if table.succession is not None:
        named.add(table.succession.table)
    parents = sorted(named)
    return [
        "no export" if parent in unlisted else warehouse.state(f"{of}.{parent}")
        for parent in parents
    ]


def make_parents(warehouse: Warehouse, unlisted: Collection[str]) -> None:
    """Fill the tables that no export lists from the references to them."""
    for name in sorted(unlisted):
        table = canonical_tables()[name]
        if not can_be_made(table):
            continue
        naming = [
            (child, reference.column)
            for child in canonical_tables().values()
            for reference in child.references
            if reference.table == name and warehouse.exists(f"staging.{child.name}")
        ]
        states = [[child.name, warehouse.state(staging_name(child))] for child, _ in naming]
        mark = fingerprint("made", states)
        if naming and warehouse.state(staging_name(table)) != mark:
            _make(warehouse, table, naming, mark)


def staging_name(table: Table) -> str:
    """The name by which the state of a staged table is noted."""
    return f"staging.{table.name}"


def _make(warehouse: Warehouse, table: Table, naming: list[tuple[Table, str]], mark: str) -> None:
    key = identifier(table.key[0])
    named = " union all ".join(
        f"select {identifier(column)} as id from {staged(child)} "
        f"where {identifier(column)} is not null"
        for child, column in naming
    )
    with warehouse.transaction():
        create_relations(warehouse, table)
        warehouse.con.execute(
            f"insert into {staged(table)} ({key}, {_NAME}) "
            f"select distinct id, id from ({named}) as named order by id"
        )
        warehouse.remember(staging_name(table), mark)


def made_rows(warehouse: Warehouse, table: Table) -> list[str]:
    """The ids of the rows that were made, in order."""
    key = identifier(table.key[0])
    rows = warehouse.con.execute(
        f"select {key} from {staged(table)} where _load is null order by {key}"
    ).fetchall()
    return [found for (found,) in rows]
