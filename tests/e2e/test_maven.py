"""A public CRM data set, read by configuration alone, gives the figures published of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.support.laboratory import ROOT

REAL_DATA = os.environ.get("ATTAIN_REAL_DATA")
pytestmark = pytest.mark.skipif(
    not REAL_DATA or not (Path(REAL_DATA) / "maven_crm").is_dir(),
    reason="ATTAIN_REAL_DATA names no folder with maven_crm",
)


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    workspace = tmp_path_factory.mktemp("maven") / "workspace"
    shutil.copytree(
        ROOT / "examples" / "maven_crm",
        workspace,
        ignore=shutil.ignore_patterns(".attain", "reports"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", "run", "-w", str(workspace)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(workspace / ".attain" / "warehouse.duckdb"), read_only=True) as con:
        yield con


def kpi(con: duckdb.DuckDBPyConnection, name: str, kind: str, scope: str) -> dict[str, Decimal]:
    """Values of a KPI by scope and start of period."""
    rows = con.execute(
        "select concat_ws(' ', scope_id, period_start), value from mart.kpi_value "
        "where kpi_id = ? and period_kind = ? and scope_kind = ? order by all",
        [name, kind, scope],
    ).fetchall()
    return dict(rows)


def percent(value: Decimal) -> Decimal:
    return round(value * 100, 2)


def test_deals_by_outcome(maven: duckdb.DuckDBPyConnection) -> None:
    assert maven.execute(
        "select sum(rows_landed), sum(rows_accepted) from mart.load "
        "where table_name = 'opportunity'"
    ).fetchone() == (8800, 8800)


def test_win_rates_by_quarter_of_closing(maven: duckdb.DuckDBPyConnection) -> None:
    rates = kpi(maven, "win_rate_count", "quarter", "company")
    assert [percent(rate) for rate in rates.values() if rate is not None] == [
        Decimal(text) for text in ("82.07", "61.71", "61.41", "60.25")
    ]


def test_won_value_by_quarter(maven: duckdb.DuckDBPyConnection) -> None:
    amounts = kpi(maven, "contract_amount", "quarter", "company")
    assert [amount for amount in amounts.values() if amount] == [
        Decimal(1134672), Decimal(3086111), Decimal(2982255), Decimal(2802496),
    ]  # fmt: skip
    assert sum(amount for amount in amounts.values() if amount) == Decimal(10005534)


def test_managers_win_rates(maven: duckdb.DuckDBPyConnection) -> None:
    rates = kpi(maven, "win_rate_count", "year", "team")
    found = {key.removesuffix(" 2017-01-01"): percent(rate) for key, rate in rates.items() if rate}
    assert found == {
        "Cara Losch": Decimal("64.43"),
        "Summer Sewald": Decimal("64.34"),
        "Celia Rouche": Decimal("63.41"),
        "Dustin Brinkmann": Decimal("62.98"),
        "Melvin Marxen": Decimal("62.20"),
        "Rocco Neubert": Decimal("62.08"),
    }


def test_the_best_seller(maven: duckdb.DuckDBPyConnection) -> None:
    won = maven.execute(
        "select scope_id, numerator from mart.kpi_value where kpi_id = 'win_rate_count' "
        "and period_kind = 'year' and scope_kind = 'employee' order by 2 desc limit 1"
    ).fetchone()
    assert won == ("Darcel Schlecht", 349)
    amounts = kpi(maven, "contract_amount", "year", "employee")
    assert amounts["Darcel Schlecht 2017-01-01"] == 1153214
