"""What an analyst would write: pandas over the same exports, for a part of the figures.

Whole files into memory, no provenance, no quarantine; the known dirt is dropped by hand.

    python -m benchmarks.pandas_peer RAW_FOLDER FIGURES.json
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.typed_load import export_path, sources
from pipelines.landing.detect import detect_dialect
from pipelines.sources.sourcefile import SourceFile

AS_OF = pd.Timestamp("2026-11-15")
_STAGES = ("qualification", "needs_analysis", "proposal", "negotiation", "order")


def compute(raw: Path) -> dict[str, Any]:
    """Load, compute, and return figures, seconds by part and peak memory in MB."""
    started = time.perf_counter()
    tables = {s.table: _read(s, raw) for s in sources() if s.table in _USED}
    loaded = time.perf_counter()
    figures = {**_deals(tables), **_sales(tables), **_activities(tables), **_surveys(tables)}
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "figures": figures,
        "seconds": {"load": loaded - started, "figures": done - loaded},
        "total": done - started,
        "peak_mb": peak,
    }


_USED = {
    "opportunity": ("opportunity_id", "owner_id", "created_at", "stage", "outcome", "closed_at",
                    "amount"),
    "contract": ("contract_id", "owner_id", "net_amount", "currency", "signed_at", "status",
                 "opportunity_id"),
    "customer": ("customer_id", "name"),
    "activity": ("activity_id", "type", "occurred_at", "employee_id", "opportunity_id"),
    "fx_rate": ("currency", "rate_date", "rate_to_base"),
    "survey": ("survey_id", "customer_id", "kind", "score", "responded_at"),
}  # fmt: skip


def _read(source: SourceFile, raw: Path) -> pd.DataFrame:
    path = export_path(source, raw)
    wanted = {
        header: column
        for column, mapped in source.columns.items()
        if column in _USED[source.table]
        for header in mapped.headers
    }
    frame = pd.read_csv(
        path,
        usecols=list(wanted),
        dtype=str,
        keep_default_na=False,  # else pandas takes "#N/A" for an empty field
        na_values=[""],
        encoding=detect_dialect(path).encoding.name,
        encoding_errors="replace",
    )
    frame.columns = [str(name).lstrip("\ufeff") for name in frame.columns]
    frame = frame.rename(columns=wanted)
    for column in frame.columns:
        values = source.value_map(column)
        if values:
            frame[column] = frame[column].replace(values)
    return frame


def _when(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="mixed", errors="coerce")


def _cents(column: pd.Series) -> pd.Series:
    """Amounts as whole cents: pandas has no decimal column."""
    number = pd.to_numeric(column.str.replace(",", ""), errors="coerce")
    return (number * 100).round()


def _good_deals(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    deals = tables["opportunity"].copy()
    deals["created_at"], deals["closed_at"], raw = (
        _when(deals["created_at"]),
        _when(deals["closed_at"]),
        deals["closed_at"],
    )
    good = (
        deals["owner_id"].notna()
        & deals["created_at"].notna()
        & deals["stage"].isin(_STAGES)
        & (raw.isna() | deals["closed_at"].notna())
        & (deals["amount"].isna() | _cents(deals["amount"]).notna())
        & ~(deals["closed_at"] < deals["created_at"])
    )
    return deals[good].drop_duplicates("opportunity_id")


def _by_quarter(name: str, dates: pd.Series, values: pd.Series, part: str) -> dict[str, str]:
    quarters = dates.dt.to_period("Q").dt.start_time.dt.date
    sums = values.groupby(quarters).sum()
    return {f"kpi:{name}:quarter:{quarter}:{part}": _text(v) for quarter, v in sums.items()}


def _text(value: float) -> str:
    return f"{value:.4f}"


def _deals(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    deals = _good_deals(tables)
    ones = pd.Series(1, index=deals.index)
    decided = deals[deals["outcome"].isin(["won", "lost"]) & deals["closed_at"].notna()]
    won = decided["outcome"].eq("won").astype(int)
    return {
        **_by_quarter("new_opportunities", deals["created_at"], ones, "num"),
        **_by_quarter("win_rate_count", decided["closed_at"], won, "num"),
        **_by_quarter("win_rate_count", decided["closed_at"], won * 0 + 1, "den"),
    }


def _sales(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    contracts = tables["contract"].copy()
    contracts["signed_at"] = _when(contracts["signed_at"])
    contracts["cents"] = _cents(contracts["net_amount"])
    good = (
        contracts["owner_id"].notna() & contracts["signed_at"].notna() & contracts["cents"].notna()
    )
    contracts = contracts[good & contracts["status"].ne("cancelled")].drop_duplicates("contract_id")
    rates = tables["fx_rate"].assign(day=_when(tables["fx_rate"]["rate_date"]))
    rates["rate"] = pd.to_numeric(rates["rate_to_base"])
    contracts = contracts.assign(day=contracts["signed_at"].dt.normalize()).sort_values("day")
    contracts = pd.merge_asof(
        contracts,
        rates[["currency", "day", "rate"]].sort_values("day"),
        on="day",
        by="currency",
    )
    base = (contracts["cents"] * contracts["rate"].fillna(1)).round() / 100
    return {
        **_by_quarter("contract_amount", contracts["signed_at"], base, "num"),
        **_by_quarter("avg_contract_value", contracts["signed_at"], base * 0 + 1, "den"),
    }


def _activities(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    known = set(_good_deals(tables)["opportunity_id"])
    activity = tables["activity"].copy()
    activity["occurred_at"] = _when(activity["occurred_at"])
    good = (
        activity["employee_id"].notna()
        & activity["occurred_at"].notna()
        & (activity["opportunity_id"].isna() | activity["opportunity_id"].isin(known))
    )
    types = ["call", "visit", "email", "meeting", "demo", "poc", "other"]
    activity = activity[good & activity["type"].isin(types)].drop_duplicates("activity_id")
    found = {}
    for kind in ("call", "visit"):
        part = activity[activity["type"].eq(kind)]
        ones = pd.Series(1, index=part.index)
        found.update(_by_quarter(f"{kind}s", part["occurred_at"], ones, "num"))
    return found


def _surveys(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    survey = tables["survey"].copy()
    survey["responded_at"] = _when(survey["responded_at"])
    survey["score"] = pd.to_numeric(survey["score"], errors="coerce")
    customers = set(tables["customer"].dropna(subset=["name"])["customer_id"])
    good = (
        survey["score"].between(0, 10)
        & survey["responded_at"].notna()
        & (survey["customer_id"].isna() | survey["customer_id"].isin(customers))
    )
    survey = survey[good].drop_duplicates("survey_id")
    survey = survey[survey["kind"].eq("csat")]
    return {
        **_by_quarter("csat", survey["responded_at"], survey["score"], "num"),
        **_by_quarter("csat", survey["responded_at"], survey["score"] * 0 + 1, "den"),
    }


if __name__ == "__main__":
    result = compute(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(result, indent=1), encoding="utf-8")
