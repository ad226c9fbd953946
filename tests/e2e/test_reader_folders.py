"""The sample company's folders: every reader, every page, every row in it, and nothing else's."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.delivery.access.policy import Folders
from pipelines.delivery.folders.write import write_folders
from pipelines.delivery.readership import Readership, open_readership, write_reader_folders
from pipelines.reporting.publish.entries import published_entries
from pipelines.workspace.workspace import open_workspace
from tests.support.laboratory import ROOT
from tests.support.runs import HandedOut, attain

DAY = dt.date(2026, 11, 16)
RAW = ROOT / "data" / "raw"
# on one's own documents: one's manager, and whoever decided
OWN = {
    "appraisal": {"person", "appealed", "decided"},
    "commission_statement": {"adjustments", "approvals", "disputes"},
}


@pytest.fixture(scope="module")
def written(handed_out: HandedOut) -> HandedOut:
    return handed_out


@pytest.fixture(scope="module")
def readership(handed_out: HandedOut) -> Readership:
    return open_readership(open_workspace(handed_out.root), DAY)


def rows_of(name: str) -> list[dict[str, str]]:
    with (RAW / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class People:
    """The organisation from the exports themselves: today's place of everybody."""

    names: dict[str, str]
    unit: dict[str, str]
    role: dict[str, str]
    above: dict[str, str]

    def is_below(self, who: str, top: str) -> bool:
        unit = self.unit[who]
        while unit:
            if unit == top:
                return True
            unit = self.above[unit]
        return False


@pytest.fixture(scope="module")
def people() -> People:
    last = {row["employee_id"]: row for row in rows_of("hr/assignment.csv")}
    named = {row["employee_id"]: row["name"] for row in rows_of("hr/employee.csv")}
    alone = {name for name, times in Counter(named.values()).items() if times == 1}
    return People(
        names={name: who for who, name in named.items() if name in alone},
        unit={who: row["unit_id"] for who, row in last.items()},
        role={who: row["role"] for who, row in last.items()},
        above={row["unit_id"]: row["parent_unit_id"] for row in rows_of("hr/org_unit.csv")},
    )


def test_everybody_in_service_with_something_to_read_has_a_folder(written: HandedOut) -> None:
    folders = {one["reader"]: one for one in written.told["folders"]}
    assert len(folders) == 81
    assert "E017" not in folders  # left in July
    assert (folders["E023"]["pages"], folders["E023"]["cut"]) == (3, 0)
    assert {path.name for path in written.latest.iterdir()} == set(folders)
    assert written.told["problems"] == []


def test_what_is_told_stays_for_status_and_a_second_run_writes_nothing(written: HandedOut) -> None:
    shown = attain("status", "-w", str(written.root), "--json")
    assert json.loads(shown.stdout)["delivery"]["folders"]["day"] == "2026-11-16"
    before = written.latest.resolve()
    assert write_reader_folders(open_workspace(written.root), DAY, anew=False) == ([], ())
    assert written.latest.resolve() == before


def test_nobody_s_name_or_id_stands_in_a_folder_that_may_not_see_them(
    written: HandedOut, people: People
) -> None:
    """Everybody named in any value of any page, found again in the exports."""
    outside = []
    seen = 0
    for who in written.readers:
        role, unit = people.role[who], people.unit[who]
        if role in ("director", "finance", "hr", "sales_ops"):
            continue
        for path, part, other in _named(written.of(who), people):
            seen += 1
            is_unit = role in ("team_lead", "region_manager") and people.is_below(other, unit)
            is_kept = path.parent.name == who and part in OWN.get(path.parts[-3], set())
            if other != who and not is_unit and not is_kept:
                outside.append((who, path.relative_to(written.of(who)), part, other))
    assert outside == []
    assert seen > 2_000


def _named(folder: Path, people: People) -> Iterator[tuple[Path, str, str]]:
    """Page, part of it, and person, for every name or id of a person in its model."""
    token = re.compile(r"E\d{3}|[\u4e00-\u9fff]{2,4}")
    for path in sorted(folder.glob("*/*/*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        parts = [("lead", page["lead"]), ("tiles", page["tiles"]), ("reader", page["reader"])]
        for part, tree in [*parts, *((s["id"], s) for s in page["sections"])]:
            for text in _verbatims(tree):
                for word in token.findall(text):
                    person = word if word in people.unit else people.names.get(word)
                    if person is not None:
                        yield path, part, person


def _verbatims(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get("kind") == "verbatim":
            yield tree["text"]
        for value in tree.values():
            yield from _verbatims(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _verbatims(value)


def test_every_deal_in_a_folder_is_of_somebody_its_reader_may_see(
    written: HandedOut, people: People
) -> None:
    """By the owner that the exports give each deal, or who shares in it."""
    owner: dict[str, set[str]] = {}
    for name, column in (("商机", "负责人工号"), ("商机分成", "员工工号")):
        for row in rows_of(f"crm/{name}.csv"):
            owner.setdefault(row["商机编号"], set()).add(row[column])
    token = re.compile("|".join(map(re.escape, owner)))
    outside, seen = [], 0
    for who in written.readers:
        if people.role[who] in ("director", "finance", "hr", "sales_ops"):
            continue
        leads = people.role[who] in ("team_lead", "region_manager")
        for path in sorted(written.of(who).glob("*_weekly/*/*.json")):
            for deal in set(token.findall(path.read_text(encoding="utf-8"))):
                seen += 1
                if not any(
                    one == who or (leads and people.is_below(one, people.unit[who]))
                    for one in owner[deal]
                    if one in people.unit
                ):
                    outside.append((who, str(path.relative_to(written.of(who))), deal))
    assert outside == []
    assert seen > 300


def test_the_parts_that_a_role_does_not_see_are_nowhere_in_its_folders(
    written: HandedOut, readership: Readership
) -> None:
    """By section and tile: commission in a lead's folder is only the lead's own, and so on."""
    for who in written.readers:
        reader = readership.readers.all[who]
        for path in written.of(who).glob("*/*/*.json"):
            page = json.loads(path.read_text(encoding="utf-8"))
            owner, parts = page["reader"]["id"], {one["id"] for one in page["sections"]}
            tiles = {one["kpi_id"] for one in page["tiles"]}
            if reader.role in ("team_lead", "region_manager") and owner != reader.id:
                assert page["report"] not in ("commission_statement", "appraisal")
                assert not parts & {"commission", "statements"}
                assert not {name for name in tiles if name.startswith("commission")}
            if reader.role == "finance" and owner != reader.id:
                assert page["report"] != "appraisal"
                assert not parts & {"pipeline", "deals", "scorecard", "ranking"}
            if reader.role == "hr" and owner != reader.id:
                assert page["report"] in ("appraisal", "appraisal_fairness")


def test_a_lead_s_view_of_a_person_s_week_is_cut_in_every_form(written: HandedOut) -> None:
    """The page of E023 in the folder of the lead E007: no commission in any file."""
    stem = written.of("E007") / "rep_weekly" / "E023"
    own = written.of("E023") / "rep_weekly" / "E023"
    assert (own / "2026-W46" / "commission_earned.zh.html").exists()
    assert not (stem / "2026-W46" / "commission_earned.zh.html").exists()
    assert (stem / "2026-W46" / "pipeline_amount.zh.html").exists()
    assert not (written.of("E007") / "commission_statement" / "E023").exists()
    for name, words in (
        ("2026-W46.zh.html", "未显示：提成"),
        ("2026-W46.en.html", "left out: comm"),
    ):
        text = (stem / name).read_text(encoding="utf-8")
        assert words in text
        assert 'id="commission"' not in text
        assert 'id="commission"' in (own / name).read_text(encoding="utf-8")


def test_a_cut_page_keeps_its_way_up_and_its_rows_lead_where_the_reader_may_go(
    written: HandedOut,
) -> None:
    """A lead's view of a person; what sales operations and finance see of regions and teams."""
    published = written.root / "reports" / "latest"
    place = Path("rep_weekly", "E023", "2026-W46.zh.html")
    found, whole = _way_up(written.of("E007") / place), _way_up(published / place)
    assert [label for label, _ in found] == [label for label, _ in whole]
    assert [href for _, href in found] == [None, None, whole[2][1]]
    given_back = 0
    for who, report in (("E075", "region_weekly"), ("E075", "director_weekly"),
                        ("E079", "team_weekly"), ("E007", "rep_weekly")):  # fmt: skip
        for page in (written.of(who) / report).rglob("2026-W46.zh.html"):
            kept, links = _row_links(page)
            _, every = _row_links(published / page.relative_to(written.of(who)))
            expected = [one for one in every if one[0] in kept and (page.parent / one[2]).is_file()]
            assert links == expected, page
            given_back += len(links)
    assert given_back > 400


def _way_up(page: Path) -> list[tuple[str, str | None]]:
    """The units above a page, and where each leads, if anywhere."""
    nav = re.search(r'<nav class="path".*?</nav>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert nav is not None, page
    steps = re.findall(r'<li>(?:<a href="([^"]+)"|<span)[^>]*>(.*?)</(?:a|span)>', nav[0])
    return [(re.sub(r"<[^>]+>", "", label), href or None) for href, label in steps]


def _row_links(page: Path) -> tuple[set[str], list[tuple[str, str, str]]]:
    """The sections of a page, and where its rows lead: section, words, address."""
    text = page.read_text(encoding="utf-8")
    sections = re.findall(r'<section id="([\w-]+)"(.*?)</section>', text, re.DOTALL)
    links = [
        (section, re.sub("<[^>]+>", "", words), href)
        for section, html in sections
        for href, words in re.findall(r'<a class="to" href="([^"]+)">(.*?)</a>', html)
    ]
    return {section for section, _ in sections}, links


def test_every_link_in_a_folder_leads_to_a_file_of_the_same_folder(written: HandedOut) -> None:
    links = 0
    for who in ("E002", "E007", "E023", "E061", "E079", "E081"):
        folder = written.of(who)
        for path in folder.rglob("*.html"):
            for href in re.findall(
                r'(?:href|src)="([^"#:]+)["#]', path.read_text(encoding="utf-8")
            ):
                target = (path.parent / href).resolve()
                assert target.exists(), f"{path.relative_to(folder)}: {href}"
                assert target.is_relative_to(folder.resolve())
                links += 1
    assert links > 1_000


def test_the_landing_page_lists_the_folder_s_pages_and_no_other(written: HandedOut) -> None:
    for who in ("E023", "E007", "E079"):
        folder = written.of(who)
        listed = {str(entry.stem) for entry in published_entries(folder)}
        files = {p.relative_to(folder).as_posix()[:-5] for p in folder.glob("*/*/*.json")}
        assert listed == files
    text = (written.of("E023") / "index.html").read_text(encoding="utf-8")
    assert "吴明辉" in text
    assert "rep_weekly/E023/2026-W46.zh.html" in text
    assert "E024" not in text
    assert "请财务处理" not in text  # what did not hold is of the whole company
    assert "请财务处理" in (written.of("E075") / "index.html").read_text(encoding="utf-8")


def test_no_telephone_or_address_of_somebody_outside_stands_in_any_folder(
    written: HandedOut,
) -> None:
    leads = rows_of("crm/线索.csv")
    said = {row[name] for row in leads for name in ("电话", "邮箱") if len(row.get(name) or "") > 6}
    assert len(said) > 100
    word = re.compile(r"[\w.+-]+@[\w.-]+|[+\d][\d -]{6,}\d")
    for who in ("E001",):  # whose pages hold what any other reader's hold
        for path in written.of(who).rglob("*.html"):
            found = set(word.findall(path.read_text(encoding="utf-8")))
            assert not found & said, path


def test_writing_again_gives_the_same_bytes_and_two_sets_are_kept(
    written: HandedOut, readership: Readership, tmp_path: Path
) -> None:
    opened = readership
    few = replace(opened.readers, all={who: opened.readers.all[who] for who in ("E007", "E023")})
    first = {}
    for _ in range(3):
        write_folders(tmp_path, tmp_path / "state", opened.published, few, Folders())
        found = _bytes(tmp_path / "readers" / "latest" / "E007")
        first = first or found
        assert found == first
    assert len(list((tmp_path / "readers" / "published").iterdir())) == 2
    assert first == _bytes(written.of("E007"))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_names_that_nobody_guesses_stay_the_same_and_differ_by_workspace(
    written: HandedOut, readership: Readership, tmp_path: Path
) -> None:
    from pipelines.delivery.folders.write import folder_names

    readers = {who: readership.readers.all[who] for who in ("E007", "E023")}
    hidden = Folders(names="unguessable")
    first = folder_names(readers, hidden, tmp_path / "one")
    assert first == folder_names(readers, hidden, tmp_path / "one")
    assert all(re.fullmatch(rf"{who}-[\w-]{{22}}", name) for who, name in first.items())
    other = folder_names(readers, hidden, tmp_path / "two")
    assert set(first.values()).isdisjoint(other.values())
    assert (tmp_path / "one" / "readers.key").stat().st_mode & 0o077 == 0
