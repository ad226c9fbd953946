"""What parts of pages are about, and a page cut down to what its reader sees."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.delivery.access.cut import Kept, cut, kept, outline
from pipelines.delivery.access.policy import load_access
from pipelines.delivery.access.readers import readers_on
from pipelines.delivery.access.subjects import ALL, SubjectList, subject_list
from pipelines.delivery.folders.links import leads_to, without
from pipelines.reporting.model.page import Page, Quality, Section, Tile
from pipelines.reporting.model.values import Count, Period, message, verbatim
from tests.support.laboratory import ROOT, shipped
from tests.support.readers import DAY, page_of, sample

ROOMS = ROOT / "pipelines" / "reporting"


@pytest.fixture(scope="module")
def subjects() -> SubjectList:
    return subject_list(shipped()[1].catalogue)


def page(report: str = "rep_weekly", kind: str = "employee", who: str = "A") -> Page:
    """A page with a tile and sections of deals, receivables and commission."""
    return Page(
        report=report,
        reader=page_of(kind, who),
        period=Period.week_of(DAY),
        as_of=DAY,
        company=verbatim("C"),
        lead=(message("rep.lead.secret", amount=verbatim("lead 597.46")),),
        quality=Quality(checks_passed=1),
        tiles=tuple(
            Tile(kpi_id=kpi, label=verbatim(kpi), scope=verbatim("q"), value=Count(value=1),
                 section=section)
            for kpi, section in (("pipeline_amount", "pipeline"), ("overdue_amount", "commission"),
                                 ("commission_earned", "commission"))
        ),
        sections=tuple(
            Section(id=name, topic=verbatim(name), message=verbatim(f"{name} says"))
            for name in ("pipeline", "invoices", "commission", "brand_new")
        ),
    )  # fmt: skip


def kept_by(who: str, of: Page, subjects: SubjectList) -> Kept:
    readers = readers_on(sample(), load_access(shipped()[0]), DAY)
    return kept(readers.all[who], outline(of.to_json().encode(), subjects))


def test_a_lead_gets_the_page_without_commission_and_is_told_so(subjects: SubjectList) -> None:
    of = page()
    keep = kept_by("L1", of, subjects)
    found = cut(of, keep)
    assert [section.id for section in found.sections] == ["pipeline", "invoices"]
    assert [tile.kpi_id for tile in found.tiles] == ["pipeline_amount", "overdue_amount"]
    assert [tile.section for tile in found.tiles] == ["pipeline", None]
    assert "597.46" not in found.to_json()
    assert [one.id for one in found.lead] == ["access.part"]
    assert "commission" in [item.id.removeprefix("access.") for item in
                            found.lead[0].params["subjects"].items]  # type: ignore[union-attr]  # fmt: skip


def test_a_section_nobody_has_listed_is_shown_to_nobody_but_who_sees_everything(
    subjects: SubjectList,
) -> None:
    assert subjects.of_section("rep_weekly", "brand_new") == ALL
    assert "brand_new" not in kept_by("L1", page(), subjects).sections
    assert "brand_new" in kept_by("A", page(), subjects).sections  # their own page, all subjects


def test_a_report_or_tile_nobody_has_listed_is_about_everything(subjects: SubjectList) -> None:
    assert subjects.of_section("new_report", "pipeline") == ALL
    assert subjects.of_lead("new_report") == ALL
    assert subjects.of_kpi("new_tile") == ALL


def test_an_own_page_is_whole_and_another_s_is_nothing(subjects: SubjectList) -> None:
    assert kept_by("A", page(), subjects).is_whole
    assert kept_by("B", page(), subjects).is_nothing


def test_a_page_of_a_kpi_is_about_what_the_kpi_is_about(subjects: SubjectList) -> None:
    assert subjects.of_section("kpi_browser", "people", "commission_earned") == {
        "results", "commission"
    }  # fmt: skip
    assert subjects.of_section("kpi_browser", "people", "win_rate_count") == {"results"}


def test_a_kpi_made_of_others_is_about_all_that_they_are_about(subjects: SubjectList) -> None:
    assert subjects.of_kpi("cei") == {"receivables"}
    assert subjects.of_kpi("commission_cost_ratio") == {"receivables", "commission"}
    assert subjects.of_kpi("sales_velocity") == {"results", "deals"}


def test_every_fact_is_listed_and_one_of_a_company_s_own_is_about_everything(
    subjects: SubjectList,
) -> None:
    catalogue = shipped()[1].catalogue
    assert set(catalogue.facts) == set(subjects.listed.kpi_facts)
    own = catalogue.kpis["calls"].model_copy(update={"fact": "brand_new"})
    with_own = replace(catalogue, kpis={**catalogue.kpis, "own": own})
    assert subject_list(with_own).of_kpi("own") == ALL


def test_a_text_that_is_no_page_is_refused(subjects: SubjectList) -> None:
    for text in (b"[]", b"{}", b"not json", json.dumps({"reader": {}}).encode()):
        with pytest.raises(ValueError):
            outline(text, subjects)


def test_every_section_of_every_report_is_listed(subjects: SubjectList) -> None:
    """Ids as the rooms of the reports write them; one that is missing would be shown to nobody."""
    listed = {name for report in subjects.listed.reports.values() for name in report.sections}
    written = {section for path in sorted(ROOMS.rglob("*.py")) for section in _ids(path)}
    appeal = {"card", "changed", "evidence", "others", "outcome", "tables"}  # not published
    assert len(written) > 60
    assert written - listed - appeal == set()


def _ids(path: Path) -> list[str]:
    """The ids of sections in a module; a part that is filled in stands as `*`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Section"):
            continue
        for word in node.keywords:
            if word.arg == "id" and isinstance(word.value, ast.Constant):
                found.append(str(word.value.value))
            elif word.arg == "id" and isinstance(word.value, ast.JoinedStr):
                first = word.value.values[0]
                found.append(f"{first.value}*" if isinstance(first, ast.Constant) else "*")
    return [{"ramp": "ramp*", "scorecard": "scorecard*"}.get(one, one) for one in found]


def test_links_that_lead_nowhere_become_words() -> None:
    text = '<a href="../../team_weekly/T1/2026-W46.zh.html">华东1组</a> <a href="#deals">x</a>'
    here = _path("rep_weekly/A/2026-W46.zh.html")
    there = _path("team_weekly/T1/2026-W46.zh.html")
    assert leads_to(text, here) == {there}
    assert without(text, here, {there}) == '<span>华东1组</span> <a href="#deals">x</a>'
    assert without(text, here, set()) == text


def test_links_to_another_system_stay() -> None:
    text = '<a class="out" href="https://crm.example.com/deals/7?a=1#b" target="_blank">↗</a>'
    here = _path("rep_weekly/A/2026-W46.zh.html")
    assert leads_to(text, here) == frozenset()
    assert without(text, here, {_path("rep_weekly/A/https")}) == text


def _path(text: str):  # type: ignore[no-untyped-def]
    from pathlib import PurePosixPath

    return PurePosixPath(text)
