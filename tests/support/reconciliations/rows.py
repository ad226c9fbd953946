"""What the cases of the checks have in common: rows by table, and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.laboratory import Row

Given = Mapping[str, Sequence[Row]]
Clean = tuple[str, str, Given]
Broken = tuple[str, str, Given, dict[str, Any]]
OCTOBER = dt.date(2026, 10, 1)
