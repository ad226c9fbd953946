"""Two exports as one: columns of the second beside the rows of the first.

Belongs here: which rows belong together, what cannot be told. Does not belong here: finding the
second file (`inventory.py`) or reading either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN, Landed
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import Join
from pipelines.warehouse.quoting import identifier, literal
from pipelines.workspace.yamlfile import did_you_mean


def joined(
    con: duckdb.DuckDBPyConnection, own: Landed, other: Landed, name: str, join: Join, target: Path
) -> Landed:
    """The rows of an export, each with the columns of the row of another that it names.

    A row that names none has empty fields there; how many do, and the first, is noted.

    Args:
        name: the other file's, for sentences.
        target: the Parquet file to write.

    Raises:
        UserError: either lacks a header, a name would stand twice, or rows of the other export
            that agree in `on` differ in what is taken of them.
    """
    mine = [_header(own, header, "") for header in join.on]
    theirs = [_header(other, header, f"{name}: ") for header in join.on.values()]
    taken = [_header(other, header, f"{name}: ") for header in join.columns.values()]
    _require_new(own, join.columns)
    key = [f"trim({identifier(column)})" for column in theirs]
    is_whole = "true" if other.first_line is not None else f"{RAGGED_COLUMN} is null"
    fields = ", ".join(
        [f"{text} as on_{place}" for place, text in enumerate(key)]
        + [
            f"nullif({identifier(column)}, '') as {identifier(name)}"
            for column, name in zip(taken, join.columns, strict=True)
        ]
    )
    filled = " and ".join(f"{text} <> ''" for text in key)
    con.execute(
        "create or replace temp table joined_to as select distinct "
        f"{fields} from {_read(other)} where {is_whole} and {filled}"
    )
    try:
        _require_one_each(con, name, len(key))
        notes = _write(con, own, mine, name, join, target)
    finally:
        con.execute("drop table joined_to")
    return replace(
        own, parquet=target, names=(*own.names, *join.columns), notes={**own.notes, **notes}
    )


def _read(landed: Landed) -> str:
    numbered = ", file_row_number = true" if landed.first_line is not None else ""
    return f"read_parquet({literal(str(landed.parquet))}{numbered})"


def _header(landed: Landed, wanted: str, where: str) -> str:
    found = {clean_header(name).lower(): name for name in landed.names}
    name = found.get(clean_header(wanted).lower())
    if name is None:
        near = did_you_mean(wanted, landed.names)
        raise UserError(f"{where}no column {wanted!r}, which `join` asks for{near}", 1)
    return name


def _require_new(own: Landed, names: Iterable[str]) -> None:
    there = {clean_header(name).lower() for name in own.names}
    for name in names:
        if clean_header(name).lower() in there:
            raise UserError(
                f"has a column {name!r} of its own; give the joined one another name: "
                f"join.columns: {{Joined {name}: {name}}}",
                1,
            )


def _require_one_each(con: duckdb.DuckDBPyConnection, name: str, keys: int) -> None:
    on = ", ".join(f"on_{place}" for place in range(keys))
    found = con.execute(
        f"select concat_ws(' | ', {on}), count(*), count(*) over () from joined_to "
        f"group by {on} having count(*) > 1 order by 1 limit 1"
    ).fetchone()
    if found is not None:
        more = f", as do {found[2] - 1:,} others" if found[2] > 1 else ""
        raise UserError(
            f"{name}: {found[0]!r} has {found[1]:,} rows that differ in what is joined{more}; "
            "which of them is meant cannot be told. Join on more headers, or export one row each",
            1,
        )


def _write(
    con: duckdb.DuckDBPyConnection,
    own: Landed,
    mine: list[str],
    name: str,
    join: Join,
    target: Path,
) -> dict[str, Any]:
    place = "file_row_number" if own.first_line is not None else LINE_COLUMN
    kept = [] if own.first_line is not None else [LINE_COLUMN, RAGGED_COLUMN]
    columns = [f"own.{identifier(c)}" for c in (*kept, *own.names)]
    columns += [f"joined_to.{identifier(c)}" for c in join.columns]
    on = " and ".join(
        f"trim(own.{identifier(column)}) = joined_to.on_{number}"
        for number, column in enumerate(mine)
    )
    both = f"{_read(own)} as own left join joined_to on {on}"
    con.execute(
        f"copy (select {', '.join(columns)} from {both} order by own.{place}) "
        f"to {literal(str(target))} (format parquet, compression snappy)"
    )
    named = " and ".join(f"trim(own.{identifier(column)}) <> ''" for column in mine)
    line = f"own.{place}" if own.first_line is None else f"own.{place} + {own.first_line}"
    value = f"concat_ws(' | ', {', '.join(f'own.{identifier(column)}' for column in mine)})"
    found = con.execute(
        f"select count(*), min({line}), arg_min({value}, {line}) from {both} "
        f"where joined_to.on_0 is null and {named}"
    ).fetchone()
    if not found or not found[0]:
        return {}
    count, first, text = found
    return {"joined_without": {"count": count, "line": first, "value": text, "joined": name}}
