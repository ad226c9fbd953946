"""Reports: one asset for each, depending on the tables its queries read."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from pipelines.assets.keys import asset_key
from pipelines.run import steps
from pipelines.run.session import Session


def report_assets(names: Iterable[str]) -> list[dg.AssetsDefinition]:
    """The page models of each report; publication happens once, when the run ends."""
    return [_report_asset(name) for name in names]


def _report_asset(name: str) -> dg.AssetsDefinition:
    from pipelines.reporting.reports import REPORTS

    @dg.asset(
        key=dg.AssetKey(["reports", name]),
        deps=[asset_key(table) for table in REPORTS[name].reads],
        group_name="reports",
        description=f"Pages of the report `{name}`, in Chinese and English, one model each.",
        kinds={"plotly", "jinja2"},
    )
    def build(session: dg.ResourceParam[Session]) -> dg.MaterializeResult[None]:
        if REPORTS[name].after_checks:
            return dg.MaterializeResult(metadata={"built": "when the run ends, after all checks"})
        pages = steps.render_report(session, name)
        return dg.MaterializeResult(metadata={"pages": pages})

    return build
