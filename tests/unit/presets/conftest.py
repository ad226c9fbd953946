from __future__ import annotations

import sys
from pathlib import Path

for folder in (".", "../commands"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
