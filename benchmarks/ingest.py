"""Landing and staging against DuckDB's own typed load of the same files; and a delta of 1 %.

    python -m benchmarks.ingest RAW [--part load|ingest|delta]

Each part runs in a process of its own, so peak memory is its own. RAW is a folder that
`attain sample` wrote with CSV files (medium or large).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks import typed_load
from pipelines.run import steps
from pipelines.run.session import open_session
from pipelines.workspace.workspace import open_workspace

ROOT = Path(__file__).parents[1]
AS_OF = dt.date(2026, 11, 15)
MONDAY = dt.datetime(2026, 11, 16)  # noqa: DTZ001 - a fixed moment, in the workspace's time
_DELTA_TABLES = ("opportunity", "opportunity_event", "activity", "invoice", "receipt")


def main() -> int:
    """Measure all parts, or one of them in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("--part", choices=["load", "ingest", "delta"])
    parser.add_argument("--work", type=Path)
    words = parser.parse_args()
    if words.part:
        print(json.dumps(_PARTS[words.part](words.raw.resolve(), words.work)))
        return 0
    work = Path(tempfile.mkdtemp(prefix="attain-ingest-"))
    try:
        found = {part: _measure(part, words.raw, work) for part in _PARTS}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for part, numbers in found.items():
        print(part, json.dumps(numbers))
    ratio = found["ingest"]["seconds"] / found["load"]["seconds"]
    print(f"landing and staging / typed load   {ratio:.2f}")
    share = found["delta"]["seconds"] / found["ingest"]["seconds"]
    print(f"delta of 1 % / first ingest        {share:.3f}")
    return 0


def _measure(part: str, raw: Path, work: Path) -> dict[str, float]:
    words = ["-m", "benchmarks.ingest", str(raw), "--part", part, "--work", str(work)]
    done = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _usage(seconds: float) -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(seconds, 2),
        "cpu": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": used.ru_maxrss // 1024,
    }


def _load(raw: Path, work: Path) -> dict[str, float]:
    target = work / "typed.duckdb"
    target.unlink(missing_ok=True)
    started = time.perf_counter()
    with duckdb.connect(str(target)) as con:
        typed_load.load(con, raw, work)
    return _usage(time.perf_counter() - started)


def _ingest(raw: Path, work: Path) -> dict[str, float]:
    """A first landing and staging; the big sources are deltas, to which the next part adds."""
    workspace = work / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    shutil.copytree(ROOT / "sources", workspace / "sources")
    for path in (workspace / "sources").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if any(f"table: {table}\n" in text for table in _DELTA_TABLES):
            text = text.replace("export: full", "export: delta")
            text = re.sub(r'"([^"]+)\.csv"', r'"\1.csv", "\1_2026-11-23.csv"', text)
            path.write_text(text, encoding="utf-8")
    settings = (ROOT / "attain.yaml").read_text(encoding="utf-8")
    settings = settings.replace("  - path: data/raw", f"  - path: {raw}\n  - path: {work / 'week'}")
    (workspace / "attain.yaml").write_text(settings, encoding="utf-8")
    (work / "week").mkdir(exist_ok=True)
    return _run(workspace, MONDAY)


def _run(root: Path, at: dt.datetime) -> dict[str, float]:
    workspace = open_workspace(root)
    started = time.perf_counter()
    with open_session(workspace, AS_OF, at, "bench") as session:
        steps.land(session)
        steps.stage(session)
        rows = {
            "landed": sum(s.landed for s in session.staged.values()),
            "quarantined": sum(s.quarantined for s in session.staged.values()),
        }
        layers = {f"{name}_seconds": round(s, 2) for name, s in session.seconds.items()}
    return {**_usage(time.perf_counter() - started), **layers, **rows}


def _delta(raw: Path, work: Path) -> dict[str, float]:
    """One row in a hundred of the big exports again, as a week's changes."""
    for source in typed_load.sources():
        if source.table in _DELTA_TABLES:
            path = typed_load.export_path(source, raw)
            target = work / "week" / path.relative_to(raw).with_stem(f"{path.stem}_2026-11-23")
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as lines, target.open("wb") as out:
                for number, line in enumerate(lines):
                    if number == 0 or number % 100 == 7:
                        out.write(line)
    return _run(work / "workspace", MONDAY + dt.timedelta(weeks=1))


_PARTS = {"load": _load, "ingest": _ingest, "delta": _delta}

if __name__ == "__main__":
    sys.exit(main())
