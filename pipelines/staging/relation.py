"""The relations a canonical table is kept in, and the parts of a row that are asked for by name.

`staging.<table>` holds the rows in force, `held.<table>` those whose parent is unknown,
`history.<table>` the versions that have ended, `refused.<table>` what can be read of the rows that
are in quarantine, each with the first rule that it breaks and with all columns that break one.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.sources.contract import Table, canonical_tables
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier


def staged(table: Table) -> str:
    return f"staging.{identifier(table.name)}"


def held(table: Table) -> str:
    return f"held.{identifier(table.name)}"


def history(table: Table) -> str:
    return f"history.{identifier(table.name)}"


def refused(table: Table) -> str:
    return f"refused.{identifier(table.name)}"


def create_relations(warehouse: Warehouse, table: Table) -> None:
    """Create all four anew, without rows."""
    own = ", ".join(f"{identifier(c.name)} {c.sql_type}" for c in table.columns.values())
    present = f"_load integer, _line bigint, _since timestamp, {own}"
    ended = f"known_from timestamp, known_to timestamp, _load integer, _line bigint, {own}"
    warehouse.con.execute(
        f"create or replace table {staged(table)} ({present});"
        f"create or replace table {held(table)} ({present}, _column varchar);"
        f"create or replace table {history(table)} ({ended});"
        f"create or replace table {refused(table)} "
        f"({present}, _rule varchar, _column varchar, _value varchar, _columns varchar)"
    )


def joined(columns: Sequence[str]) -> str:
    """Columns as one text."""
    return f"concat_ws(' | ', {', '.join(identifier(column) for column in columns)})"


def key_of(table: Table) -> str:
    """The key of a row as one text."""
    return joined(table.key)


def owner_of(table: Table) -> str:
    """Who must fix a row."""
    return identifier(table.owner_column) if table.owner_column else "null::varchar"


def amount_of(table: Table) -> str:
    """The amount of a row that the account adds up."""
    return identifier(table.amount) if table.amount else "null::decimal(18, 4)"


def orphan_condition(column: str, parent: str) -> str:
    """True for a row that names a parent nobody knows."""
    key = identifier(canonical_tables()[parent].key[0])
    own = identifier(column)
    return f"{own} is not null and {own} not in (select {key} from staging.{identifier(parent)})"
