"""A page of a published folder by its kind, whoever's it is."""

from __future__ import annotations

from pathlib import Path


def page_of(site: Path, kind: str, language: str) -> str:
    """A page of a kind: a report's, the list of all, one behind a figure, one of all rows."""
    if kind == "index":
        return "index.html" if language == "zh" else "index.en.html"
    within = {"figure": "director_weekly/*/*/[a-z]*", "rows": "director_weekly/*/*/rows.*"}
    pattern = within.get(kind, f"{kind}*/*" if "/" in kind else f"{kind}/*/*")
    found = sorted(
        path.relative_to(site).as_posix()
        for path in site.glob(f"{pattern}.{language}.html")
        if kind != "figure" or not path.name.startswith("rows.")
    )
    if kind == "kpi_browser/":
        found = [path for path in found if "/ALL/" not in path]
    return found[0]
