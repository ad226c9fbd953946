"""Every odd file there is; `python -m tests.support.odd.every FOLDER` writes them to look at."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.odd.books import BOOKS
from tests.support.odd.encodings import ENCODINGS
from tests.support.odd.file import Odd
from tests.support.odd.formats import FORMATS
from tests.support.odd.json import JSON
from tests.support.odd.packs import PACKS
from tests.support.odd.texts import TEXTS
from tests.support.odd.values import VALUES

ODD_FILES: list[Odd] = [*ENCODINGS, *TEXTS, *VALUES, *FORMATS, *JSON, *PACKS, *BOOKS]


def write_all(folder: Path) -> int:
    """Write each file into a numbered folder of its own, with what it is in `what.txt`."""
    for number, odd in enumerate(ODD_FILES, 1):
        own = folder / f"{number:03d}"
        odd.write(own)
        (own / "what.txt").write_text(f"{odd.name}: {odd.what}\n", encoding="utf-8")
    return len(ODD_FILES)


if __name__ == "__main__":
    sys.stdout.write(f"{write_all(Path(sys.argv[1]))} files\n")
