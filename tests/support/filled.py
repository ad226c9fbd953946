"""Workbooks with some of their cells filled in, as a person at a spreadsheet would."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ElementTree.register_namespace("", _MAIN)


class Formula(str):
    """A formula as a program writes it that does not work it out: without a value."""


def fill(path: Path, cells: Mapping[str, object], sheet: int = 1, without: str = "") -> Path:
    """Put values into cells of a sheet (`H2`); `without` is a column that somebody deleted."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = f"xl/worksheets/sheet{sheet}.xml"
    root = ElementTree.fromstring(parts[name])
    for row in root.iter(f"{{{_MAIN}}}row"):
        for cell in list(row):
            place = cell.get("r", "")
            if place in cells:
                _put(cell, cells[place])
            if without and re.sub(r"\d", "", place) == without:
                row.remove(cell)
    parts[name] = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts.items():
            book.writestr(part, content)
    return path


def _put(cell: ElementTree.Element, value: object) -> None:
    for inner in list(cell):
        cell.remove(inner)
    cell.attrib.pop("t", None)
    if isinstance(value, int | float):
        ElementTree.SubElement(cell, f"{{{_MAIN}}}v").text = str(value)
        return
    if isinstance(value, Formula):
        ElementTree.SubElement(cell, f"{{{_MAIN}}}f").text = str(value)
        return
    cell.set("t", "inlineStr")
    text = ElementTree.SubElement(cell, f"{{{_MAIN}}}is")
    ElementTree.SubElement(text, f"{{{_MAIN}}}t").text = str(value)
