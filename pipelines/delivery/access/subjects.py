"""What each part of a page is about, as `subjects.yaml` lists it; what is not listed is about all.

Belongs here: reading the list and asking it. Does not belong here: who may see a subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.delivery.access.policy import SUBJECTS, Subject
from pipelines.policy.catalogue import Catalogue
from pipelines.workspace.yamlfile import load_model

Subjects = frozenset[Subject]
ALL: Subjects = frozenset(SUBJECTS)


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lead: frozenset[Subject]
    sections: dict[str, frozenset[Subject]]


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kpi_facts: dict[str, frozenset[Subject]]
    kpis: dict[str, frozenset[Subject]]
    reports: dict[str, _Report]


@dataclass(frozen=True)
class SubjectList:
    """The subjects of leads, sections and tiles; `facts` says which facts a KPI is made of."""

    listed: _Listed
    facts: Mapping[str, frozenset[str]]

    def of_lead(self, report: str) -> Subjects:
        """What the first paragraph is about."""
        known = self.listed.reports.get(report)
        return known.lead if known else ALL

    def of_section(self, report: str, section_id: str, page_of: str = "") -> Subjects:
        """What a section is about; `page_of` is the id that a page of one KPI has as its reader."""
        known = self.listed.reports.get(report)
        if known is None:
            return ALL
        found = next(
            (about for name, about in known.sections.items() if fnmatchcase(section_id, name)), ALL
        )
        return found | self.of_kpi(page_of) if page_of in self.facts else found

    def of_kpi(self, kpi_id: str) -> Subjects:
        """What a tile is about, and the page of the rows behind it."""
        if kpi_id in self.listed.kpis:
            return self.listed.kpis[kpi_id]
        if kpi_id not in self.facts:
            return ALL
        return Subjects().union(
            *(self.listed.kpi_facts.get(fact, ALL) for fact in self.facts[kpi_id])
        )


def subject_list(catalogue: Catalogue) -> SubjectList:
    """The list that attain ships, for the KPIs of a company; one made of others is about all that
    these are about."""
    facts = {
        name: frozenset(catalogue.kpis[of].fact for of in (kpi.references or (name,)))
        for name, kpi in catalogue.kpis.items()
    }
    return SubjectList(_listed(), facts)


@cache
def _listed() -> _Listed:
    return load_model(Path(__file__).with_name("subjects.yaml"), _Listed)
