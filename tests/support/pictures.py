"""The pictures of the README: first screens of four pages, as `reports/latest` has them.

`python -m tests.support.pictures` (or `make pictures`) takes them anew after a run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.laboratory import ROOT

IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
# what is shown: picture, page by pattern, height in pixels
PICTURES = (
    ("director_weekly.zh", "director_weekly/*/*.zh.html", 1000),
    ("team_weekly.en", "team_weekly/T05/*.en.html", 1000),
    ("receivables.en", "receivables/*/*.en.html", 1000),
    ("appraisal.zh", "appraisal/E010/*.zh.html", 1000),
)
WIDTH = 1180


def take(latest: Path, images: Path) -> list[Path]:
    """Write the pictures; the newest page of each pattern is shown, without what is below.

    Raises:
        FileNotFoundError: there is no such page.
    """
    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, pattern, height in PICTURES:
            found = sorted(latest.glob(pattern), key=lambda path: (path.name, path.parts))
            if not found:
                raise FileNotFoundError(f"{latest}: no page is called {pattern}; run attain first")
            page = browser.new_page(viewport={"width": WIDTH, "height": height})
            page.goto(found[-1].as_uri())
            page.wait_for_function(
                "document.querySelectorAll('.chart .main-svg:first-child').length >= "
                "document.querySelectorAll('.chart').length"
            )
            page.screenshot(path=images / f"{name}.png")
            page.close()
            taken.append(images / f"{name}.png")
        browser.close()
    return taken


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reports" / "latest"
    for picture in take(where, IMAGES):
        sys.stdout.write(f"{picture.name}: {picture.stat().st_size} bytes\n")
