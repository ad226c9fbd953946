"""Every odd file there is. `python tests/faults/odd_files.py FOLDER` writes them out to look at."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from odd import Odd
from odd_books import BOOKS
from odd_encodings import ENCODINGS
from odd_formats import FORMATS
from odd_json import JSON
from odd_packs import PACKS
from odd_texts import TEXTS
from odd_values import VALUES

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
