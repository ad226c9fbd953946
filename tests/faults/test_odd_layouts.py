"""A folder of every layout at once: each file is read to its last row, and no row is lost."""

from __future__ import annotations

from pathlib import Path

from tests.support.exports import Exports
from tests.support.odd.every import ODD_FILES
from tests.support.odd.layouts import layouts

# what this project promises: so many malformed and odd files, no traceback, no row unaccounted for
_AT_LEAST = 450


def test_there_are_as_many_odd_files_as_promised() -> None:
    names = [layout.name for layout in layouts()]
    assert len(set(names)) == len(names)
    assert len(ODD_FILES) + len(names) >= _AT_LEAST


def test_every_layout_of_a_table_is_read_to_its_last_row(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    made = list(layouts())
    for layout in made:
        (tmp_path / "canonical" / f"product_{layout.name[:3]}.csv").write_bytes(layout.content)
    account = exports.stage("product")
    found = {
        file.removeprefix("canonical/product_").removesuffix(".csv"): counts
        for file, *counts in exports.warehouse.con.execute(
            "select file, rows_landed, rows_accepted, rows_quarantined from mart.load"
        ).fetchall()
    }
    wrong = {
        layout.name: found.get(layout.name[:3])
        for layout in made
        if found.get(layout.name[:3]) != [3, 3 - layout.refused, layout.refused]
    }
    assert wrong == {}
    assert account.balanced
    assert account.landed == 3 * len(made)
