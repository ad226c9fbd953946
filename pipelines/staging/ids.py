"""Ids of one thing that are written in two ways: Salesforce's of 15 and of 18 characters.

Belongs here: which columns hold ids of which table, how long the ids of a table are. Does not
belong here: the SQL that writes one length as the other (`sql/staging/ids.sql.j2`), keys that
differ by accident (`checks/accidents.py`).

A report has 15 characters, in which case tells two ids apart; an object's export has 18, whose last
three say the case of the others. Which of them a table has is asked of its newest exports; what
names it elsewhere is then read in that length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipelines.sources.contract import Table, canonical_tables
from pipelines.staging.groups import Group
from pipelines.staging.mapping import load_context
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.rows import in_order
from pipelines.warehouse.template import macro

IDS = "staging/ids.sql.j2"
SHORT, LONG = 15, 18
_SAMPLE = 200  # ids of one export are of one length


@dataclass(frozen=True)
class Naming:
    """A column holds ids of a table, everywhere or where another column has a value."""

    column: str
    table: str
    where: tuple[str, str] | None = None


@cache
def namings(table: str) -> tuple[Naming, ...]:
    """The columns of a table that hold ids: its key, its references, and what ends in a key's name
    (`parent_customer_id`), beside those that the contract names."""
    own = canonical_tables()[table]
    found = {one.column: one for one in _by_name(own)}
    for reference in own.references:
        found[reference.column] = Naming(reference.column, reference.table)
    for column, other, *where in own.names:
        found[column] = Naming(column, other, (where[0], where[1]) if where else None)
    return tuple(found[column] for column in own.columns if column in found)


def _by_name(table: Table) -> list[Naming]:
    keys = {t.key[0]: t.name for t in canonical_tables().values() if len(t.key) == 1}
    if len(table.key) == 1:
        keys[table.key[0]] = table.name
    found = []
    for column in table.columns.values():
        for key, name in keys.items():
            if column.type == "text" and (column.name == key or column.name.endswith(f"_{key}")):
                found.append(Naming(column.name, name))
    return found


def lengths_of_ids(
    warehouse: Warehouse, groups: Mapping[str, Sequence[Group]]
) -> tuple[tuple[str, int], ...]:
    """The tables whose ids are Salesforce's, each with the length its newest exports write.

    Args:
        groups: of every table, in the order in which they build it.
    """
    found = []
    for name, own in groups.items():
        table = canonical_tables()[name]
        if len(table.key) > 1 or table.columns[table.key[0]].type != "text":
            continue
        newest = {group.source.source: group for group in own}
        lengths = {_length(warehouse, table, group) for group in newest.values()} - {0}
        if lengths:
            found.append((name, max(lengths)))
    return tuple(found)


def _length(warehouse: Warehouse, table: Table, group: Group) -> int:
    """How long the ids of a group are; 0 where they are no such ids."""
    context = load_context(table, group.loads[-1])
    is_long = macro(IDS, "is_long")("id")
    with in_order(warehouse.con):  # the first rows of the export, whichever thread reads them
        found = warehouse.rows(
            "select count(*) as row_count, "
            f"count(case when regexp_matches(id, '^[0-9A-Za-z]{{{SHORT}}}$') then 1 end) as short, "
            f"count(case when {is_long} then 1 end) as long "
            f"from (select {context['columns'][table.key[0]]} as id from {context['relation']} "
            f"limit {_SAMPLE}) where id is not null"
        )[0]
    rows = found["row_count"]
    if not rows or found["short"] + found["long"] < rows:
        return 0
    return LONG if found["long"] else SHORT


def id_texts(table: Table, lengths: Mapping[str, int]) -> dict[str, str]:
    """The SQL of the columns whose ids are read in the length of the table they name.

    The SQL is over the column's own name.
    """
    texts = {}
    for naming in namings(table.name):
        if naming.table in lengths:
            name = identifier(naming.column)
            form = "as_long" if lengths[naming.table] == LONG else "as_short"
            text = str(macro(IDS, form)(name))
            if naming.where is not None:
                column, value = naming.where
                text = (
                    f"case when {identifier(column)} = {literal(value)} then {text} else {name} end"
                )
            texts[naming.column] = text
    return texts
