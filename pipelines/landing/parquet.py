"""The landed form: one Parquet file per export and sheet, all text, with the line of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.file.guard import MANY_ROWS, MAX_ROWS_PER_BYTE, reason_of, require_columns
from pipelines.warehouse.quoting import identifier, literal

LINE_COLUMN = "_line"
RAGGED_COLUMN = "_ragged"


@dataclass(frozen=True)
class Landed:
    """A landed file.

    `first_line` is the line of the first row when lines follow positions; `None` when the file
    carries a `_line` column. `notes` are facts of the reading that a person should see: rows left
    out (`blank_rows`, `totals_left_out`, `repeated_header_rows`), `mixed_encoding`, `undecodable`,
    `nul_bytes`, and the `sheet` that was chosen. `kind` is what the file was by its bytes.
    """

    parquet: Path
    names: tuple[str, ...]
    rows: int
    first_line: int | None
    notes: dict[str, Any] = field(default_factory=dict)
    kind: str = "text"


def land_parquet(con: duckdb.DuckDBPyConnection, path: Path, target: Path) -> Landed:
    """Land a Parquet export: typed columns as the text of their values; a row's line is its number.

    Raises:
        UserError: the file is no Parquet file.
    """
    source = f"read_parquet({literal(str(path))})"
    try:
        _require_plausible(con, path)
        names = [str(row[0]) for row in con.execute(f"describe from {source}").fetchall()]
        require_columns(names)
        texts = ", ".join(f"cast({identifier(n)} as varchar) as {identifier(n)}" for n in names)
        done = con.execute(
            f"copy (select {texts} from {source}) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        ).fetchone()
    except duckdb.Error as error:
        raise UserError(f"cannot be read as Parquet ({reason_of(error, path)})", 1) from None
    return Landed(target, tuple(names), int(done[0]) if done else 0, 1)


def _require_plausible(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """A few bytes can declare any number of equal rows; a real export has bytes for them."""
    found = con.execute(
        f"select num_rows from parquet_file_metadata({literal(str(path))})"
    ).fetchone()
    rows = int(found[0]) if found else 0
    if rows > MANY_ROWS and rows > MAX_ROWS_PER_BYTE * path.stat().st_size:
        raise UserError(f"declares {rows:,} rows in a file too small for them; it is not read", 1)
