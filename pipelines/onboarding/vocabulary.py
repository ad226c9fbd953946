"""The header names known of every canonical table: its own and those of all presets.

Belongs here: which header may mean which column. Does not belong here: what a file means
(`guess.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.onboarding.presets import preset_sources, vendors
from pipelines.sources.contract import canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import (
    BRACES,
    PLACES,
    ColumnSource,
    SourceFile,
    alternatives,
)
from pipelines.workspace.resources import shipped

_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_BETWEEN = re.compile(r"[\s_\-.:：/]+")


@dataclass(frozen=True)
class Pattern:
    """One way in which a table is exported: a source of a preset, or the canonical names."""

    preset: str
    source: SourceFile

    @property
    def table(self) -> str:
        return self.source.table

    @property
    def path(self) -> Path:
        """The preset's file."""
        return shipped("presets", self.preset, f"{self.source.described_in}.yaml")


def normal(header: str) -> str:
    """A header as it is compared: no case, blanks, signs, required mark or bracketed unit."""
    bare = _BRACKETS.sub("", clean_header(header)) or clean_header(header)
    return _BETWEEN.sub("", bare).lower() or clean_header(header).lower()


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns: canonical names first, then every preset's sources."""
    from pipelines.sources.sourcefile import canonical_source

    own = [Pattern("canonical", canonical_source(table)) for table in canonical_tables().values()]
    return (
        *own,
        *(Pattern(vendor, source) for vendor in vendors() for source in preset_sources(vendor)),
    )


@cache
def known_headers() -> frozenset[str]:
    """Every header that any pattern reads, also as systems write it: with `_` or joined."""
    named = {header for pattern in patterns() for header in pattern.source.headers}
    return frozenset(
        variant
        for header in named
        for variant in (header, header.replace(" ", "_"), header.replace(" ", ""))
    )


def found_in(mapped: ColumnSource, headers: dict[str, str]) -> ColumnSource | None:
    """A column's mapping narrowed to the headers a file has; `None` when it lacks some.

    In an expression `{A|B|}`, with a bar at its end, may be missing; but one header must be there.

    Args:
        headers: the file's headers by their normal form.
    """
    own = present(mapped.own, headers)
    if mapped.expression is None:
        return mapped.model_copy(update={"own": own[:1]}) if own else None
    found = {
        text: present(alternatives(text) or mapped.own, headers)
        for text in BRACES.findall(mapped.expression)
    }
    lacks = any(not names for text, names in found.items() if not text.endswith("|"))
    if lacks or not any(found.values()):
        return None
    written = BRACES.sub(
        lambda braced: f"{{{names[0]}}}" if (names := found[braced.group(1)]) else "null",
        mapped.expression,
    )
    return mapped.model_copy(update={"own": (), "expression": written})


def present(names: Iterable[str], headers: dict[str, str]) -> tuple[str, ...]:
    """Those of some header names that a file has, as the file writes them."""
    return tuple(
        name if name in PLACES else headers[normal(name)]
        for name in names
        if name in PLACES or normal(name) in headers
    )
