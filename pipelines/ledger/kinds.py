"""What is closed for ever: commission months and appraised periods, each in a chain of its own.

Belongs here: how the folders of a kind are called, what they hold, what follows what. Does not
belong here: writing and proving them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from pipelines.ledger.columns import APPRAISAL_LINE, LINE


@dataclass(frozen=True)
class LedgerKind:
    """One chain of closed periods.

    Attributes:
        prefix: what stands before the period in the name of its folder and its seal.
        period: the period's own name.
        files: the files of a closed period beside its manifest; lines are chained.
        line: columns of a line, in the order in which its checksum covers them.
        is_gapless: each period is the month after the one before it.
        title: first line of its closing statement.
        covered: what the statement says of its seal.
    """

    name: str
    prefix: str
    period: re.Pattern[str]
    files: tuple[str, ...]
    line: dict[str, str]
    is_gapless: bool
    title: str
    covered: str

    def owns(self, name: str) -> bool:
        """Whether a folder or a seal of that name is of this kind."""
        return name.startswith(self.prefix) and bool(
            self.period.fullmatch(name.removeprefix(self.prefix))
        )


COMMISSION = LedgerKind(
    "commission",
    "",
    re.compile(r"\d{4}-(0[1-9]|1[0-2])"),
    ("lines.parquet", "statements.parquet", "differences.parquet", "documents.parquet"),
    LINE,
    True,
    "提成结账单 · Commission closing statement",
    "封印（seal）覆盖该月的每一行、每一张结算单及以前各月。\n"
    "The seal covers every line and statement of the month, and all months before it.\n\n",
)
APPRAISAL = LedgerKind(
    "appraisal",
    "appraisal-",
    re.compile(r"\d{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?"),
    ("lines.parquet", "statements.parquet", "decisions.parquet"),
    APPRAISAL_LINE,
    False,
    "绩效考核结账单 · Appraisal closing statement",
    "封印（seal）覆盖该考核期的每一项得分、每一个结果及以前结账的各期。\n"
    "The seal covers every score and result of the period, and all that were closed before it.\n\n",
)
KINDS = (COMMISSION, APPRAISAL)


def last_day(period: str) -> dt.date:
    """The day on which a period ends: `2026-10`, `2026-Q3`, `2026-H1`, `2026`."""
    year, _, part = period.partition("-")
    if part[:1] == "Q":
        month = 3 * int(part[1:])
    elif part[:1] == "H":
        month = 6 * int(part[1:])
    else:
        month = int(part or 12)
    return dt.date(int(year), month, calendar.monthrange(int(year), month)[1])


def kind_of(name: str) -> LedgerKind | None:
    """The kind whose folder or seal is called so."""
    return next((kind for kind in KINDS if kind.owns(name)), None)
