"""A spreadsheet program that works the workbooks out again finds the figures that they show."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.browser
OFFICE = shutil.which("soffice")
_SHOWN = re.compile(r"(</f>)<v>[^<]*</v>")


@pytest.fixture(scope="module")
def recalculated(company_site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Every published workbook, and what LibreOffice makes of it without the shown values."""
    if OFFICE is None:
        pytest.skip("no LibreOffice; install it to work workbooks out as their readers do")
    folder = tmp_path_factory.mktemp("office")
    found = {}
    for number, path in enumerate(sorted(company_site.glob("*/*/*.xlsx"))):
        bare = folder / f"{number}.xlsx"
        without_values(path, bare)
        found[path] = folder / "done" / bare.name
    convert(folder, *sorted(folder.glob("*.xlsx")))
    return found


def without_values(path: Path, bare: Path, change: tuple[str, str] | None = None) -> int:
    """Copy a workbook without the values of its formulas; how many these are."""
    formulas = 0
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(bare, "w") as copied:
        for part in whole.infolist():
            data = whole.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                text, count = _SHOWN.subn(r"\1", data.decode())
                formulas += count
                if change is not None:
                    text = text.replace(*change)
                data = text.encode()
            copied.writestr(part, data)
    return formulas


def convert(folder: Path, *books: Path) -> None:
    assert OFFICE is not None
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "done"),
         *map(str, books)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip


def cells(path: Path) -> dict[tuple[str, int, int], Any]:
    book = CalamineWorkbook.from_path(path)
    return {
        (name, number, place): value
        for name in book.sheet_names
        for number, row in enumerate(book.get_sheet_by_name(name).to_python())
        for place, value in enumerate(row)
        if value != ""
    }


def differing(shown: dict[Any, Any], made: dict[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    """Cells that are not the same; of numbers, beyond what a binary fraction loses."""
    return {
        at: (shown.get(at), made.get(at))
        for at in {**shown, **made}
        if shown.get(at) != made.get(at)
        and not (
            isinstance(shown.get(at), float) and isinstance(made.get(at), float)
            and abs(shown[at] - made[at]) <= 1e-9 * max(1, abs(shown[at]))
        )
    }  # fmt: skip


def test_every_workbook_shows_what_a_spreadsheet_program_works_out(
    recalculated: dict[Path, Path],
) -> None:
    kinds = {path.parts[-3] for path in recalculated}
    assert {"appraisal", "receivables", "commission_reconciliation"} <= kinds
    for path, made in recalculated.items():
        assert differing(cells(path), cells(made)) == {}, path


def test_another_actual_gives_another_score(recalculated: dict[Path, Path], tmp_path: Path) -> None:
    """From the actual over the curve to the card and to the person's score."""
    path = next(p for p in recalculated if p.match("appraisal/hr/*.en.xlsx"))
    shown = cells(path)
    sheet = "Scorecards"
    heads = {shown[sheet, 0, place]: place for place in range(20) if (sheet, 0, place) in shown}
    row = next(
        number for number in range(1, 400)
        if 45 < shown.get((sheet, number, heads["Score"]), 0) < 80
        and (sheet, number, heads["Target"]) in shown
    )  # fmt: skip
    actual = chr(ord("A") + heads["Actual"]) + str(row + 1)
    text = sheet_text(path, actual)
    found = re.search(rf'<c r="{actual}"( s="\d+")><v>([^<]*)</v></c>', text)
    assert found is not None
    bare = tmp_path / "changed.xlsx"
    more = f'<c r="{actual}"{found[1]}><v>{float(found[2]) * 1.01}</v></c>'
    assert without_values(path, bare, (found[0], more)) > 1000
    convert(tmp_path, bare)
    moved = differing(shown, cells(tmp_path / "done" / bare.name))
    assert {at[:2] for at in moved if at[0] == sheet} == {(sheet, row)}
    columns = {at[2] for at in moved if at[0] == sheet}
    assert {heads["Actual"], heads["Measured"], heads["Score"]} <= columns
    people = {at[1] for at in moved if at[0] == "From cards to scores"}
    assert len(people) == 1
    assert not {at for at in moved if at[0] not in (sheet, "From cards to scores")}


def sheet_text(path: Path, cell: str) -> str:
    """The worksheet of the scorecards: the one whose rows hold a cell with formulas beside it."""
    with zipfile.ZipFile(path) as book:
        texts = [book.read(name).decode() for name in sorted(book.namelist())
                 if name.startswith("xl/worksheets/sheet")]  # fmt: skip
    return next(text for text in texts if f'r="{cell}"' in text and "ROUND(IF(" in text)
