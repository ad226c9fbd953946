"""Where a reader's questions are answered: what they may see of the last publication.

Belongs here: finding the KPI, scope and period somebody means, and whether it is theirs to see.
Does not belong here: what is said of a value (`answers.py`).
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

from pipelines.delivery.access.organisation import Organisation
from pipelines.delivery.access.readers import Reader
from pipelines.delivery.access.subjects import SubjectList, subject_list
from pipelines.delivery.folders.published import Published
from pipelines.delivery.questions.published import PublishedValues, Value
from pipelines.delivery.questions.refusal import Refusal
from pipelines.delivery.readership import open_readership
from pipelines.errors import UserError
from pipelines.explain.explain import Period, parse_period
from pipelines.policy.catalogue import Catalogue
from pipelines.reporting.model.page import Reader as PageReader
from pipelines.reporting.model.values import Listing, Verbatim
from pipelines.warehouse.published import open_published
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import did_you_mean

_PAGES = {"employee": "employee", "team": "team", "region": "region"}
_KINDS = {"rep": "employee", "person": "employee", "员工": "employee", "销售": "employee",
          "团队": "team", "大区": "region", "区域": "region"}  # fmt: skip
_COMPANY = ("company", "公司", "全公司")
_ME = ("me", "myself", "我", "我自己", "本人")
_SOME = 8


@dataclass(frozen=True)
class Opened:
    """One publication as one reader sees it."""

    reader: Reader
    subjects: SubjectList
    values: PublishedValues
    published: Published

    @property
    def catalogue(self) -> Catalogue:
        return self.values.catalogue

    @property
    def organisation(self) -> Organisation:
        return self.reader.organisation

    def sees(self, kpi_id: str, scope: tuple[str, str], until: dt.date) -> bool:
        """Whether a KPI of somebody, a unit or the company is the reader's to see.

        A product, customer or segment is a cut of the whole company, and seen by who sees that.
        """
        kind, identity = scope
        owner = PageReader.model_validate(
            {"kind": _PAGES.get(kind, "company"), "id": identity, "name": Verbatim(text=identity)}
        )
        about = self.subjects.of_kpi(kpi_id)
        return all(self.reader.sees(subject, owner, until) for subject in about)

    def may_ask(self, kpi_id: str) -> bool:
        """Whether a KPI is the reader's to see of anybody at all."""
        reached = {subject for view in self.reader.views for subject in view.reach}
        return self.subjects.of_kpi(kpi_id) <= reached

    def kpi(self, asked: str) -> str:
        """The KPI somebody names, by its id or label in either language.

        Raises:
            Refusal: there is none, or several; the nearest are named.
        """
        wanted = _bare(asked)
        found = [name for name, names in self._names.items() if wanted in names]
        if wanted in self.catalogue.kpis:
            return wanted
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(
                "questions.several_kpis", asked=Verbatim(text=asked), known=_listed(found)
            )
        near = self._nearest(wanted)
        if near:
            raise Refusal("questions.no_kpi_but", asked=Verbatim(text=asked), known=_listed(near))
        raise Refusal("questions.no_kpi", asked=Verbatim(text=asked))

    @cached_property
    def _names(self) -> dict[str, tuple[str, str]]:
        kpis = self.catalogue.kpis.items()
        return {name: (_bare(kpi.label.zh), _bare(kpi.label.en)) for name, kpi in kpis}

    def _nearest(self, wanted: str) -> list[str]:
        """The KPIs whose names are most like a word, nearest first; at most three."""
        said = {name: (name, *names) for name, names in self._names.items()}
        holds = [
            name for name, words in said.items() if wanted and any(wanted in one for one in words)
        ]
        alike = {
            name: max(difflib.SequenceMatcher(None, wanted, word).ratio() for word in words)
            for name, words in said.items()
        }
        ranked = sorted(alike, key=lambda name: (name not in holds, -alike[name], name))
        return [name for name in ranked[:3] if name in holds or alike[name] > 0.4]

    def period(self, asked: str) -> Period:
        """The period somebody names.

        Raises:
            Refusal: it is none of the forms that exist.
        """
        try:
            return parse_period(asked, self.values.as_of)
        except UserError:
            raise Refusal("questions.no_period", asked=Verbatim(text=asked)) from None

    def scope(self, kpi_id: str, asked: str, until: dt.date) -> tuple[str, str]:
        """Whom somebody means by an id, a kind and an id, or a name.

        Raises:
            Refusal: nobody among those the reader may see; or several. Whether there is somebody
                else of that name is not said.
        """
        kind, identity = _asked_scope(asked, self.reader.id)
        found = [
            scope
            for scope in self.values.scopes(kpi_id)
            if kind in (None, scope[0])
            and (identity is None or identity in (scope[1], self.name(scope)))
            and self.sees(kpi_id, scope, until)
        ]
        exact = [scope for scope in found if scope[1] == identity]
        found = exact if len(exact) == 1 else found
        if len(found) > 1:
            ids = [f"{scope[0]}:{scope[1]}" for scope in found[:_SOME]]
            raise Refusal(
                "questions.several_scopes", asked=Verbatim(text=asked), known=_listed(ids)
            )
        if not found:
            raise Refusal("questions.not_seen", asked=Verbatim(text=asked), kpi=self.label(kpi_id))
        return found[0]

    def value(self, kpi_id: str, scope: tuple[str, str], period: Period, said: str) -> Value:
        """A value that the reader may see.

        Raises:
            Refusal: nothing is computed there, or it is not theirs on the period's last day.
        """
        found = self.values.value(kpi_id, period, *scope)
        if found is None:
            raise Refusal(
                "questions.not_computed", kpi=self.label(kpi_id), period=Verbatim(text=said)
            )
        if not self.sees(kpi_id, scope, found.until):
            raise Refusal(
                "questions.not_seen", asked=Verbatim(text=scope[1]), kpi=self.label(kpi_id)
            )
        return found

    def asked(self, kpi: str, scope: str, period: str) -> Value:
        """The value of a question.

        Raises:
            Refusal: it has no answer that the reader may see.
        """
        kpi_id, meant = self.kpi(kpi), self.period(period)
        until = _last_day(meant) or self.values.as_of
        return self.value(kpi_id, self.scope(kpi_id, scope, until), meant, period)

    def name(self, scope: tuple[str, str]) -> str:
        """What a scope is called; its id, where nothing else is known."""
        kind, identity = scope
        if kind == "employee" and identity in self.organisation.people:
            return self.organisation.people[identity].name
        if kind in ("team", "region") and identity in self.organisation.units:
            return self.organisation.units[identity].name
        return identity

    def label(self, kpi_id: str) -> Verbatim:
        return Verbatim(text=kpi_id)


class Desk:
    """A reader's desk; what lies on it is exchanged when a run has published or a day begins."""

    def __init__(self, workspace: Workspace, who: str, today: Callable[[], dt.date]) -> None:
        self.workspace, self.who, self._today = workspace, who, today
        self._open = ExitStack()
        self._mark: object = None
        self._opened: Opened | None = None

    def opened(self) -> Opened:
        """What the reader may see today.

        Raises:
            UserError: nothing is published, or somebody of that id reads nothing.
        """
        mark = self._now()
        if self._opened is None or mark != self._mark:
            self.close()
            self._opened, self._mark = self._anew(), mark
        return self._opened

    def close(self) -> None:
        self._open.close()
        self._opened = None

    def _now(self) -> object:
        """What changes when there is something new to see."""
        files = (
            self.workspace.published,
            self.workspace.reports / "latest" / "edition.json",
            self.workspace.root / "policy" / "access.yaml",
        )
        states = [file.stat() if file.exists() else None for file in files]
        return self._today(), [(one.st_ino, one.st_mtime_ns) if one else None for one in states]

    def _anew(self) -> Opened:
        readership = open_readership(self.workspace, self._today())
        reader = readership.readers.all.get(self.who)
        if reader is None:
            near = did_you_mean(self.who, readership.readers.all)
            raise UserError(
                f"{self.who}: nobody of that id reads anything today{near}. Who sees what stands "
                "in policy/access.yaml, people in the exports."
            )
        warehouse = self._open.enter_context(
            open_published(self.workspace.published, self.workspace.settings.memory_limit)
        )
        catalogue, published = readership.catalogue, readership.published
        values = PublishedValues(warehouse, catalogue, published.edition)
        return Opened(reader, subject_list(catalogue), values, published)


def _asked_scope(asked: str, me: str) -> tuple[str | None, str | None]:
    """The kind and the id or name of a scope, each None where it is not said; `me` is who asks."""
    text = asked.strip()
    if text.casefold() in _ME:
        return "employee", me
    if text.casefold() in _COMPANY:
        return "company", None
    kind, colon, identity = text.partition(":")
    if not colon:
        return None, text
    kind = kind.strip().casefold()
    return _KINDS.get(kind, kind), identity.strip() or None


def _last_day(period: Period) -> dt.date | None:
    """The last day of a week, month, quarter, year or day; others end today."""
    start = period.start
    days = {"day": 0, "week": 6}.get(period.kind)
    if days is not None:
        return start + min(dt.timedelta(days=days), dt.date.max - start)
    months = {"month": 1, "quarter": 3, "year": 12}.get(period.kind)
    if months is None:
        return None
    ends = start.month - 1 + months
    if start.year + ends // 12 > dt.MAXYEAR:
        return dt.date.max
    return dt.date(start.year + ends // 12, ends % 12 + 1, 1) - dt.timedelta(days=1)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _listed(names: Iterable[str]) -> Listing:
    return Listing(items=tuple(Verbatim(text=name) for name in names))
