"""What an odd file is: its bytes, what it is about, and what must become of it.

Belongs here: the description and the ways to write one. Does not belong here: the files themselves
(the other modules) and the test over them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Content = bytes | Callable[[Path], object]
Rows = Sequence[tuple[Any, ...]]

COLUMNS = {
    "customer": ("customer_id", "name", "credit_limit"),
    "contract": ("contract_id", "net_amount", "start_date"),
    "opportunity": ("opportunity_id", "probability", "amount"),
}
HEADER = ",".join(COLUMNS["customer"])
GOOD: Rows = (
    ("K1", "远景科技", Decimal("100.5000")),
    ("K2", "Zhang, Wei", Decimal("2000.0000")),
    ("K3", "Acme", None),
)
TEXT = f'{HEADER}\nK1,远景科技,100.50\nK2,"Zhang, Wei",2000\nK3,Acme,\n'


@dataclass(frozen=True)
class Odd:
    """One odd file.

    `rows` are the accepted rows (columns of `COLUMNS`), `quarantined` how many are not; or
    `problem` is a part of the sentence that refuses the file. `notes` must stand on its card,
    `limits` are constants of `guard.py` set lower for it, `source` the lines of the source file
    that reads it (without one it is read as canonical).
    """

    name: str
    what: str
    content: Content
    rows: Rows = GOOD
    quarantined: int = 0
    problem: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    source: str | None = None

    @property
    def table(self) -> str:
        return (
            next(t for t in COLUMNS if f"table: {t}" in (self.source or ""))
            if self.source
            else (next(t for t in COLUMNS if self.name.lower().startswith(t)))
        )

    @property
    def file(self) -> str:
        """The name of the file; what follows `::` only tells two of them apart."""
        return self.name.partition("::")[0]

    def write(self, folder: Path) -> Path:
        """Write the file below a folder."""
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path


def refused(name: str, what: str, content: Content, problem: str, **more: Any) -> Odd:
    """A file that is not landed, with a part of the sentence that says why."""
    return Odd(name, what, content, rows=(), problem=problem, **more)


def lines(*texts: str, end: str = "\n") -> bytes:
    return "".join(text + end for text in texts).encode()


def money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.0001"))
