"""First screens as coarse pictures: what moves, vanishes or changes its colour is seen.

A picture is brightness on a grid, so fonts of another machine pass and a lost style does not.
`ATTAIN_LOOKS=renew make test-browser` writes them anew; look at the pages before you commit that.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages.finding import page_of

pytestmark = pytest.mark.browser
KEPT = Path(__file__).with_name("looks.json")
ACROSS, DOWN = 32, 24
MOST, MEAN = 90, 6
"""Of 255: how much one cell may differ, and all of them on average."""
KINDS = (
    "index", "director_weekly", "region_weekly", "team_weekly", "team_daily", "rep_weekly",
    "receivables", "commission_reconciliation", "appraisal/hr", "appraisal/E", "sales_ops",
    "commission_statement", "kpi_browser/ALL", "figure",
)  # fmt: skip
LOOKS = [(kind, "zh", 1280, theme) for kind in KINDS for theme in ("light", "dark")] + [
    (kind, "en", 360, "light") for kind in KINDS
]
SHRUNK = """([picture, across, down]) => new Promise(done => {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement('canvas');
    canvas.width = image.width; canvas.height = image.height;
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const cells = [];
    for (let y = 0; y < down; y++) for (let x = 0; x < across; x++) {
      const left = Math.floor(x * image.width / across), top = Math.floor(y * image.height / down);
      const wide = Math.floor(image.width / across), high = Math.floor(image.height / down);
      const {data} = pen.getImageData(left, top, wide, high);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
      cells.push(Math.round(sum / (data.length / 4 * 3)));
    }
    done(cells);
  };
  image.src = 'data:image/png;base64,' + picture;
})"""


def look(page: Any) -> list[int]:
    """The brightness of each part of what is on the screen, row by row, 0 to 255."""
    page.wait_for_function(
        "document.querySelectorAll('.chart .main-svg:first-child').length >= "
        "document.querySelectorAll('.chart').length"
    )
    taken = base64.b64encode(page.screenshot()).decode()
    found: list[int] = page.evaluate(SHRUNK, [taken, ACROSS, DOWN])
    return found


def differs(kept: list[int], seen: list[int]) -> bool:
    apart = [abs(one - other) for one, other in zip(kept, seen, strict=True)]
    return max(apart) > MOST or sum(apart) / len(apart) > MEAN


@pytest.mark.parametrize(("kind", "language", "width", "theme"), LOOKS)
def test_a_first_screen_looks_as_it_did(visit_company, company_site, kind, language, width, theme):
    page = visit_company(page_of(company_site, kind, language), width, color_scheme=theme)
    seen = look(page)
    name = f"{kind} {language} {width} {theme}"
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    if os.environ.get("ATTAIN_LOOKS") == "renew":
        rows = {**kept, name: bytes(seen).hex()}
        KEPT.write_text(json.dumps(rows, indent=0, sort_keys=True) + "\n", encoding="utf-8")
        return
    assert not differs(list(bytes.fromhex(kept[name])), seen), name


def test_a_lost_style_a_theme_and_a_moved_column_are_seen(visit_company, company_site):
    page = visit_company(page_of(company_site, "director_weekly", "zh"), 1280)
    kept = list(
        bytes.fromhex(json.loads(KEPT.read_text(encoding="utf-8"))["director_weekly zh 1280 light"])
    )
    for change in (
        "document.querySelector('link[rel=stylesheet]').disabled = true",
        "document.querySelector('.tiles').style.display = 'none'",
        "document.querySelector('main').style.marginLeft = '320px'",
    ):
        page.reload()
        page.evaluate(change)
        assert differs(kept, look(page)), change
    page.reload()
    page.emulate_media(color_scheme="dark")
    assert differs(kept, look(page))
