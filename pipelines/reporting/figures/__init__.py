"""From a chart of the page model to a Plotly figure: marks, axes, words.

Belongs here: how a chart is drawn. Does not belong here: what it shows (`model/charts.py`).
"""
