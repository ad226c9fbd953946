"""Sentences follow the numbers: each variant is said when it is true, and only then."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal as D
from types import SimpleNamespace as Row

import pytest

from pipelines.reporting.director import people as section_people
from pipelines.reporting.language.speaker import catalogue, speaker
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.kpis import against_plan, changed, judged, moved, relative
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.values import verbatim
from pipelines.reporting.shared.standing import Standing
from pipelines.reporting.shared.standing import headline as standing_headline
from pipelines.reporting.shared.standing_lead import gap_lead, hidden_team
from pipelines.workspace.resources import shipped
from tests.support.laboratory import ROOT

EN = speaker("en", "CNY", 2026)
PACKAGE = ROOT / "pipelines" / "reporting"
EAST = Standing("E", verbatim("East"), "region", quota=D(100), actual=D(20), due=D(45), n=9)
WEST = replace(EAST, scope_id="W", name=verbatim("West"), actual=D(45))
NORTH = replace(EAST, scope_id="N", name=verbatim("North"), actual=D(60))
WHOLE = replace(EAST, scope_id="K", quota=D(300), due=D(135))


def gap(actual: int, regions: list[Standing], **missed: tuple[int, int]) -> str:
    whole = replace(WHOLE, actual=D(actual))
    slipped = {
        region: Row(missed=deals, missed_amount=D(amount))
        for region, (deals, amount) in missed.items()
    }
    return " ".join(EN.text(m) for m in gap_lead(whole, regions, slipped))


def headline(*regions: Standing) -> str:
    return EN.text(standing_headline(sorted(regions, key=lambda s: -s.variance)))


# --- the gap: how much, where, why ---


def test_one_region_behind_while_others_lead_is_named_with_its_own_gap():
    assert gap(125, [NORTH, WEST, EAST], E=(3, 27)) == (
        "That is ¥10 behind pace. East is ¥25 behind: 3 deals worth ¥27 have slipped."
    )


def test_a_region_that_holds_nearly_the_whole_gap_is_where_it_comes_from():
    assert gap(110, [WEST, EAST], E=(1, 27)) == (
        "Nearly all of the ¥25 gap is East. "
        "1 deal of East worth ¥27 that was due by now has slipped."
    )


def test_the_worst_team_is_named_where_the_rest_of_its_region_hides_it():
    first = replace(EAST, scope_id="T1", name=verbatim("North 1"), kind="team")
    second = replace(EAST, scope_id="T2", name=verbatim("East 1"), kind="team", actual=D(30))

    def hidden(*teams: Standing) -> list[str]:
        found = hidden_team(list(teams), [NORTH, EAST], {"T1": "N", "T2": "E"})
        return [EN.text(sentence) for sentence in found]

    assert hidden(first, second) == ["North 1 alone is ¥25 behind, which the rest of North hides."]
    assert hidden(second) == []  # its region is as far behind, and named
    assert hidden(replace(first, actual=D(60))) == []
    assert hidden() == []


def test_without_slipped_deals_no_reason_is_invented():
    assert gap(110, [WEST, EAST]) == "Nearly all of the ¥25 gap is East."


def test_half_of_the_gap_is_said_as_a_share():
    south = replace(EAST, scope_id="S", name=verbatim("South"), actual=D(30))
    assert gap(95, [south, EAST]).startswith("63% of the ¥40 gap is East.")


def test_a_gap_of_many_regions_is_spread():
    others = [replace(EAST, scope_id=s, name=verbatim(s), actual=D(30)) for s in "PQR"]
    assert gap(80, [*others, replace(EAST, actual=D(29))]).startswith(
        "The ¥55 gap is spread over East, P, Q and R."
    )


def test_ahead_is_said_as_ahead_and_the_laggard_is_still_named():
    assert gap(150, [NORTH, WEST]) == "That is ¥15 ahead of pace."
    assert gap(150, [NORTH, EAST]) == "That is ¥15 ahead of pace. East is ¥25 behind."


def test_within_two_points_of_pace_is_on_pace():
    assert gap(134, [WEST]) == "That is on pace."


def test_without_regions_only_the_gap_is_said():
    assert gap(100, []) == "That is ¥35 behind pace."


# --- the quota section's title ---


def test_the_title_counts_who_is_behind():
    assert headline(NORTH, WEST) == "All 2 regions hold or lead the working-day pace"
    assert headline(NORTH) == "At or ahead of the working-day pace"
    assert headline(NORTH, WEST, EAST) == (
        "East is 25 points behind pace; the other 2 regions hold or lead"
    )
    assert headline(NORTH, EAST) == ("East is 25 points behind pace; the other one holds or leads")
    south = replace(EAST, name=verbatim("South"), actual=D(30))
    assert (
        headline(NORTH, EAST, south) == "East and South are behind pace, East the most: 25 points"
    )
    assert headline(EAST, south) == "All 2 regions are behind pace, East the most: 25 points"
    assert headline(EAST) == "East is 25 points behind pace"


# --- comparisons ---

AMOUNT = Row(unit="money", direction="up", decimals=2)
RATE = Row(unit="ratio", direction="down", decimals=1)


def test_a_rise_is_good_or_bad_by_the_direction_of_the_kpi():
    assert judged("up", 1) == "good" and judged("down", 1) == "bad"
    assert judged("up", -1) == "bad" and judged("down", -1) == "good"
    assert judged("none", 1) == judged("up", 0) == "neutral"


def test_nothing_to_compare_with_is_left_out_and_of_zero_it_says_that_it_was_zero():
    assert changed(AMOUNT, D(5), None, "tile.plan") is None
    assert against_plan(D(5), D(0)) is None
    before = changed(AMOUNT, D(5), D(0), "tile.plan")
    assert (EN.text(before.shown), before.judgement) == ("was zero", "neutral")
    credit = changed(AMOUNT, D(5), D(-2), "tile.plan")
    assert (credit.shown.kind, credit.judgement) == ("money", "neutral")


def test_a_lower_overdue_rate_is_a_good_difference_in_points():
    comparison = moved(RATE, D("0.18"), D("0.20"), "tile.versus_last_week")
    assert EN.text(comparison.shown, short=True) == "−2.0 pp"
    assert comparison.judgement == "good"


def test_more_than_tenfold_is_a_factor_and_not_a_percentage():
    assert EN.text(relative(D("0.09"))) == "+9%"
    assert EN.text(relative(D(13))) == "14×"


# --- people ---


def test_only_intervals_that_lie_apart_are_called_a_difference():
    company = Row(won=40, decided=100)
    assert section_people.verdict(Row(won=6, decided=10), company) == "neutral"
    assert section_people.verdict(Row(won=60, decided=100), company) == "good"
    assert section_people.verdict(Row(won=20, decided=100), company) == "bad"


def test_wilsons_interval_is_the_textbooks_and_stays_within_bounds():
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (D("0.2553"), D("0.3662"))
    assert wilson(0, 5)[0] == 0 and wilson(5, 5)[1] == 1
    assert differ((D(0), D("0.2")), (D("0.3"), D("0.5")))
    assert not differ((D(0), D("0.4")), (D("0.3"), D("0.5")))
    with pytest.raises(ValueError, match="no interval for 1 of 0"):
        wilson(1, 0)


def test_periods_are_read_from_their_names():
    assert [named_period(key).end.isoformat() for key in ("2026-02", "2026-Q4", "2025")] == [
        "2026-02-28", "2026-12-31", "2025-12-31",
    ]  # fmt: skip
    assert named_period("2026-12").key == "2026-12"


# --- the catalogues hold what is said, and nothing else ---


def test_no_message_is_kept_that_nobody_says():
    rooms = (PACKAGE, PACKAGE.parent / "delivery")
    modules = [path for room in rooms for path in room.rglob("*.py")]
    modules.append(PACKAGE.parent / "cli" / "commission.py")
    sources = [*modules, *shipped("reports", "templates").glob("*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = (
        "export.", "unit.", "value.", "type.", "report.", "system.", "reason.", "loss.", "risk.",
        "movement.", "flag.", "meta.", "notice.", "decisions.", "stage.criteria_", "docs.",
        "entry.", "coded.",
    )  # fmt: skip
    prefixes = set(re.findall(r'f"([a-z_.]+\.)\{', text)) - {"column."} | set(families)
    columns = set(re.findall(r"\b([a-z_0-9]+):(?:text|money|ratio|points|interval|multiple|count"
                             r"|number|days|hours|day|moment|period|date|int|pct|rate|score|foreign)\b",
                             text))  # fmt: skip
    variants = ("_count", "_again", "_up", "_down")
    unsaid = {
        key
        for key in catalogue("en")
        if f'"{key}"' not in text
        and f"'{key}'" not in text
        and not any(key.startswith(prefix) for prefix in prefixes)
        and key.removeprefix("column.") not in columns
        and not any(key.endswith(v) and f'"{key.removesuffix(v)}"' in text for v in variants)
    }
    assert unsaid == set()
