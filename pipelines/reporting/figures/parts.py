"""What all figures share: the frame, measured labels, ticks, and colours by token.

Belongs here: geometry and notation common to the chart kinds. Does not belong here: a chart kind
(`figure_bars.py`, `figure_columns.py`, `figure_lines.py`).

Figures are plain dicts, because validating thousands of graph objects costs more than drawing
them. A colour is written as the name of a CSS token (`--ac`); the page's script replaces it, so
that light, dark and print use the same figure. Text is never below 12 px at any width: the width
chooses between two drawings instead of shrinking one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from typing import Any

from pipelines.reporting.language.numbers import compact, plain
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.charts import Unit
from pipelines.reporting.model.values import Days

Dict = dict[str, Any]
FONT = (
    'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans CJK SC", sans-serif'
)
SIZE = 13
SMALL = 12
NONE = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Drawing:
    """Traces and layout for one width."""

    data: list[Dict]
    layout: Dict


@dataclass(frozen=True)
class LegendItem:
    """A swatch (a CSS class of the page) and its word."""

    swatch: str
    text: str


@dataclass(frozen=True)
class Figure:
    """One chart drawn for a wide and for a narrow place, with its legend."""

    wide: Drawing
    narrow: Drawing
    legend: tuple[LegendItem, ...] = ()


def layout(height: int, *, left: int = 0, right: int = 0, top: int = 6, bottom: int = 6) -> Dict:
    """The quiet frame: transparent, no legend, no drag, fixed height."""
    return {
        "height": height,
        "autosize": True,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "font": {"family": FONT, "size": SIZE, "color": "--ink"},
        "paper_bgcolor": NONE,
        "plot_bgcolor": NONE,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "bargap": 0,
        "hoverlabel": {
            "bgcolor": "--paper",
            "bordercolor": "--line",
            "align": "left",
            "font": {"family": FONT, "size": SIZE, "color": "--ink"},
        },
    }


def bare_axis(low: float, high: float) -> Dict:
    """An axis that only scales."""
    return {
        "range": [low, high],
        "fixedrange": True,
        "visible": False,
        "showgrid": False,
        "zeroline": False,
    }


def label_axis(positions: list[float], texts: list[str], low: float, high: float) -> Dict:
    """An axis that carries row or column names and nothing else."""
    return {
        "range": [low, high],
        "fixedrange": True,
        "tickmode": "array",
        "tickvals": positions,
        "ticktext": texts,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "outside",
        "ticklen": 7,
        "tickcolor": NONE,
        "tickfont": {"size": SIZE, "color": "--ink"},
    }


def grid_axis(ticks: list[Decimal], texts: list[str]) -> Dict:
    """A value axis with few light lines and small grey words."""
    return {
        "range": [float(ticks[0]), float(ticks[-1])],
        "fixedrange": True,
        "tickmode": "array",
        "tickvals": [float(tick) for tick in ticks],
        "ticktext": texts,
        "gridcolor": "--line",
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": SMALL, "color": "--ink2"},
    }


def note(text: str, x: float, y: float, **more: Any) -> Dict:
    """A text at a place; by default left-aligned in the right margin (x in paper, y in data)."""
    base: Dict = {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "y",
        "xanchor": "left",
        "yanchor": "middle",
        "showarrow": False,
        "align": "left",
        "font": {"size": SIZE, "color": "--ink"},
    }
    return base | more


def line(
    start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1
) -> Dict:
    """A straight line between two places in data coordinates."""
    return {
        "type": "line",
        "x0": start[0],
        "y0": start[1],
        "x1": end[0],
        "y1": end[1],
        "line": {"color": colour, "width": width},
    }


def bar(values: list[float], rows: list[float], thickness: float, colour: Any, **more: Any) -> Dict:
    """A horizontal bar trace; `row` positions count downwards from the first row."""
    base: Dict = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": rows,
        "width": thickness,
        "marker": {"color": colour, "line": {"width": 0}},
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return base | more


def rows_axis(labels: list[str]) -> Dict:
    """The axis of horizontal charts: first row on top."""
    count = len(labels)
    return label_axis([float(i) for i in range(count)], labels, count - 0.5, -0.5)


def text_width(text: str, size: int = SIZE) -> int:
    """Estimated width in pixels, generous enough for wide system fonts.

    East Asian characters are as wide as they are high, and so are arrows and signs in their fonts.
    """
    widths = (1.05 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text)
    return round(sum(widths) * size)


def strong_width(text: str) -> int:
    """The same for bold text."""
    return text_width(text) * 11 // 10


def wrapped(text: str, room: int, size: int = SIZE) -> list[str]:
    """At most two lines of at most `room` pixels; what is still longer ends in an ellipsis."""
    if text_width(text, size) <= room:
        return [text]
    first = _fitting(text, room, size)
    rest = text[len(first) :].strip()
    if text_width(rest, size) > room:
        rest = _fitting(rest, room - size, size).rstrip() + "…"
    return [first.rstrip(), rest]


def _fitting(text: str, room: int, size: int) -> str:
    end = len(text)
    while end > 1 and text_width(text[:end], size) > room:
        end -= 1
    space = text.rfind(" ", 0, end + 1)
    # Break at a word where that keeps enough of the line; Chinese breaks anywhere.
    return text[:space] if space >= end // 3 and end < len(text) else text[:end]


def row_labels(texts: list[str], room: int) -> tuple[list[str], int]:
    """Labels ready for an axis (escaped, wrapped) and the margin they need."""
    lines = [wrapped(text, room) for text in texts]
    margin = max(text_width(part) for parts in lines for part in parts) + 12
    return ["<br>".join(safe(part) for part in parts) for parts in lines], margin


def safe(text: str) -> str:
    """Text as Plotly should show it: its labels are a small HTML, names from exports are not."""
    return escape(text, quote=False)


def tick_texts(ticks: list[Decimal], unit: Unit, decimals: int, speaker: Speaker) -> list[str]:
    """Words of a value axis: round numbers, so without padding zeros."""
    if unit == "money":
        return ["".join(compact(tick, speaker.language, pad=False)) for tick in ticks]
    return [number_text(tick, unit, decimals, speaker) for tick in ticks]


def number_text(
    number: Decimal, unit: Unit, decimals: int, speaker: Speaker, signed: bool = False
) -> str:
    """A value label; money without its currency sign, which the section's caption names."""
    if unit == "money":
        return "".join(compact(number, speaker.language, signed=signed))
    if unit == "ratio":
        return f"{plain(number * 100, decimals, signed)}%"
    if unit == "days":
        return speaker.text(Days(value=number, decimals=decimals, signed=signed), short=True)
    return plain(number, decimals, signed)


def nice_ticks(low: Decimal, high: Decimal, count: int = 4) -> list[Decimal]:
    """About `count` round values from at or below `low` to at or above `high`."""
    high = high if high > low else low + 1
    rough = (high - low) / count
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * i for i in range(int(first), int(last) + 1)]


def floats(numbers: list[Decimal]) -> list[float]:
    """Positions on the picture. Only pixels are binary; every label stays decimal."""
    return [float(number) for number in numbers]


def judged(judgement: str) -> str:
    """The text colour of a judgement; the sign or word beside it says the same."""
    return {"good": "--good", "bad": "--bad"}.get(judgement, "--ink")


def judged_fill(judgement: str) -> str:
    """The fill colour of a judgement; neutral is the colour of actual values."""
    return {"good": "--goodf", "bad": "--badf"}.get(judgement, "--ac")
