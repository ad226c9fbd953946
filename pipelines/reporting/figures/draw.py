"""From a chart's data to its figure: one function for all kinds, and how it goes into a page.

Belongs here: the dispatch and the JSON form. Drawing is in the `figure_*` modules.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from pipelines.reporting.figures import bars as figure_bars
from pipelines.reporting.figures import columns as figure_columns
from pipelines.reporting.figures import lines as figure_lines
from pipelines.reporting.figures.parts import Drawing, Figure, LegendItem
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.charts import Chart

__all__ = ["Drawing", "Figure", "LegendItem", "figure", "script_json"]


def figure(chart: Chart, speaker: Speaker) -> Figure:
    """Draw any chart in the speaker's language, for wide and narrow places."""
    return _DRAW[chart.kind](chart, speaker)


_DRAW: dict[str, Callable[[Any, Speaker], Figure]] = {
    "attainment": figure_bars.attainment,
    "funnel": figure_bars.funnel,
    "ageing": figure_bars.ageing,
    "ranked": figure_bars.ranked,
    "waterfall": figure_columns.waterfall,
    "columns": figure_columns.columns,
    "lines": figure_lines.lines,
}


def script_json(drawn: Figure) -> Markup:
    """The two drawings as JSON that no text from an export can break out of."""
    tree = {
        "wide": {"data": drawn.wide.data, "layout": drawn.wide.layout},
        "narrow": {"data": drawn.narrow.data, "layout": drawn.narrow.layout},
    }
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    for character, code in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(character, code)
    return Markup(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
