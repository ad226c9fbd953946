"""Reading pages and warehouses in tests."""

from __future__ import annotations

from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import Page, Section, Tile

EN = speaker("en", "CNY", 2026)
ZH = speaker("zh", "CNY", 2026)


def tile_of(page: Page, kpi_id: str) -> Tile:
    return next(tile for tile in page.tiles if tile.kpi_id == kpi_id)


def section_of(page: Page, section_id: str) -> Section:
    return next(section for section in page.sections if section.id == section_id)


def column(section: Section, name: str) -> list:
    place = [c.id for c in section.table.columns].index(name)
    return [row.cells[place] for row in section.table.rows if row.role == "row"]


def total(section: Section, name: str):
    place = [c.id for c in section.table.columns].index(name)
    return next(row.cells[place] for row in section.table.rows if row.role == "total")


def said(page: Page) -> str:
    """The page's first sentences, in English."""
    return " ".join(EN.text(sentence) for sentence in page.lead)


def one(con, sql: str, *values):
    return con.execute(sql, list(values)).fetchone()
