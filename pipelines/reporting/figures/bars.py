"""Horizontal bars: attainment, funnel, ageing, ranking.

Belongs here: chart kinds with one row per thing. Rows keep their height at every width; the
narrow drawing has shorter labels and margins, not smaller text.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.figures.parts import (
    NONE,
    SMALL,
    Dict,
    Drawing,
    Figure,
    LegendItem,
    bar,
    bare_axis,
    floats,
    judged,
    layout,
    line,
    note,
    number_text,
    row_labels,
    rows_axis,
    safe,
    strong_width,
    text_width,
)
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.charts import (
    AgeingBars,
    AttainmentBars,
    AttainmentRow,
    FunnelBars,
    FunnelRow,
    RankedBars,
    RankedRow,
)
from pipelines.reporting.model.values import Points, Ratio

_OLDEST = 6


def _room(narrow: bool) -> int:
    return 96 if narrow else 168


def _percent(value: Decimal, speaker: Speaker) -> str:
    return speaker.text(Ratio(value=value))


# --- attainment -----------------------------------------------------------------------------


def attainment(chart: AttainmentBars, speaker: Speaker) -> Figure:
    """Actual inside the outlined plan, a line for pace, the variance in words at the right."""
    legend = [
        LegendItem("ac", speaker.say("legend.actual")),
        LegendItem("pl", speaker.say("legend.plan")),
    ]
    if any(row.pace is not None for row in chart.rows):
        legend.append(LegendItem("pace", speaker.say("legend.pace")))
    return Figure(
        _attainment(chart, speaker, narrow=False),
        _attainment(chart, speaker, narrow=True),
        tuple(legend),
    )


def _attainment(chart: AttainmentBars, speaker: Speaker, narrow: bool) -> Drawing:
    rows = chart.rows
    places = [float(i) for i in range(len(rows))]
    labels, left = row_labels([speaker.text(row.label) for row in rows], _room(narrow))
    variances = [_variance(row, speaker, narrow) for row in rows]
    right = max(map(strong_width, variances)) + 12
    actual = [row.actual or Decimal(0) for row in rows]
    hover = [_attainment_hover(row, speaker) for row in rows]
    outline: Dict = {"color": NONE, "line": {"color": "--ink2", "width": 1}}
    frame = layout(len(rows) * (42 if narrow else 40) + 12, left=left, right=right)
    frame |= {
        "barmode": "overlay",
        "xaxis": bare_axis(float(min(Decimal(0), *actual)), float(max(Decimal(1), *actual)) * 1.01),
        "yaxis": rows_axis(labels),
        "shapes": [
            # A light edge keeps the line visible where it crosses a dark bar.
            line((float(row.pace), place - 0.4), (float(row.pace), place + 0.4), colour, width)
            for place, row in zip(places, rows, strict=True)
            if row.pace is not None
            for colour, width in (("--paper", 5), ("--ink", 2))
        ],
        "annotations": [
            note(text, 1, place, xshift=8, font=_strong(judged(row.judgement)))
            for place, text, row in zip(places, variances, rows, strict=True)
        ]
        + [
            text
            for place, row in zip(places, rows, strict=True)
            for text in _done_text(row, place, speaker, narrow)
        ],
    }
    plan = bar([1.0] * len(rows), places, 0.6, NONE, marker=outline, hovertext=hover)
    done = bar(floats(actual), places, 0.4, "--ac", hovertext=hover)
    return Drawing([plan, done], frame)


def _done_text(row: AttainmentRow, place: float, speaker: Speaker, narrow: bool) -> list[Dict]:
    """The percentage at the end of its bar, inside where it fits, never across the pace line."""
    if row.actual is None:
        return []
    room = Decimal("0.24") if narrow else Decimal("0.10")
    at, inside = row.actual, row.actual >= room * 2
    reach = (at - room, at) if inside else (at, at + room)
    if row.pace is not None and reach[0] <= row.pace <= reach[1]:
        at = row.pace
    style = {"size": SMALL, "color": "--paper" if inside else "--ink"}
    text = note(_percent(row.actual, speaker), float(at), place, xref="x", font=style)
    return [text | {"xanchor": "right" if inside else "left", "xshift": -5 if inside else 5}]


def _variance(row: AttainmentRow, speaker: Speaker, narrow: bool) -> str:
    if row.actual is None:
        return safe(speaker.say("chart.no_value"))
    expected = Decimal(1) if row.pace is None else row.pace
    return safe(speaker.text(Points(value=row.actual - expected), short=narrow))


def _attainment_hover(row: AttainmentRow, speaker: Speaker) -> str:
    parts = [f"<b>{safe(speaker.text(row.label))}</b>"]
    if row.actual is not None:
        parts.append(f"{speaker.say('legend.actual')} {_percent(row.actual, speaker)}")
    if row.pace is not None:
        parts.append(f"{speaker.say('legend.pace')} {_percent(row.pace, speaker)}")
    if row.n is not None:
        parts.append(f"n = {row.n}")
    return "<br>".join(parts)


def _strong(colour: str) -> Dict:
    return {"size": 13, "color": colour, "weight": 600}


# --- funnel ---------------------------------------------------------------------------------

_OUTCOMES = (
    ("advanced", "--ac", "ac"),
    ("lost", "--badf", "lost"),
    ("regressed", "--py", "py"),
    ("open", NONE, "pl"),
)


def funnel(chart: FunnelBars, speaker: Speaker) -> Figure:
    """Stages on one scale, split into advanced, lost, went back, open."""
    legend = [
        LegendItem(swatch, speaker.say(f"legend.{outcome}")) for outcome, _, swatch in _OUTCOMES
    ]
    if not all(row.mature for row in chart.rows):
        legend.append(LegendItem("star", speaker.say("legend.immature")))
    return Figure(
        _funnel(chart, speaker, narrow=False), _funnel(chart, speaker, narrow=True), tuple(legend)
    )


def _funnel(chart: FunnelBars, speaker: Speaker, narrow: bool) -> Drawing:
    rows = chart.rows
    places = [float(i) for i in range(len(rows))]
    labels, left = row_labels([speaker.text(row.label) for row in rows], _room(narrow))
    shares = [_share(row, speaker) for row in rows]
    right = max(map(strong_width, shares)) + 16
    hover = [_funnel_hover(row, speaker) for row in rows]
    frame = layout(len(rows) * 36 + 12, left=left, right=right)
    frame |= {
        "barmode": "stack",
        # A count that does not fit its segment is left to the table, never shrunk.
        "uniformtext": {"minsize": SMALL, "mode": "hide"},
        "xaxis": bare_axis(0, max(1, *(row.entered for row in rows))),
        "yaxis": rows_axis(labels),
        "annotations": [
            note(text, 1, place, xshift=10, font=_strong("--ink"))
            for place, text in zip(places, shares, strict=True)
        ],
    }
    traces = []
    for outcome, colour, _ in _OUTCOMES:
        counts = [int(getattr(row, outcome)) for row in rows]
        ink = "--ink" if outcome in ("open", "regressed") else "--paper"
        edge = {"color": "--ink2", "width": 1} if outcome == "open" else {"width": 0}
        traces.append(
            bar(
                [float(count) for count in counts],
                places,
                0.64,
                colour,
                marker={"color": colour, "line": edge},
                hovertext=hover,
                text=[f"{count:,}" if count else "" for count in counts],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                insidetextfont={"color": ink, "size": SMALL},
            )
        )
    return Drawing(traces, frame)


def _share(row: FunnelRow, speaker: Speaker) -> str:
    if row.entered == 0:
        return "0"
    advanced = Decimal(row.advanced) / row.entered
    return f"{row.entered:,} → {_percent(advanced, speaker)}{'' if row.mature else ' *'}"


def _funnel_hover(row: FunnelRow, speaker: Speaker) -> str:
    lines = [f"<b>{safe(speaker.text(row.label))}</b> {row.entered:,}"]
    for outcome, _, _ in _OUTCOMES:
        lines.append(f"{speaker.say(f'legend.{outcome}')} {getattr(row, outcome):,}")
    return "<br>".join(lines)


# --- ageing ---------------------------------------------------------------------------------


def ageing(chart: AgeingBars, speaker: Speaker) -> Figure:
    """Open amount per bucket; what is overdue darkens with age."""
    return Figure(_ageing(chart, speaker, narrow=False), _ageing(chart, speaker, narrow=True))


def _ageing(chart: AgeingBars, speaker: Speaker, narrow: bool) -> Drawing:
    rows = chart.rows
    places = [float(i) for i in range(len(rows))]
    labels, left = row_labels([speaker.text(row.label) for row in rows], _room(narrow))
    texts = [number_text(row.amount, "money", 0, speaker) for row in rows]
    amounts = [row.amount for row in rows]
    low, high = min(Decimal(0), *amounts), max(Decimal(0), *amounts)
    frame = layout(len(rows) * 30 + 12, left=left, right=max(map(text_width, texts)) + 10)
    frame |= {"xaxis": bare_axis(*_scale(low, high)), "yaxis": rows_axis(labels)}
    colours = ["--ac" if row.age == 0 else f"--o{min(row.age, _OLDEST)}" for row in rows]
    trace = bar(
        floats(amounts),
        places,
        0.66,
        colours,
        text=texts,
        textposition="outside",
        textfont={"color": "--ink", "size": 13},
        hovertext=[
            f"<b>{safe(speaker.text(row.label))}</b> {text}"
            for row, text in zip(rows, texts, strict=True)
        ],
    )
    return Drawing([trace], frame)


def _scale(low: Decimal, high: Decimal) -> tuple[float, float]:
    """The range of an axis that starts at zero; negative values get room for their label."""
    if low == high:
        return 0.0, 1.0
    room = (high - low) * Decimal("0.18") if low < 0 else Decimal(0)
    return float(low - room), float(high)


# --- ranking --------------------------------------------------------------------------------


def ranked(chart: RankedBars, speaker: Speaker) -> Figure:
    """Dots with intervals where there are intervals, else bars; a line for the reference."""
    legend = []
    if any(row.low is not None for row in chart.rows):
        legend.append(LegendItem("dot", speaker.say("legend.value")))
        legend.append(LegendItem("whisker", speaker.say("legend.interval")))
    if any(row.small for row in chart.rows):
        legend.append(LegendItem("ring", speaker.say("legend.small")))
    if chart.reference is not None and chart.reference_label is not None:
        legend.append(LegendItem("pace", speaker.text(chart.reference_label)))
    return Figure(
        _ranked(chart, speaker, narrow=False), _ranked(chart, speaker, narrow=True), tuple(legend)
    )


def _ranked(chart: RankedBars, speaker: Speaker, narrow: bool) -> Drawing:
    rows = chart.rows
    places = [float(i) for i in range(len(rows))]
    labels, left = row_labels([speaker.text(row.label) for row in rows], _room(narrow))
    texts = [_ranked_text(chart, row, speaker) for row in rows]
    known = [v for row in rows for v in (row.value, row.low, row.high) if v is not None]
    if chart.reference is not None:
        known.append(chart.reference)
    low, high = min([Decimal(0), *known]), max([Decimal(0), *known])
    frame = layout(len(rows) * 28 + 12, left=left, right=max(map(text_width, texts)) + 14)
    frame |= {
        "xaxis": bare_axis(float(low), float(high) * 1.02 if high > low else 1.0),
        "yaxis": rows_axis(labels),
        "shapes": [],
        "annotations": [
            note(text, 1, place, xshift=8, font={"size": 13, "color": judged(row.judgement)})
            for place, text, row in zip(places, texts, rows, strict=True)
        ],
    }
    if chart.reference is not None:
        at = float(chart.reference)
        frame["shapes"] = [line((at, -0.5), (at, len(rows) - 0.5), "--ink2", 1.5)]
    hover = [
        f"<b>{safe(speaker.text(row.label))}</b><br>{text}"
        for row, text in zip(rows, texts, strict=True)
    ]
    if any(row.low is not None for row in rows):
        return Drawing([_dots(rows, places, hover)], frame)
    colours = ["--py" if row.small else "--ac" for row in rows]
    values = [float(row.value or 0) for row in rows]
    return Drawing([bar(values, places, 0.6, colours, hovertext=hover)], frame)


def _dots(rows: tuple[RankedRow, ...], places: list[float], hover: list[str]) -> Dict:
    values = [None if row.value is None else float(row.value) for row in rows]
    above = [float((row.high or row.value or 0) - (row.value or 0)) for row in rows]
    below = [float((row.value or 0) - (row.low or row.value or 0)) for row in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": places,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": above,
            "arrayminus": below,
            "color": "--py",
            "thickness": 4,
            "width": 0,
        },
        "marker": {
            "size": 11,
            "color": ["--paper" if row.small else "--ac" for row in rows],
            "line": {"color": "--ac", "width": 2},
        },
        "hoverinfo": "text",
        "hovertext": hover,
        "cliponaxis": False,
    }


def _ranked_text(chart: RankedBars, row: RankedRow, speaker: Speaker) -> str:
    if row.value is None:
        return safe(speaker.say("chart.no_value"))
    text = number_text(row.value, chart.unit, chart.decimals, speaker)
    return text if row.n is None else f"{text} · n={row.n:,}"
