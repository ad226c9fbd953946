"""However deals change hands, amounts and dates: start plus all causes is end, in every scope."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.facts.deals import deal, event, given_deals
from tests.support.laboratory import Laboratory, Row

Fresh = Callable[[], AbstractContextManager[Laboratory]]
START = dt.datetime(2026, 9, 20)
OWNERS = ("E1", "E2", "E3", "E9")  # E9 is in no unit
DUE = ("2026-10-15", "2026-12-31", "2027-02-28")
PLACED = """
insert into core.org_day (employee_id, calendar_date, team_id, region_id, role, is_active)
select
  who,
  calendar_date,
  case when who = 'E1' then 'T1' when calendar_date < date '2026-11-04' then 'T2' else 'T3' end,
  case when who = 'E1' then 'R1' else 'R2' end,
  'rep',
  true
from (values ('E1'), ('E2'), ('E3')) as people (who), core.calendar
"""


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Deals with changes of owner, amount and due date; some closed, some reopened in between."""
    deals: list[Row] = []
    events: list[Row] = []
    for n in range(draw(st.integers(1, 5))):
        at = created = START + dt.timedelta(days=draw(st.integers(0, 56)))
        now = {"owner_id": draw(st.sampled_from(OWNERS)), "amount": draw(st.integers(0, 3)) * 100,
               "expected_close_date": draw(st.sampled_from(DUE))}  # fmt: skip
        choices = {"owner_id": OWNERS, "amount": (0, 100, 250), "expected_close_date": DUE}
        for field in draw(st.lists(st.sampled_from(sorted(choices)), max_size=6)):
            at += dt.timedelta(hours=draw(st.integers(1, 200)))
            new = draw(st.sampled_from(choices[field]))
            events.append(event(f"O{n}", at.isoformat(" "), str(new), str(now[field]), field))
            now[field] = new
        outcome = draw(st.sampled_from(["open", "open", "won", "lost", "abandoned"]))
        closed_at = None
        if outcome != "open":
            closed_at = at + dt.timedelta(hours=draw(st.integers(0, 400)))
        due = dt.date.fromisoformat(str(now.pop("expected_close_date")))
        deals.append(deal(f"O{n}", created.isoformat(" "), expected_close_date=due,
                          outcome=outcome, closed_at=closed_at, **now))  # fmt: skip
    return deals, events


@settings(max_examples=30)
@given(histories())
def test_the_remainder_of_the_waterfall_is_zero_in_every_scope(
    fresh: Fresh, history: tuple[list[Row], list[Row]]
) -> None:
    with fresh() as lab:
        lab.con.execute(PLACED)
        given_deals(lab, *history).build("core.pipeline_span")
        rows = lab.result("mart.pipeline_movement")
    scopes: dict[tuple[object, ...], dict[str, Decimal]] = defaultdict(dict)
    levels: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        period = (row["period_kind"], row["period_start"])
        scopes[*period, row["scope_kind"], row["scope_id"]][row["cause"]] = row["amount"]
        if row["cause"] in ("start", "end"):
            for what in ("amount", "deals"):
                levels[*period, row["cause"], what, row["scope_kind"]] += row[what]
    for causes in scopes.values():
        moved = sum(v for cause, v in causes.items() if cause not in ("start", "end"))
        assert causes["start"] + moved == causes["end"]
    for (*of, _kind), total in list(levels.items()):  # and every level holds the whole pipeline
        assert total == levels[*of, "company"]
