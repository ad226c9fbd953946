"""Generate a size, run attain, the lower bound and the pandas peer, and compare their figures.

    python -m benchmarks.run --size small|medium|large [--keep FOLDER]

Each runs in a process of its own, so peak memory is its own. Prints seconds and peak memory, and
fails when two of them disagree on a figure.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.small_as_csv import convert

ROOT = Path(__file__).parents[1]
_QUERIES = {
    "kpi": "select concat('kpi:', kpi_id, ':', period_kind, ':', period_start, ':', part), v from ("
    "select kpi_id, period_kind, period_start, numerator as num, denominator as den "
    "from mart.kpi_value where scope_kind = 'company' and period_kind in ('quarter', 'year')"
    ") unpivot (v for part in (num, den))",
    "funnel": "select concat('funnel:', stage_id, ':', period_start, ':', part), v from ("
    "select stage_id, period_start, entered, advanced, regressed, open as still_open "
    "from mart.funnel_stage where mode = 'entry' and period_kind = 'quarter' "
    "and scope_kind = 'company'"
    ") unpivot (v for part in (entered, advanced, regressed, still_open))",
    "cycle": "select concat('cycle:', period_start), round(value, 4) from mart.kpi_value "
    "where kpi_id = 'sales_cycle_days' and period_kind = 'quarter' and scope_kind = 'company'",
    "ageing": "select concat('ageing:', bucket), sum(open_amount_base) from mart.receivable_item "
    "group by bucket",
    # what all plans start from: the cash of representatives, before conditions
    "credit": "select concat('credit:', strftime(event_date, '%Y-%m')), sum(full_amount) "
    "from core.fct_credit where component_id = 'cash' group by all",
}


def main() -> int:
    """Run all three and print what they took; 1 when their figures differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "medium", "large"], default="small")
    parser.add_argument("--seed", type=int, default=62)
    parser.add_argument("--keep", type=Path, help="keep the files here and use what is there")
    words = parser.parse_args()
    folder = words.keep or Path(tempfile.mkdtemp(prefix="attain-bench-"))
    try:
        return _compare(folder, words.size, words.seed)
    finally:
        if words.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _compare(folder: Path, size: str, seed: int) -> int:
    raw = folder / "raw"
    if not raw.exists():
        _call("-m", "pipelines.cli.main", "sample", str(raw), "--size", size, "--seed", str(seed))
    if size == "small":
        raw = _as_csv(raw, folder / "csv")
    bound = _peer("benchmarks.lower_bound", raw, folder)
    peer = _peer("benchmarks.pandas_peer", raw, folder)
    ours = _attain(raw, folder)
    print(f"{'':24}{'seconds':>10}{'peak MB':>10}")
    for name, found in (("lower bound", bound), ("pandas (part of it)", peer), ("attain", ours)):
        print(f"{name:24}{found['total']:10.1f}{found['peak_mb']:10,}")
        for part, seconds in found["seconds"].items():
            print(f"  {part:22}{seconds:10.1f}")
    print(f"attain / lower bound    {ours['total'] / bound['total']:10.2f}")
    differing = differences("lower bound", bound["figures"], ours["figures"])
    differing += differences("pandas", peer["figures"], ours["figures"])
    shared = len(bound["figures"]) + len(peer["figures"])
    print(f"figures compared {shared}, differing {len(differing)}")
    for line in differing[:20]:
        print(f"  {line}")
    return 1 if differing else 0


def _as_csv(raw: Path, target: Path) -> Path:
    """The small sample's workbooks as the CSV files of the larger sizes."""
    if not target.exists():
        convert(raw, target)
    return target


def _peer(module: str, raw: Path, folder: Path) -> dict[str, Any]:
    result = folder / f"{module}.json"
    _call("-m", module, str(raw), str(result))
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _attain(raw: Path, folder: Path) -> dict[str, Any]:
    """A full run in a fresh workspace, and its figures."""
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    shutil.copytree(ROOT / "sources", workspace / "sources")
    shutil.copytree(ROOT / "policy", workspace / "policy")
    settings = (ROOT / "attain.yaml").read_text(encoding="utf-8")
    (workspace / "attain.yaml").write_text(
        settings.replace("path: data/raw", f"path: {raw.resolve()}"), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measured", "run", "-w", str(workspace), "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode != 0:
        raise SystemExit(f"attain run ended with {done.returncode}: {done.stdout}{done.stderr}")
    outcome, measured = (json.loads(line) for line in done.stdout.strip().splitlines()[-2:])
    return {
        "total": measured["seconds"],
        "peak_mb": measured["peak_mb"],
        "seconds": outcome["seconds_by_layer"],
        "figures": figures_of(workspace / ".attain" / "warehouse.duckdb"),
    }


def figures_of(warehouse: Path) -> dict[str, str]:
    """The figures of a computed warehouse that a peer computes too, by name."""
    figures: dict[str, str] = {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for sql in _QUERIES.values():
            figures.update({name: str(v) for name, v in con.execute(sql).fetchall()})
    return figures


def differences(name: str, theirs: dict[str, str], ours: dict[str, str]) -> list[str]:
    """A line for each figure of theirs that ours says differently, or does not say."""
    return [
        f"{name}: {figure} is {value}, attain says {ours.get(figure)}"
        for figure, value in theirs.items()
        if figure not in ours or abs(Decimal(value) - Decimal(ours[figure])) > Decimal("0.0001")
    ]


def _call(*words: str) -> None:
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
