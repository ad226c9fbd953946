"""The lower bound: a typed load and the same core figures, hand-written in DuckDB SQL.

No provenance, no quarantine, no checks, no reports: what is left when everything that makes the
figures trustworthy is taken away. Known dirt is filtered by hand, or its figures would differ.

    python -m benchmarks.lower_bound RAW_FOLDER FIGURES.json
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.typed_load import load

AS_OF = "date '2026-11-15'"
AS_OF_END = "timestamp '2026-11-16'"
SQL = Path(__file__).with_name("lower_bound.sql")


def compute(raw: Path) -> dict[str, Any]:
    """Load, compute, and return figures, seconds by part and peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with duckdb.connect(str(work / "lower_bound.duckdb")) as con:
            con.execute("set memory_limit = '3GB'")
            started = time.perf_counter()
            load(con, raw, work)
            loaded = time.perf_counter()
            parts: dict[str, float] = {"load": loaded - started}
            for name, statements in _parts().items():
                begun = time.perf_counter()
                con.execute(statements)
                parts[name] = time.perf_counter() - begun
            rows = con.execute("select name, cast(value as varchar) from figure order by name")
            figures = dict(rows.fetchall())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"figures": figures, "seconds": parts, "total": sum(parts.values()), "peak_mb": peak}


def _parts() -> dict[str, str]:
    """The script's parts by the names after `-- part:`."""
    parts: dict[str, str] = {}
    for block in SQL.read_text(encoding="utf-8").split("-- part: ")[1:]:
        name, _, statements = block.partition("\n")
        parts[name.strip()] = statements
    return parts


if __name__ == "__main__":
    result = compute(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(result, indent=1), encoding="utf-8")
