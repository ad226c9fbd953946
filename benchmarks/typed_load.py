"""DuckDB's own typed load of the exports into a database file: the least any tool has to do.

Types and names come from the source files, values are read by DuckDB's CSV reader alone. Rows it
cannot type are left out (`ignore_errors`), as a hand-written script would.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.landing.detect import detect_dialect
from pipelines.policy.load import load_process
from pipelines.sources.contract import Table, canonical_tables
from pipelines.sources.sourcefile import SourceFile, load_sources
from pipelines.warehouse.quoting import identifier, literal
from pipelines.workspace.workspace import open_workspace

ROOT = Path(__file__).parents[1]
_TYPES = {
    "date": "date",
    "timestamp": "timestamp",
    "money": "decimal(18, 4)",
    "number": "decimal(18, 4)",
    "rate": "decimal(18, 8)",
    "integer": "bigint",
}


def sources() -> list[SourceFile]:
    """The source files of the exports that the sample company has."""
    workspace = open_workspace(ROOT)
    found = load_sources(workspace.sources, load_process(workspace).stage_ids)
    return [source for source in found if not source.form and source.table != "commission_approval"]


def export_path(source: SourceFile, raw: Path) -> Path:
    """The CSV form of a source's export."""
    return next(
        path for pattern in source.files for path in raw.glob(pattern) if path.suffix == ".csv"
    )


def load(con: duckdb.DuckDBPyConnection, raw: Path, work: Path) -> None:
    """Load every export into a table of its canonical name, with canonical columns, typed."""
    for source in sources():
        path = export_path(source, raw)
        dialect = detect_dialect(path)
        if dialect.encoding.name != "utf-8":
            recoded = work / f"{source.table}.csv"
            recoded.write_text(path.read_text(encoding=dialect.encoding.name), encoding="utf-8")
            path = recoded
        con.execute(_load_sql(source, path))


def _load_sql(source: SourceFile, path: Path) -> str:
    table = canonical_tables()[source.table]
    with path.open(encoding="utf-8-sig") as handle:
        names = handle.readline().strip().split(",")
    by_header = {header: column for column, s in source.columns.items() for header in s.headers}
    types = {name: _type(source, table, by_header.get(name)) for name in names}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    picked = ", ".join(
        f"{_value(source, by_header[name], name, table.columns[by_header[name]].type)} "
        f"as {identifier(by_header[name])}"
        for name in names
        if name in by_header
    )
    return (
        f"create table {identifier(source.table)} as select {picked} "
        f"from read_csv({literal(str(path))}, header = true, auto_detect = false, delim = ',', "
        f"""quote = '"', thousands = ',', ignore_errors = true, columns = {{{columns}}})"""
    )


def _type(source: SourceFile, table: Table, column: str | None) -> str:
    if column is None:
        return "varchar"
    if source.columns[column].unit == "万元":
        return "decimal(18, 8)"  # 8.137045 万元 has cents only after × 10,000
    return _TYPES.get(table.columns[column].type, "varchar")


def _value(source: SourceFile, column: str, header: str, kind: str) -> str:
    text = identifier(header)
    if kind == "pct":
        return f"try_cast(replace({text}, '%', '') as decimal(9, 4))"
    if source.columns[column].unit == "万元":
        return f"cast(cast({text} as decimal(28, 8)) * 10000 as decimal(18, 4))"
    values = source.value_map(column)
    if values:
        cases = " ".join(f"when {literal(v)} then {literal(t)}" for v, t in values.items())
        mapped = f"case {text} {cases} else {text} end"
        return f"try_cast({mapped} as boolean)" if kind == "boolean" else mapped
    return text
