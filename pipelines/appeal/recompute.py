"""An appraisal as it is computed, and as it would be if facts were others.

Belongs here: making anew what stands on a changed row, table by table, and comparing. Does not
belong here: which rows change (`whatif.py`), how it is shown (`reporting/appraisal/pack.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import SimpleNamespace

from pipelines.appeal.whatif import change_rows, read_what_if
from pipelines.closing.rehearsal import Rehearsal, rehearsed
from pipelines.errors import UserError
from pipelines.explain.explain import evidence_sql
from pipelines.models.catalog import all_models, ancestors
from pipelines.policy.load import Policies
from pipelines.reporting.appraisal.pack import Changed, Evidence, Moved, Pack, Side
from pipelines.reporting.model.context import open_context
from pipelines.reporting.shared.quality import read_status
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.yamlfile import did_you_mean

_COMPUTED = "mart.appraisal_computed"
_WANTED = (_COMPUTED, "mart.appraisal_decision", "mart.appraisal_adjustment")
_BEFORE = "temp.appraisal_before"
_RESULT = Path(__file__).with_name("result.sql")
_WINDOWS = Path(__file__).with_name("windows.sql")
Said = Callable[[str], None]


def recompute(
    warehouse: Warehouse,
    policies: Policies,
    period: str,
    employee_id: str,
    what_if: Path | None,
    say: Said = lambda _: None,
) -> Pack:
    """What a person's appraisal rests on, and what becomes of it if facts were others.

    Without a file everything is computed again from the same rows: `tables` of what is returned is
    then empty, or the appraisal cannot be repeated. Nothing in the warehouse changes.

    Args:
        period: as results name it: `2026-Q3`, `2026-10`, `2026-H1`, `2026`.
        what_if: a file of changed rows (`whatif.py`).
        say: is told each table that is made anew.

    Raises:
        UserError: nobody of that id was appraised in that period, or the file is wrong.
    """
    _require(warehouse, period, employee_id)
    models = ancestors(all_models(policies), _WANTED)
    source = read_what_if(what_if) if what_if else None
    with rehearsed(warehouse) as rehearsal:
        before = _side(rehearsal, period, employee_id)
        evidence = _evidence(rehearsal, policies, period, employee_id)
        rehearsal.con.execute(f"create temp table appraisal_before as select * from {_COMPUTED}")
        changed: list[Changed] = []
        begun: set[str] | None = None  # everything
        if source is not None and source[1].change:
            changed = change_rows(rehearsal, *source)
            begun = {f"staging.{one.table}" for one in source[1].change}
        tables = _make_anew(rehearsal, models, begun, say)
        after = _side(rehearsal, period, employee_id)
        others = _moved(rehearsal)
    return Pack(
        period=period,
        employee_id=employee_id,
        before=before,
        after=after,
        changed=tuple(changed),
        tables=tables,
        moved=others,
        evidence=evidence,
    )


def _require(warehouse: Warehouse, period: str, employee_id: str) -> None:
    if not warehouse.exists(_COMPUTED):
        raise UserError(f"{warehouse.path.name}: nothing has been computed yet. Run: attain run", 1)
    found = warehouse.rows(f"select distinct employee_id, period from {_COMPUTED}")
    people = {row["employee_id"] for row in found}
    if employee_id not in people:
        raise UserError(
            f"{employee_id!r}: nobody of that id was appraised{did_you_mean(employee_id, people)}."
        )
    periods = {row["period"] for row in found if row["employee_id"] == employee_id}
    if period not in periods:
        newest = ", ".join(sorted(periods, reverse=True)[:6])
        raise UserError(
            f"{period!r}: {employee_id} was not appraised in a period of that name"
            f"{did_you_mean(period, periods)}. The newest are {newest}."
        )


def _side(rehearsal: Rehearsal, period: str, employee_id: str) -> Side:
    """The result and the scorecard as the tables hold them now."""
    as_of = rehearsal.scalar("select as_of_date from core.parameter")
    context = open_context(rehearsal.con, as_of, *read_status(rehearsal.con))
    results = rehearsal.rows(_RESULT.read_text(encoding="utf-8"), [employee_id, period])
    if not results:
        raise UserError(
            f"{employee_id} would not be appraised in {period} at all: by these facts no scheme's "
            "role was theirs on any of its days."
        )
    [result] = results
    scores = context.rows("appraisal_scores", of_period=period, of_person=employee_id)
    return Side(context, SimpleNamespace(**result), tuple(scores))


def _make_anew(
    rehearsal: Rehearsal, models: Sequence[Model], begun: Collection[str] | None, say: Said
) -> tuple[tuple[str, int, int], ...]:
    """Make every table that stands on a changed one; returns those that differ, with how many rows
    are new in them and how many are gone. A table that comes out equal changes nothing above it."""
    differing: list[tuple[str, int, int]] = []
    moved = set(begun or ())
    for model in models:
        if begun is not None and moved.isdisjoint(model.inputs):
            continue
        if model.is_view:
            moved.add(model.name)
            continue
        say(model.name)
        rehearsal.con.execute(
            f"create temp table rows_before as select hash(held) as mark from {model.name} as held"
        )
        rehearsal.make(model)
        now = f"(select hash(held) as mark from {model.name} as held)"
        new, gone = (
            rehearsal.scalar(f"select count(*) from (from {one} except all from {other})")
            for one, other in ((now, "temp.rows_before"), ("temp.rows_before", now))
        )
        rehearsal.con.execute("drop table temp.rows_before")
        if new or gone:
            differing.append((model.name, new, gone))
            moved.add(model.name)
    return tuple(differing)


def _moved(rehearsal: Rehearsal) -> tuple[Moved, ...]:
    """Everybody's results, of whatever period, that would be others."""
    compared = ("score", "grade", "coefficient", "floating_pay", "bonus", "rank", "red_lines")
    differs = " or ".join(f"was.{name} is distinct from now.{name}" for name in compared)
    return tuple(
        Moved(**row)
        for row in rehearsal.rows(
            "select coalesce(was.employee_id, now.employee_id) as employee_id, "
            "coalesce(was.period, now.period) as period, was.score as score_before, "
            "now.score as score_after, was.grade as grade_before, now.grade as grade_after, "
            "was.rank as rank_before, now.rank as rank_after, "
            "was.floating_pay as pay_before, now.floating_pay as pay_after "
            f"from {_BEFORE} as was full join {_COMPUTED} as now "
            "on was.employee_id = now.employee_id and was.period = now.period "
            f"where {differs} order by period, employee_id"
        )
    )


def _evidence(
    rehearsal: Rehearsal, policies: Policies, period: str, employee_id: str
) -> tuple[Evidence, ...]:
    """The rows behind every indicator that is a KPI, each with its file and line."""
    windows = rehearsal.rows(_WINDOWS.read_text(encoding="utf-8"), [employee_id, period])
    found: list[Evidence] = []
    for one in windows:
        sql = evidence_sql(
            rehearsal, policies.catalogue, one["kpi_id"], one["window_kind"], one["window_start"],
            one["scope_kind"], one["scope_id"],
        )  # fmt: skip
        if sql is not None:
            found += [
                Evidence(indicator=one["indicator"], **row)
                for row in rehearsal.rows(f"select * from ({sql}) order by kpi, file, line, key")
            ]
    return tuple(found)
