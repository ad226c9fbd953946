"""What each builder of pages asks the warehouse and the KPIs for, noticed while pages are built."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Container, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import pytest

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Asked, Page, Tile
from pipelines.reporting.model.shows import Builder, builders


class Asking:
    """Notes every query, KPI and history under all the builders that are at work when it is asked.

    A KPI is noted as `kpi`, and as `kpi:period_kind` where its value of that period is read.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, catalogue: Container[str]) -> None:
        self.catalogue = catalogue
        self.queries: dict[Builder, set[str]] = defaultdict(set)
        self.kpis: dict[Builder, set[str]] = defaultdict(set)
        self.histories: dict[Builder, set[str]] = defaultdict(set)
        self.known: dict[CodeType, Builder] = {b.__code__: b for b in builders()}
        self.reading: Builder | None = None

        def query(name: str, *_: Any, **__: Any) -> None:
            self.note("queries", name)

        def kpi(kpi_id: str, **_: Any) -> None:
            self.note("kpis", kpi_id)

        for name in ("rows", "stream", "grouped"):
            self.watch(monkeypatch, Context, name, query)
        self.watch(monkeypatch, Context, "extract", lambda _, asked, **__: query(asked))
        self.watch(monkeypatch, Context, "quotas", lambda *_: query("quotas"))
        self.watch(monkeypatch, Context, "definition", kpi)
        self.watch(monkeypatch, Context, "why_no_value", kpi)
        self.watch(monkeypatch, Asked, "__init__", kpi)
        self.watch(monkeypatch, Tile, "__init__", kpi)
        self.watch(monkeypatch, KpiBook, "now", self.value)
        self.watch(monkeypatch, KpiBook, "history", self.value)

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, noted: Any) -> None:
        """Have a method of `owner` noted before it does what it does."""
        does = getattr(owner, name)

        def watched(this: Any, *given: Any, **more: Any) -> Any:
            found = does(this, *given, **more)
            noted(*given, **more)
            if name == "history" and len(found) > 1:
                self.note("histories", ":".join(given[1:]))
            return found

        monkeypatch.setattr(owner, name, watched)

    def value(self, scope_id: str, kpi_id: str, period_kind: str) -> None:
        self.note("kpis", kpi_id)
        self.note("kpis", f"{kpi_id}:{period_kind}")

    def note(self, kind: str, name: str) -> None:
        if kind != "queries" and name.partition(":")[0] not in self.catalogue:
            return  # a figure of the page's own
        for builder in self.at_work():
            getattr(self, kind)[builder].add(name)

    def at_work(self) -> Iterator[Builder]:
        """The declared builders that called, from the innermost outwards."""
        frame = inspect.currentframe()
        while frame is not None:
            if frame.f_code in self.known:
                yield self.known[frame.f_code]
            frame = frame.f_back
        if self.reading is not None:
            yield self.reading

    @contextmanager
    def within(self, builder: Builder) -> Iterator[None]:
        """What is read here is noted for a builder that returned before."""
        self.reading = builder
        yield
        self.reading = None

    def read_books(self, pages: list[Page], report: Builder) -> None:
        """Read the workbooks of pages to their end, as writing them does."""
        named = {(b.__module__, b.__name__): b for b in self.known.values()}
        for page in pages:
            for sheet in page.book.sheets if page.book else ():
                rows = sheet.rows
                made_by = named.get((rows.__module__, rows.__qualname__.partition(".")[0]))
                with self.within(made_by or report):
                    for _ in rows():
                        pass
                    if made_by:
                        for kind in (self.queries, self.kpis, self.histories):
                            kind[report] |= kind[made_by]
