"""The odd files and the small workspace in which they are landed and staged."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "unit" / "staging"):
    sys.path.insert(0, str(folder))
