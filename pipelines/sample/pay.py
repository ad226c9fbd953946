"""What the sample company's payroll paid: its own commission plans, computed from its own exports.

Belongs here: running the commission part of the pipeline over the exports already written. Does not
belong here: what payroll got wrong on purpose (`sql/truth/payroll_commission.sql`).

A company that pays commission by attain's statements has a payroll that agrees with them, but for
mistakes; an implementation of its own would be a second engine to keep. What the engine pays is
held against worked cases and an independent computation in the tests, not here.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import yaml

from pipelines.sample.model import LAST_DAY
from pipelines.warehouse.quoting import literal
from pipelines.workspace.resources import shipped

_STARTED = dt.datetime(2026, 11, 16)  # noqa: DTZ001 - a fixed moment: the same sample, the same bytes


def pay(
    con: duckdb.DuckDBPyConnection, exports: Path, work: Path, say: Callable[[str], None]
) -> None:
    """Create `statement_month` in `con`: what each person earned and may be paid in each month."""
    from pipelines.models.catalog import all_models, ancestors
    from pipelines.onboarding.scaffold import copy_examples
    from pipelines.run import steps
    from pipelines.run.session import open_session
    from pipelines.workspace.workspace import open_workspace

    root = work / "company"
    root.mkdir()
    shutil.copytree(shipped("sources"), root / "sources")
    copy_examples(root / "policy")
    settings = {
        "name": {"zh": "示例", "en": "sample"},
        "as_of": LAST_DAY.isoformat(),
        "inputs": [{"path": str(exports)}],
    }
    (root / "attain.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with open_session(open_workspace(root), LAST_DAY, _STARTED, "sample") as session:
        say("reading the exports back: payroll follows from their commission")
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        say("computing commission")
        for model in ancestors(all_models(session.policies), ["mart.commission_statement"]):
            steps.build(session, model)
        say("computed commission")
        warehouse = session.workspace.warehouse
    con.execute(f"attach {literal(str(warehouse))} as paid (read_only)")
    con.execute(
        "create table statement_month as "
        "select payee_id as employee_id, cast(concat(period, '-01') as date) as month_start, "
        "earned, payable from paid.mart.commission_statement "
        "where payee_id not like 'pool:%' order by all"
    )
    con.execute("detach paid")
    shutil.rmtree(root)
