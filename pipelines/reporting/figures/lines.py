"""Lines: cumulative curves, a year beside the year before, and the spark in a tile.

Belongs here: chart kinds whose x is continuous. The spark is inline SVG: it must be there
without script, in print and in mail.
"""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from pipelines.reporting.figures.parts import (
    SMALL,
    Dict,
    Drawing,
    Figure,
    LegendItem,
    grid_axis,
    label_axis,
    layout,
    nice_ticks,
    note,
    number_text,
    safe,
    text_width,
    tick_texts,
)
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.charts import Lines, LineSeries
from pipelines.reporting.model.page import SparkPoint
from pipelines.reporting.model.values import Day, Days

_HEIGHT = 230
_TOP, _BOTTOM = 12, 28
_STROKES: dict[str, Dict] = {
    "actual": {"color": "--ac", "width": 2.5},
    "previous": {"color": "--py", "width": 2},
    "plan": {"color": "--ink2", "width": 1},
    "forecast": {"color": "--ac", "width": 2, "dash": "3px,4px"},
    "lost": {"color": "--badf", "width": 2, "dash": "6px,4px"},
}
_SWATCHES = {"actual": "lac", "previous": "lpy", "plan": "lpl", "forecast": "lfc", "lost": "llost"}


def lines(chart: Lines, speaker: Speaker) -> Figure:
    """Series with their names at their ends where there is room, and a legend where not."""
    legend = tuple(
        LegendItem(_SWATCHES[series.role], speaker.text(series.label)) for series in chart.series
    )
    wide, narrow = _lines(chart, speaker, named=True), _lines(chart, speaker, named=False)
    return Figure(wide, narrow, legend)


def _lines(chart: Lines, speaker: Speaker, named: bool) -> Drawing:
    xs = [float(x) for x in chart.x_days or range(len(chart.x_dates))]
    known = [v for series in chart.series for v in series.values if v is not None] or [Decimal(0)]
    ticks = nice_ticks(min(Decimal(0), *known), max(Decimal(0), *known) or Decimal(1))
    heights = tick_texts(ticks, chart.unit, chart.decimals, speaker)
    names = [speaker.text(series.label) for series in chart.series]
    left = max(text_width(text, SMALL) for text in heights) + 10
    right = max(map(text_width, names)) + 16 if named else 14
    frame = layout(_HEIGHT, left=left, right=right, top=_TOP, bottom=_BOTTOM)
    at, words = _x_ticks(chart, speaker, 5 if named else 3)
    frame |= {
        "xaxis": label_axis(at, words, xs[0], xs[-1])
        | {"tickfont": {"size": SMALL, "color": "--ink2"}, "tickangle": 0},
        "yaxis": grid_axis(ticks, heights),
        "hovermode": "closest",
    }
    if named:
        frame["annotations"] = _end_labels(chart.series, names, ticks)
    traces = [
        _trace(chart, series, name, xs, speaker)
        for series, name in zip(chart.series, names, strict=True)
    ]
    return Drawing(traces, frame)


def _trace(chart: Lines, series: LineSeries, name: str, xs: list[float], speaker: Speaker) -> Dict:
    hover = []
    for index, value in enumerate(series.values):
        if value is None:
            hover.append("")
            continue
        shown = number_text(value, chart.unit, chart.decimals, speaker)
        hover.append(f"<b>{safe(name)}</b><br>{_x_text(chart, index, speaker)} {shown}")
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": [None if value is None else float(value) for value in series.values],
        "line": _STROKES[series.role],
        "connectgaps": False,
        "hoverinfo": "text",
        "hovertext": hover,
        "cliponaxis": False,
    }


def _x_text(chart: Lines, index: int, speaker: Speaker) -> str:
    if chart.x_days:
        return speaker.text(Days(value=Decimal(chart.x_days[index])), short=True)
    return speaker.text(Day(date=chart.x_dates[index]))


def _x_ticks(chart: Lines, speaker: Speaker, count: int) -> tuple[list[float], list[str]]:
    if chart.x_days:
        days = list(chart.ticks or chart.x_days[:: max(1, len(chart.x_days) // count)])
        if len(days) > count:
            days = days[1::2]
        words = [speaker.text(Days(value=Decimal(day)), short=True) for day in days]
        return [float(day) for day in days], words
    step = max(1, -(-len(chart.x_dates) // count))
    places = list(range(len(chart.x_dates) - 1, -1, -step))[::-1]
    return [float(i) for i in places], [_x_text(chart, i, speaker) for i in places]


def _end_labels(
    series: tuple[LineSeries, ...], names: list[str], ticks: list[Decimal]
) -> list[Dict]:
    """Names at the line ends, pushed apart so that no two are closer than a line of text."""
    pixels = Decimal(_HEIGHT - _TOP - _BOTTOM) / (ticks[-1] - ticks[0])
    ends = []
    for one, name in zip(series, names, strict=True):
        last = next((v for v in reversed(one.values) if v is not None), None)
        if last is not None:
            ends.append((float((last - ticks[0]) * pixels), last, name))
    labels, floor = [], -100.0
    for height, last, name in sorted(ends, key=lambda end: (end[0], end[2])):
        place = max(height, floor + 16)
        floor = place
        labels.append(note(safe(name), 1, float(last), xshift=6, yshift=round(place - height, 1)))
    return labels


def spark(points: tuple[SparkPoint, ...], label: str) -> Markup:
    """A tile's history as inline SVG; gaps stay gaps, the last point is a dot."""
    known = [point.value for point in points if point.value is not None]
    if len(known) < 2:
        return Markup("")
    low, span = min(known), (max(known) - min(known)) or Decimal(1)
    step = Decimal(114) / (len(points) - 1)
    path, pen_down, last = [], False, ""
    for index, point in enumerate(points):
        if point.value is None:
            pen_down = False
            continue
        x, y = 3 + step * index, 26 - (point.value - low) / span * 22
        last = f"{x:.1f} {y:.1f}"
        path.append(f"{'L' if pen_down else 'M'}{last}")
        pen_down = True
    return Markup(
        '<svg class="spark" viewBox="0 0 120 30" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path d="{}"/><path class="dot" d="M{}h0"/></svg>'
    ).format(label, "".join(path), last)
