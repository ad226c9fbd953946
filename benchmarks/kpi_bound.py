"""The hand-written KPI part: the blocks of `kpi_bound.sql`, summed for every scope and period.

What an analyst would write once and use for each fact: to day and owner first, from there to
periods, and to people, teams, regions, the company and further scopes with grouping sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("kpi_bound.sql")
_PERIODS = (
    "inner join (select * from core.period_day where variant = 'actual') as p "
    "on p.calendar_date = day"
)
_ENDS = (
    "select period_kind, period_start, to_date as day from core.period_variant "
    "where variant = 'actual'"
)


@dataclass(frozen=True)
class Block:
    """One fact: what kind, its name, percentiles if any, its rows and their columns."""

    kind: str
    name: str
    shares: tuple[str, ...]
    sql: str
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        return f"bound_{self.kind}_{self.name}"

    @property
    def further(self) -> list[str]:
        """Scopes beside the organisation's."""
        return [column for column in self.columns if column.startswith("s_")]

    @property
    def sums(self) -> list[str]:
        return [column for column in self.columns if column.startswith("k_")]


def blocks(con: duckdb.DuckDBPyConnection) -> Iterator[Block]:
    """The blocks of the file, in its order."""
    for block in SQL.read_text(encoding="utf-8").split("\n-- ")[1:]:
        title, _, sql = block.partition("\n")
        kind, colon, words = title.partition(": ")
        if colon and kind in _MAKING:
            name, *shares = words.split()
            described = con.execute(f"{sql} limit 0").description or []
            columns = tuple(column[0] for column in described)
            yield Block(kind, name, tuple(shares), sql, columns)


def compute(con: duckdb.DuckDBPyConnection, found: list[Block]) -> None:
    """Compute every block into a temporary table."""
    for block in found:
        sql = _MAKING[block.kind](block)
        con.execute(f"create or replace temp table {block.table} as {sql}")


def _fact(block: Block) -> str:
    return _summed(block, f"with daily as ({_daily(block, 'day, ')})", f"daily {_PERIODS}")


def _own(block: Block) -> str:
    daily = _daily(block, "period_kind, period_start, day, ")
    return _summed(block, f"with daily as ({daily})", "daily")


def _daily(block: Block, keys: str) -> str:
    units = ["o_team as team", "o_region as region"] if "o_team" in block.columns else []
    named = ", ".join(["coalesce(who, '(none)') as who", *units, *block.further])
    return f"select {keys}{named}, sum(columns('^k_')) from ({block.sql}) group by all"


def _middle(block: Block) -> str:
    value = f"quantile_cont(v, [{', '.join(block.shares)}]) as v"
    return _summed(block, "with daily as (select 1)", f"({block.sql}) {_PERIODS}", value)


def _stand(block: Block) -> str:
    """Movements are summed once; what stands on a day is the sum up to it."""
    keys = ", ".join(["who", *block.further])
    same = " and ".join(f"running.{key} = owner.{key}" for key in ("who", *block.further))
    minus = ", ".join(f"-{column}" for column in block.sums)
    plus = ", ".join(block.sums)
    running = ", ".join(
        f"sum({column}) over (partition by {keys} order by moved) as {column}"
        for column in block.sums
    )
    before = (
        f"with movement as (select moved, {keys}, sum(columns('^k_')) from ("
        f"select valid_from as moved, {keys}, {plus} from ({block.sql}) union all "
        f"select valid_before, {keys}, {minus} from ({block.sql})) group by all), "
        f"running as (select moved, {keys}, {running} from movement), "
        f"owner as (select distinct {keys} from running), "
        f"standing as (select ends.*, owner.*, {plus} from ({_ENDS}) as ends cross join owner "
        f"asof join running on {same} and ends.day >= running.moved)"
    )
    return _summed(block, before, "standing")


def _summed(block: Block, before: str, source: str, value: str = "sum(columns('^k_'))") -> str:
    """From day and owner to every scope and period."""
    further = block.further
    org = (
        ""
        if "o_team" in block.columns
        else (" left join core.org_day as org on org.employee_id = who and org.calendar_date = day")
    )
    units = (
        "team, region"
        if not org
        else (
            "coalesce(org.team_id, '(none)') as team, coalesce(org.region_id, '(none)') as region"
        )
    )
    named = ", ".join(["period_kind", "period_start", "who", units, *further])
    scopes = ["who", "team", "region", *further]
    sets = ", ".join(f"(period_kind, period_start, {scope})" for scope in scopes)
    cases = "".join(f" when grouping({c}) = 0 then '{c.removeprefix('s_')}'" for c in further)
    return (
        f"{before}, placed as (select {named}, columns('^(k_.*|v)$') from {source}{org}) "
        "select period_kind, period_start, case when grouping(who) = 0 then 'employee' "
        "when grouping(team) = 0 then 'team' when grouping(region) = 0 then 'region'"
        f"{cases} else 'company' end as scope_kind, coalesce({', '.join(scopes)}) as scope_id, "
        f"{value} from placed group by grouping sets ({sets}, (period_kind, period_start))"
    )


_MAKING = {"fact": _fact, "own": _own, "middle": _middle, "stand": _stand}
