"""Small workspaces of exports, as the tests of staging use them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "staging"))
