"""However deals move: of those that entered a stage, each is in exactly one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.facts.deals import deal, event, given_deals
from tests.support.laboratory import Laboratory, Row

Fresh = Callable[[], AbstractContextManager[Laboratory]]
STAGES = (
    "qualification", "needs_analysis", "proposal", "negotiation", "order",
    "evaluation", "S2", "S4", "Closed Lost",
)  # fmt: skip
START = dt.datetime(2026, 9, 1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Deals that go forward, skip, go back, close and reopen, with the events that say so."""
    deals: list[Row] = []
    events: list[Row] = []
    for n in range(draw(st.integers(1, 4))):
        created = START + dt.timedelta(days=draw(st.integers(0, 60)))
        path = draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=5))
        at = created
        for before, after in pairwise(path):
            at += dt.timedelta(hours=draw(st.integers(1, 200)))  # a moment is part of the key
            events.append(event(f"O{n}", at.isoformat(" "), after, before))
        outcome = draw(st.sampled_from(["open", "won", "lost", "abandoned"]))
        closed_at = None
        if outcome != "open":
            closed_at = at + dt.timedelta(hours=draw(st.integers(0, 400)))
        more = {"outcome": outcome, "closed_at": closed_at}
        owner = draw(st.sampled_from(["E1", None]))
        deals.append(deal(f"O{n}", created.isoformat(" "), path[-1], owner_id=owner, **more))
    return deals, events


@settings(max_examples=25)
@given(histories(), st.randoms(use_true_random=False))
def test_the_outcomes_of_every_stage_add_up_to_its_entries(
    fresh: Fresh, history: tuple[list[Row], list[Row]], random: Random
) -> None:
    deals, events = history
    found = []
    for _ in range(2):
        with fresh() as lab:
            given_deals(lab, deals, events)
            lab.build("core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit")
            rows = lab.result("mart.funnel_stage")
        for row in rows:
            assert row["entered"] == row["advanced"] + row["lost"] + row["regressed"] + row["open"]
        year = [r for r in rows if (r["period_kind"], r["scope_kind"]) == ("year", "company")]
        assert sum(r["entered"] for r in year if r["mode"] == "entry") >= len(deals)
        found.append(rows)
        random.shuffle(deals)
        random.shuffle(events)
    assert found[0] == found[1]  # the order of the rows in the export says nothing
