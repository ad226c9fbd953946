"""Columns: a balance that changes by causes, and periods against plan.

Belongs here: chart kinds that read from left to right. On a narrow place the waterfall turns on
its side, because ten columns with readable labels do not fit a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.reporting.figures.parts import (
    NONE,
    SMALL,
    Dict,
    Drawing,
    Figure,
    LegendItem,
    bare_axis,
    grid_axis,
    judged_fill,
    label_axis,
    layout,
    line,
    nice_ticks,
    note,
    number_text,
    row_labels,
    rows_axis,
    safe,
    text_width,
    tick_texts,
    wrapped,
)
from pipelines.reporting.language.numbers import short_period_text
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.charts import ColumnPoint, Columns, Waterfall, WaterfallStep
from pipelines.reporting.model.values import Period, Shown

_WIDE = 500
_NARROW = 300


# --- waterfall ------------------------------------------------------------------------------


def waterfall(chart: Waterfall, speaker: Speaker) -> Figure:
    """From the first level to the last, each cause where it acts; zero is on the scale."""
    return Figure(_waterfall_upright(chart, speaker), _waterfall_sideways(chart, speaker))


def _ends(steps: tuple[WaterfallStep, ...]) -> list[tuple[Decimal, Decimal]]:
    """Where each step starts and ends on the value axis."""
    ends, running = [], Decimal(0)
    for step in steps:
        start = Decimal(0) if step.role == "level" else running
        running = start + step.amount
        ends.append((start, running))
    return ends


def _step_text(chart: Waterfall, step: WaterfallStep, speaker: Speaker) -> str:
    return number_text(step.amount, chart.unit, 0, speaker, signed=step.role == "move")


def _step_colours(steps: tuple[WaterfallStep, ...]) -> list[str]:
    return ["--ac" if step.role == "level" else judged_fill(step.judgement) for step in steps]


def _waterfall_upright(chart: Waterfall, speaker: Speaker) -> Drawing:
    steps, ends = chart.steps, _ends(chart.steps)
    places = [float(i) for i in range(len(steps))]
    texts = [_step_text(chart, step, speaker) for step in steps]
    room = _WIDE // len(steps)
    names = ["<br>".join(map(safe, wrapped(speaker.text(s.label), room, SMALL))) for s in steps]
    low = min(Decimal(0), *(min(pair) for pair in ends))
    high = max(Decimal(0), *(max(pair) for pair in ends))
    frame = layout(250, top=24, bottom=40)
    frame |= {
        "xaxis": label_axis(places, names, -0.5, len(steps) - 0.5)
        | {"tickfont": {"size": SMALL, "color": "--ink2"}, "tickangle": 0},
        "yaxis": bare_axis(float(low), float(high) or 1.0),
        "shapes": [
            line((place, float(pair[1])), (place + 1, float(pair[1])), "--line")
            for place, pair in zip(places[:-1], ends[:-1], strict=True)
        ],
        "annotations": [
            note(text, place, float(max(pair)), xref="x", xanchor="center", yanchor="bottom")
            | {"font": {"size": SMALL, "color": "--ink"}}
            for place, pair, text in zip(places, ends, texts, strict=True)
        ],
    }
    trace: Dict = {
        "type": "bar",
        "x": places,
        "y": [float(end - start) for start, end in ends],
        "base": [float(start) for start, _ in ends],
        "width": 0.66,
        "marker": {"color": _step_colours(steps), "line": {"width": 0}},
        "hoverinfo": "text",
        "hovertext": _step_hover(steps, texts, speaker),
    }
    return Drawing([trace], frame)


def _waterfall_sideways(chart: Waterfall, speaker: Speaker) -> Drawing:
    steps, ends = chart.steps, _ends(chart.steps)
    places = [float(i) for i in range(len(steps))]
    texts = [_step_text(chart, step, speaker) for step in steps]
    labels, left = row_labels([speaker.text(step.label) for step in steps], 96)
    low = min(Decimal(0), *(min(pair) for pair in ends))
    high = max(Decimal(0), *(max(pair) for pair in ends))
    frame = layout(len(steps) * 28 + 12, left=left, right=max(map(text_width, texts)) + 12)
    frame |= {
        "xaxis": bare_axis(float(low), float(high) or 1.0),
        "yaxis": rows_axis(labels),
        "shapes": [
            line((float(pair[1]), place), (float(pair[1]), place + 1), "--line")
            for place, pair in zip(places[:-1], ends[:-1], strict=True)
        ],
        "annotations": [
            note(text, 1, place, xshift=8) for place, text in zip(places, texts, strict=True)
        ],
    }
    trace: Dict = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": [float(end - start) for start, end in ends],
        "base": [float(start) for start, _ in ends],
        "width": 0.62,
        "marker": {"color": _step_colours(steps), "line": {"width": 0}},
        "hoverinfo": "text",
        "hovertext": _step_hover(steps, texts, speaker),
    }
    return Drawing([trace], frame)


def _step_hover(steps: tuple[WaterfallStep, ...], texts: list[str], speaker: Speaker) -> list[str]:
    return [
        f"<b>{safe(speaker.text(step.label))}</b> {text}"
        for step, text in zip(steps, texts, strict=True)
    ]


# --- columns over time ----------------------------------------------------------------------


def columns(chart: Columns, speaker: Speaker) -> Figure:
    """Actual solid, forecast hatched, plan outlined behind, previous lighter beside."""
    points = chart.points
    legend = [LegendItem("ac", speaker.say("legend.actual"))]
    for name, swatch in (("forecast", "fc"), ("plan", "pl"), ("previous", "py")):
        if any(getattr(point, name) is not None for point in points):
            legend.append(LegendItem(swatch, speaker.say(f"legend.{name}")))
    return Figure(
        _columns(chart, speaker, _WIDE),
        _columns(chart, speaker, _NARROW),
        tuple(legend) if len(legend) > 1 else (),
    )


def _name_below(label: Shown, speaker: Speaker) -> str:
    """What stands below a column; its years would leave no room, and are in the chart's table."""
    if isinstance(label, Period):
        return short_period_text(label, speaker.language)
    return speaker.text(label, short=True)


def _told_apart(names: list[str], labels: Sequence[Shown]) -> list[str]:
    """Two columns of one name have their year below it: Q4 of this year and Q4 of the last."""
    return [
        f"{name}<br>{label.start.year}"
        if name and names.count(name) > 1 and isinstance(label, Period)
        else name
        for name, label in zip(names, labels, strict=True)
    ]


def _columns(chart: Columns, speaker: Speaker, room: int) -> Drawing:
    points = chart.points
    places = [float(i) for i in range(len(points))]
    every = [v for p in points for v in (p.actual, p.forecast, p.plan, p.previous) if v is not None]
    low, high = min([Decimal(0), *every]), max([Decimal(0), *every])
    texts = [_column_text(chart, point, speaker) for point in points]
    pitch = room // len(points)
    labelled = max(map(text_width, texts)) <= pitch
    names = _thinned([_name_below(point.label, speaker) for point in points], pitch)
    named = _told_apart(names, [point.label for point in points])
    ticks = nice_ticks(low, high or Decimal(1))
    words = tick_texts(ticks, chart.unit, chart.decimals, speaker)
    frame = layout(220, top=22, bottom=28 if named == names else 42)
    frame |= {
        "barmode": "overlay",
        "xaxis": label_axis(places, named, -0.6, len(points) - 0.4)
        | {"tickfont": {"size": SMALL, "color": "--ink2"}, "tickangle": 0},
    }
    if labelled:
        frame["yaxis"] = bare_axis(float(low), float(high) or 1.0)
        frame["annotations"] = [
            note(text, place, float(_top(point)), xref="x", xanchor="center", yanchor="bottom")
            | {"font": {"size": SMALL, "color": "--ink"}}
            for place, point, text in zip(places, points, texts, strict=True)
        ]
    else:
        frame["margin"]["l"] = max(text_width(text, SMALL) for text in words) + 10
        frame["yaxis"] = grid_axis(ticks, words)
    hover = [_column_hover(chart, point, speaker) for point in points]
    return Drawing(_column_traces(chart, places, hover), frame)


def _column_traces(chart: Columns, places: list[float], hover: list[str]) -> list[Dict]:
    styles: tuple[tuple[str, float, float, Dict], ...] = (
        ("plan", 0.0, 0.74, {"color": NONE, "line": {"color": "--ink2", "width": 1}}),
        ("previous", -0.14, 0.44, {"color": "--py", "line": {"width": 0}}),
        ("actual", 0.0, 0.44, {"color": "--ac", "line": {"width": 0}}),
        (
            "forecast",
            0.0,
            0.44,
            {
                "color": "--ac",
                "line": {"color": "--ac", "width": 1},
                "pattern": {"shape": "/", "fgcolor": "--ac", "bgcolor": "--paper", "size": 6},
            },
        ),
    )
    traces: list[Dict] = []
    for name, shift, width, marker in styles:
        values = [getattr(point, name) for point in chart.points]
        if all(value is None for value in values):
            continue
        traces.append(
            {
                "type": "bar",
                "x": [place + shift for place in places],
                "y": [None if value is None else float(value) for value in values],
                "width": width,
                "marker": marker,
                "hoverinfo": "text",
                "hovertext": hover,
            }
        )
    return traces


def _column_text(chart: Columns, point: ColumnPoint, speaker: Speaker) -> str:
    value = point.actual if point.actual is not None else point.forecast
    return "" if value is None else number_text(value, chart.unit, chart.decimals, speaker)


def _top(point: ColumnPoint) -> Decimal:
    known = (point.actual, point.forecast, point.plan, point.previous, Decimal(0))
    return max(value for value in known if value is not None)


def _thinned(names: list[str], pitch: int) -> list[str]:
    """Names of columns; where they would touch, only every second or third is written."""
    step = 1
    while max(map(text_width, names)) > pitch * step - 4 and step < len(names):
        step += 1
    return [safe(name) if (len(names) - 1 - i) % step == 0 else "" for i, name in enumerate(names)]


def _column_hover(chart: Columns, point: ColumnPoint, speaker: Speaker) -> str:
    lines = [f"<b>{safe(speaker.text(point.label))}</b>"]
    for name in ("actual", "forecast", "plan", "previous"):
        value = getattr(point, name)
        if value is not None:
            shown = number_text(value, chart.unit, chart.decimals, speaker)
            lines.append(f"{speaker.say(f'legend.{name}')} {shown}")
    return "<br>".join(lines)
