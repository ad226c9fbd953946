"""Figures: readable at every width, colours only by token, the same picture in both languages."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal as D
from itertools import pairwise

import pytest

from pipelines.reporting.figures import parts
from pipelines.reporting.figures.draw import figure, script_json
from pipelines.reporting.figures.lines import spark as spark_svg
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.charts import (
    AgeingBars,
    AgeingRow,
    AttainmentBars,
    AttainmentRow,
    ColumnPoint,
    Columns,
    FunnelBars,
    FunnelRow,
    RankedBars,
    RankedRow,
)
from pipelines.reporting.model.values import verbatim
from pipelines.workspace.resources import shipped
from tests.support.pages.example_pages import director_page
from tests.support.pages.example_parts import HOSTILE, spark

ZH, EN = speaker("zh", "CNY", 2026), speaker("en", "CNY", 2026)
CHARTS = {s.chart.kind: s.chart for s in director_page().sections if s.chart is not None}
CSS = shipped("reports", "templates", "assets", "attain.css").read_text(encoding="utf-8")


def walk(node):
    yield node
    if isinstance(node, dict):
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def drawings(chart):
    for speech in (ZH, EN):
        drawn = figure(chart, speech)
        yield drawn.wide
        yield drawn.narrow


def test_the_example_has_every_chart_kind():
    assert CHARTS.keys() == {
        "attainment", "funnel", "ageing", "ranked", "waterfall", "columns", "lines",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_no_text_is_smaller_than_twelve_pixels_at_any_width(kind):
    for drawing in drawings(CHARTS[kind]):
        sizes = [
            node["size"]
            for node in walk([drawing.data, drawing.layout])
            if isinstance(node, dict) and "size" in node and "shape" not in node
            and isinstance(node["size"], int) and ("family" in node or "color" in node)
            and "line" not in node
        ]  # fmt: skip
        assert sizes and min(sizes) >= 12


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_colours_are_tokens_of_the_style_sheet(kind):
    for drawing in drawings(CHARTS[kind]):
        for node in walk([drawing.data, drawing.layout]):
            if isinstance(node, str):
                assert not re.match(r"#|rgb\(", node), node
                if node.startswith("--"):
                    assert f"{node}:" in CSS, node


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_both_languages_draw_the_same_numbers(kind):
    zh, en = figure(CHARTS[kind], ZH), figure(CHARTS[kind], EN)
    for one, other in ((zh.wide, en.wide), (zh.narrow, en.narrow)):
        for a, b in zip(one.data, other.data, strict=True):
            assert (a.get("x"), a.get("y"), a.get("base")) == (
                b.get("x"),
                b.get("y"),
                b.get("base"),
            )


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_drawings_are_plain_finite_json(kind):
    for drawing in drawings(CHARTS[kind]):
        text = json.dumps([drawing.data, drawing.layout], allow_nan=False)
        numbers = [n for n in walk(json.loads(text)) if isinstance(n, float)]
        assert all(math.isfinite(number) for number in numbers)


def test_a_hostile_name_neither_ends_the_script_nor_becomes_plotly_markup():
    text = script_json(figure(CHARTS["ranked"], EN))
    assert "<" not in text and ">" not in text
    labels = json.loads(text)["wide"]["layout"]["yaxis"]["ticktext"]
    assert any("&lt;/script&gt;" in label for label in labels)
    assert not any("<b>" in label for label in labels)
    assert "<script" in HOSTILE


def test_overdue_darkens_with_age_and_what_is_not_due_is_the_colour_of_actuals():
    colours = figure(CHARTS["ageing"], ZH).wide.data[0]["marker"]["color"]
    assert colours == ["--ac", "--o1", "--o2", "--o3", "--o4", "--o5"]


def test_older_buckets_than_there_are_shades_share_the_darkest():
    rows = tuple(AgeingRow(label=verbatim(str(i)), amount=D(1), age=i) for i in range(9))
    colours = figure(AgeingBars(rows=rows), ZH).wide.data[0]["marker"]["color"]
    assert colours[-3:] == ["--o6", "--o6", "--o6"]


def test_a_win_is_not_red_because_it_leaves_the_pipeline():
    chart = CHARTS["waterfall"]
    colours = figure(chart, ZH).wide.data[0]["marker"]["color"]
    won = next(i for i, step in enumerate(chart.steps) if EN.text(step.label) == "won")
    assert colours[won] == "--ac"


def test_bars_start_at_zero_on_every_value_axis():
    for kind, axis in (("attainment", "xaxis"), ("funnel", "xaxis"), ("ageing", "xaxis"),
                       ("waterfall", "yaxis"), ("columns", "yaxis")):  # fmt: skip
        low, high = figure(CHARTS[kind], ZH).wide.layout[axis]["range"]
        assert low <= 0 < high, kind


def test_negative_open_amounts_have_room_on_the_left():
    rows = (AgeingRow(label=verbatim("a"), amount=D(-5), age=0),
            AgeingRow(label=verbatim("b"), amount=D(10), age=1))  # fmt: skip
    low, _ = figure(AgeingBars(rows=rows), ZH).wide.layout["xaxis"]["range"]
    assert low < -5


def test_the_percentage_never_lies_across_the_pace_line():
    rows = tuple(
        AttainmentRow(label=verbatim(str(i)), actual=D(i) / 100, pace=D("0.30"))
        for i in range(0, 101, 5)
    )
    for drawing in drawings(AttainmentBars(rows=rows)):
        for text in drawing.layout["annotations"]:
            if text["xref"] != "x":
                continue
            inside = text["xanchor"] == "right"
            room = 0.24 if drawing.layout["margin"]["r"] < 80 else 0.09
            span = (text["x"] - room, text["x"]) if inside else (text["x"], text["x"] + room)
            assert not span[0] < 0.30 < span[1], text


def test_an_empty_stage_and_a_missing_actual_are_drawn_as_nothing():
    empty = FunnelRow(label=verbatim("x"), entered=0, advanced=0, lost=0, regressed=0, open=0)
    assert figure(FunnelBars(rows=(empty,)), EN).wide.layout["annotations"][0]["text"] == "0"
    row = AttainmentRow(label=verbatim("x"), actual=None)
    texts = [a["text"] for a in
             figure(AttainmentBars(rows=(row,)), EN).wide.layout["annotations"]]  # fmt: skip
    assert texts == ["no data"]


def test_an_immature_cohort_is_marked_and_the_mark_is_explained():
    drawn = figure(CHARTS["funnel"], EN)
    marked = [a["text"] for a in drawn.wide.layout["annotations"] if a["text"].endswith("*")]
    assert len(marked) == 1
    assert drawn.legend[-1].swatch == "star"


def test_a_small_sample_is_a_ring_not_a_dot():
    markers = figure(CHARTS["ranked"], EN).wide.data[0]["marker"]["color"]
    assert markers.count("--paper") == 1


def test_columns_without_room_for_labels_get_an_axis_instead():
    def points(n):
        return tuple(ColumnPoint(label=verbatim(str(i)), actual=D(1_234_000)) for i in range(n))

    few = figure(Columns(unit="money", points=points(4)), EN).wide.layout
    many = figure(Columns(unit="money", points=points(40)), EN).wide.layout
    assert "annotations" in few and not few["yaxis"]["visible"]
    assert "annotations" not in many and len(many["yaxis"]["ticktext"]) >= 3


def test_ranked_bars_without_intervals_are_bars():
    rows = (RankedRow(label=verbatim("a"), value=D(5)), RankedRow(label=verbatim("b"), value=None))
    drawn = figure(RankedBars(unit="money", rows=rows), EN)
    assert drawn.wide.data[0]["type"] == "bar"
    assert drawn.wide.layout["annotations"][1]["text"] == "no data"


def test_labels_break_at_words_and_long_ones_end_in_an_ellipsis():
    assert parts.wrapped("North China", 60) == ["North", "China"]
    lines = parts.wrapped("上海某某自动化设备有限责任公司华东分公司", 90)
    assert len(lines) == 2 and lines[1].endswith("…")
    assert all(parts.text_width(line) <= 96 for line in lines)


def test_ticks_are_round_and_cover_the_range():
    ticks = parts.nice_ticks(D(0), D(2230))
    assert ticks[0] == 0 and ticks[-1] >= 2230
    assert len({b - a for a, b in pairwise(ticks)}) == 1
    assert parts.nice_ticks(D(0), D(0))[-1] > 0


def test_a_spark_keeps_gaps_and_ends_in_a_dot():
    svg = spark_svg(spark("1 2 - 4"), "label")
    path = re.search(r'<path d="([^"]+)"', svg).group(1)
    assert path.count("M") == 2
    assert 'class="dot"' in svg
    assert spark_svg(spark("- 2 -"), "label") == ""
    assert "NaN" not in spark_svg(spark("3 3 3"), "label")
