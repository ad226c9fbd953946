"""What a workspace says about the reading of its exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipelines import __version__
from pipelines.warehouse.duck import fingerprint
from pipelines.workspace.resources import shipped

_TEMPLATES = ("canonical.sql.j2", "parse.sql.j2", "merge.sql.j2", "ids.sql.j2")


@dataclass(frozen=True)
class Reading:
    """What decides how a text is read, beside its source.

    `stages` are the names by which a stage may be called; a moment that names its own time zone is
    put into `time_zone`. A dollar sign says nothing where the `base_currency` is a dollar.
    `ids` are the tables whose ids may be written in two lengths, with the one
    that is read.
    """

    stages: tuple[str, ...]
    time_zone: str
    ids: tuple[tuple[str, int], ...] = ()
    base_currency: str = "CNY"

    @property
    def lengths(self) -> Mapping[str, int]:
        """The length of ids by table."""
        return dict(self.ids)

    @property
    def mark(self) -> str:
        """Changes when the same text may be read differently."""
        return fingerprint(
            __version__, self.stages, self.time_zone, self.ids, self.base_currency, _templates()
        )


@cache
def _templates() -> list[str]:
    return [shipped("sql", "staging", name).read_text(encoding="utf-8") for name in _TEMPLATES]
