"""Publishing: what was good stays good, whatever happens half-way."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.checks.findings import Finding
from pipelines.errors import UserError
from pipelines.reporting.model.page import FailedCheck, Page
from pipelines.reporting.model.values import Bilingual, Period
from pipelines.reporting.publish.build import Edition, StaleNotice, write_build
from pipelines.reporting.publish.docs import write_docs
from pipelines.reporting.publish.entries import Entry
from pipelines.reporting.publish.publish import publish, require_links
from pipelines.reporting.publish.render import (
    BESIDE_END,
    BESIDE_START,
    NOTICE_END,
    NOTICE_START,
)
from tests.support.pages.example_pages import director_page, rep_page
from tests.support.pages.example_parts import CHINA, SUNDAY

LEDGER = FailedCheck(
    id="receivables_tie_out",
    name=Bilingual(zh="应收与总账一致", en="Receivables tie to the ledger"),
    meaning=Bilingual(zh="相差 ¥12.3万。", en="They differ by ¥123k."),
    blocking=True,
)
BLOCKED = StaleNotice(
    report="director_weekly", at=datetime(2026, 11, 16, 3, 5, tzinfo=CHINA), checks=(LEDGER,)
)


def week(page: Page, ago: int) -> Page:
    sunday = SUNDAY - timedelta(weeks=ago)
    return page.model_copy(update={"period": Period.week_of(sunday), "as_of": sunday})


def edition(**more) -> Edition:
    page = director_page()
    defaults = {
        "company": page.company,
        "as_of": page.as_of,
        "reports": ("director_weekly", "rep_weekly"),
        "quality": page.quality,
    }
    return Edition(**(defaults | more))


def build(root: Path, run: str, *pages: Page, **more) -> Path:
    folder = root / ".attain" / "build" / run
    write_build(folder, pages, edition(**more))
    return folder


def run(root: Path, name: str, *pages: Page, keep: int = 5, **more) -> Path:
    return publish(root / "reports", build(root, name, *pages, **more), name, keep=keep)


def digests(tree: Path) -> dict[str, str]:
    return {
        str(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def test_the_layout_is_report_reader_period_language(tmp_path):
    run(tmp_path, "r1", director_page(), rep_page(7))
    latest = tmp_path / "reports" / "latest"
    assert latest.is_symlink() and latest.readlink() == Path("published/r1")
    for name in (
        "director_weekly/C01/2026-W46.zh.html",
        "director_weekly/C01/2026-W46.en.html",
        "director_weekly/C01/2026-W46.json",
        "rep_weekly/E007/2026-W46.zh.html",
        "assets/plotly.min.js",
        "index.html",
        "index.en.html",
    ):
        assert (latest / name).is_file(), name
    assert not (tmp_path / ".attain" / "build" / "r1").exists()


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    first = run(tmp_path, "r1", director_page())
    second = run(tmp_path, "r2", director_page())
    assert digests(first) == digests(second)
    page = "director_weekly/C01/2026-W46.zh.html"
    assert (first / page).samefile(second / page)


def test_earlier_periods_stay_and_the_index_lists_them(tmp_path):
    run(tmp_path, "r1", week(director_page(), 1))
    tree = run(tmp_path, "r2", director_page())
    assert (tree / "director_weekly/C01/2026-W45.zh.html").exists()
    index = (tree / "index.html").read_text(encoding="utf-8")
    newest = index.index("director_weekly/C01/2026-W46.zh.html")
    earlier = index.index("director_weekly/C01/2026-W45.zh.html")
    assert newest < index.index('<details class="earlier">') < earlier


def test_an_older_publication_is_never_written_through_a_hard_link(tmp_path):
    first = run(tmp_path, "r1", director_page())
    before = digests(first)
    changed = director_page().model_copy(update={"tiles": director_page().tiles[:3]})
    run(tmp_path, "r2", changed, stale=(BLOCKED,))
    assert digests(first) == before


def test_a_blocked_report_keeps_its_numbers_and_says_why_in_both_languages(tmp_path):
    first = run(tmp_path, "r1", director_page(), rep_page(7))
    tree = run(tmp_path, "r2", rep_page(8), stale=(BLOCKED,))
    for language, words in (("zh", "应收与总账一致"), ("en", "Receivables tie to the ledger")):
        name = f"director_weekly/C01/2026-W46.{language}.html"
        old, new = (t.joinpath(name).read_text(encoding="utf-8") for t in (first, tree))
        assert words in new and words not in old
        start = new.index('<aside class="stale"')
        end = new.index("</aside>") + len("</aside>")
        assert (new[:start] + new[end:]).split() == old.split()
    assert (first / "director_weekly/C01/2026-W46.json").read_bytes() == (
        tree / "director_weekly/C01/2026-W46.json"
    ).read_bytes()
    other = (tree / "rep_weekly/E007/2026-W46.zh.html").read_text(encoding="utf-8")
    assert '<aside class="stale"' not in other


def test_the_pages_behind_the_figures_of_a_blocked_report_say_so_too(tmp_path):
    def behind(tree: Path, word: str) -> int:
        pages = (tree / "director_weekly/C01/2026-W46").glob("*.en.html")
        return sum(word in page.read_text(encoding="utf-8") for page in pages)

    folder = build(tmp_path, "r1", director_page())
    inner = folder / "director_weekly/C01/2026-W46"
    inner.mkdir()
    place = f"<main>{NOTICE_START}{NOTICE_END}</main>"
    for language in ("zh", "en"):
        (inner / f"won_amount.{language}.html").write_text(place, encoding="utf-8")
        (inner / f"older.{language}.html").write_text("<main></main>", encoding="utf-8")
    first = publish(tmp_path / "reports", folder, "r1")
    stale = run(tmp_path, "r2", rep_page(1), stale=(BLOCKED,))
    assert (behind(first, "Receivables tie"), behind(stale, "Receivables tie")) == (0, 1)
    assert behind(run(tmp_path, "r3", rep_page(1)), "Receivables tie") == 0


def test_only_the_newest_page_of_a_blocked_report_gets_the_notice(tmp_path):
    run(tmp_path, "r1", week(director_page(), 2))
    run(tmp_path, "r2", week(director_page(), 1))
    tree = run(tmp_path, "r3", rep_page(1), stale=(BLOCKED,))
    pages = {p: "class=\"stale\"" in (tree / f"director_weekly/C01/2026-{p}.en.html").read_text()
             for p in ("W44", "W45")}  # fmt: skip
    assert pages == {"W44": False, "W45": True}


def test_the_notice_goes_when_the_report_is_renewed(tmp_path):
    first = run(tmp_path, "r1", week(director_page(), 1))
    run(tmp_path, "r2", rep_page(1), stale=(BLOCKED,))
    run(tmp_path, "r3", rep_page(1), stale=(BLOCKED,))
    tree = run(tmp_path, "r4", director_page())
    name = "director_weekly/C01/2026-W45.en.html"
    old, new = ((t / name).read_text(encoding="utf-8") for t in (first, tree))
    start, end = new.index(BESIDE_START) + len(BESIDE_START), new.index(BESIDE_END)
    assert new[:start] + new[end:] == old  # it leads on to the page that came after it


def test_a_blocked_report_of_two_parts_marks_both_and_lists_them_under_its_own_name(tmp_path):
    def part(report: str, period: str) -> Page:
        page = director_page().model_copy(update={"report": report, "family": "finance"})
        month = Period(period="month", start=SUNDAY.replace(day=1), end=SUNDAY.replace(day=30))
        return page if period == "week" else page.model_copy(update={"period": month})

    reports = ("finance", "rep_weekly")
    parts = (part("receivables", "week"), part("commission_reconciliation", "month"))
    run(tmp_path, "r1", *parts, reports=reports)
    notice = BLOCKED.model_copy(update={"report": "finance"})
    tree = run(tmp_path, "r2", rep_page(1), reports=reports, stale=(notice,))
    marked = [p.parts[-3] for p in tree.rglob("2026-*.en.html") if 'class="stale"' in p.read_text()]
    assert sorted(marked) == ["commission_reconciliation", "receivables"]
    index = (tree / "index.en.html").read_text(encoding="utf-8")
    assert index.count('<section aria-labelledby="finance">') == 1
    assert index.index("Receivables ·") < index.index("Commission reconciliation ·")


def test_a_list_published_before_reports_had_parts_is_still_read():
    entry = {
        "report": "director_weekly",
        "reader": {"kind": "company", "id": "C", "name": {"kind": "verbatim", "text": "C"}},
        "period": {"period": "year", "start": "2026-01-01", "end": "2026-12-31"},
        "as_of": "2026-11-15", "currency": "CNY", "lead": [],
    }  # fmt: skip
    assert Entry.model_validate(entry).family == "director_weekly"


def test_a_blocked_report_that_never_had_a_page_is_named_in_the_index(tmp_path):
    tree = run(tmp_path, "r1", rep_page(1), stale=(BLOCKED,))
    assert "Receivables tie to the ledger" in (tree / "index.en.html").read_text(encoding="utf-8")


def test_the_last_publications_are_kept_and_the_rest_removed(tmp_path):
    for number in range(4):
        run(tmp_path, f"r{number}", rep_page(number), keep=2)
    published = tmp_path / "reports" / "published"
    assert sorted(path.name for path in published.iterdir()) == ["r2", "r3"]


def test_a_run_that_publishes_again_leaves_its_first_folder_whole(tmp_path):
    first = run(tmp_path, "r1", rep_page(1))
    before = digests(first)
    second = run(tmp_path, "r1", rep_page(2))
    assert second.name == "r1.2"
    assert digests(first) == before


def test_other_files_of_the_build_are_published_too(tmp_path):
    folder = build(tmp_path, "r1", rep_page(1))
    (folder / "mart.duckdb").write_bytes(b"copy")
    tree = publish(tmp_path / "reports", folder, "r1")
    assert (tree / "mart.duckdb").read_bytes() == b"copy"


def test_a_real_folder_in_the_place_of_the_link_is_not_overwritten(tmp_path):
    (tmp_path / "reports" / "latest").mkdir(parents=True)
    with pytest.raises(UserError, match="not attain's link"):
        run(tmp_path, "r1", rep_page(1))


def test_a_place_without_links_is_told_before_anything_is_computed(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    require_links(tmp_path / "reports")
    assert list((tmp_path / "reports").iterdir()) == []
    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(UserError) as error:
        require_links(tmp_path / "reports")
    assert "not possible here (A required privilege is not held by the client)" in str(error.value)
    assert str(error.value).endswith("on Windows, run attain in WSL 2.")


def test_where_there_are_no_hard_links_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    first = run(tmp_path, "1", director_page())
    again = run(tmp_path, "2", director_page())
    assert digests(again) == digests(first)


def test_an_unfinished_build_is_not_published(tmp_path):
    folder = build(tmp_path, "r1", rep_page(1))
    (folder / "edition.json").unlink()
    with pytest.raises(UserError, match="no finished build"):
        publish(tmp_path / "reports", folder, "r1")


def test_two_pages_with_one_path_are_refused(tmp_path):
    with pytest.raises(UserError, match="rep_weekly/E001/2026-W46"):
        write_build(tmp_path / "b", (rep_page(1), rep_page(1)), edition())


_WRITES = frozenset({"os.link", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.symlink"})


def killed_at(step: int, root: Path, folder: Path, run_id: str) -> bool:
    """Publish in a child process that dies before its `step`-th change on disk.

    Returns whether it died; False means that it needed fewer steps and finished.
    """
    child = os.fork()
    if child == 0:
        seen = 0

        def die(event: str, args: tuple) -> None:
            nonlocal seen
            writing = event == "open" and isinstance(args[1], str) and args[1][:1] in "wxa"
            if event in _WRITES or writing:
                seen += 1
                if seen == step:
                    os._exit(9)

        sys.addaudithook(die)
        publish(root / "reports", folder, run_id, keep=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 9


def test_a_kill_at_any_moment_leaves_the_latest_reports_whole(tmp_path):
    old = digests(run(tmp_path, "r0", week(director_page(), 1)))
    expected_root = tmp_path / "expected"
    run(expected_root, "r0", week(director_page(), 1))
    new = digests(run(expected_root, "r1", rep_page(1), stale=(BLOCKED,)))
    latest = tmp_path / "reports" / "latest"
    step, died = 0, True
    switched_at = None
    while died:
        step += 1
        folder = tmp_path / ".attain" / "build" / f"k{step}"
        if switched_at is None or not folder.exists():
            write_build(folder, (rep_page(1),), edition(stale=(BLOCKED,)))
        died = killed_at(step, tmp_path, folder, f"k{step}")
        now = digests(latest)
        assert now in (old, new), f"step {step} left a mixture"
        if now == new and switched_at is None:
            switched_at = step
    assert step > 20 and switched_at is not None
    left = [p.name for p in (tmp_path / "reports" / "published").iterdir()]
    assert not [name for name in left if name.startswith(".")]


def test_every_page_is_named_when_it_is_begun(tmp_path):
    said: list[str] = []
    write_build(tmp_path / "b", (director_page(), rep_page(7)), edition(), say=said.append)
    assert said == ["director_weekly/C01/2026-W46", "rep_weekly/E007/2026-W46"]


def test_the_list_that_everybody_reads_holds_nothing_of_what_pages_say(tmp_path):
    page = rep_page(1)
    tree = run(tmp_path, "r1", page, director_page())
    for name in ("catalogue.json", "index.html", "index.en.html", "edition.json"):
        text = (tree / name).read_text(encoding="utf-8")
        assert '"lead"' not in text
        for sentence in page.lead:
            assert sentence.id not in text
    entry = json.loads((tree / "catalogue.json").read_text(encoding="utf-8"))["entries"][0]
    sentence = {"kind": "message", "id": "rep.lead.earned", "params": {}}
    earlier = Entry.model_validate({**entry, "lead": [sentence]})
    assert "rep.lead" not in earlier.model_dump_json()


def test_a_database_that_an_earlier_version_laid_among_the_pages_is_taken_away(tmp_path):
    first = run(tmp_path, "r1", rep_page(1))
    (first / "attain.duckdb").write_bytes(b"everything")
    second = run(tmp_path, "r2", rep_page(1))
    assert not (first / "attain.duckdb").exists()
    assert not (second / "attain.duckdb").exists()


def finding(check: str, **more) -> Finding:
    return Finding(check=check, table="staging.employee", severity="block", status="failed",
                   zh="必须填写姓名", en="a name is required", offenders=2,
                   evidence=[{"value": "13800005129"}], **more)  # fmt: skip


def test_data_docs_load_nothing_from_elsewhere_carry_no_time_and_no_row(tmp_path):
    folder = build(tmp_path, "r1", rep_page(1))
    write_docs(folder, [finding("b"), finding("a")], edition())
    for name in ("index.html", "index.en.html"):
        text = (folder / "data_docs" / name).read_text(encoding="utf-8")
        assert "://" not in text and "<script" not in text and "13800005129" not in text
        for link in re.findall(r'(?:src|href)="([^"#:]+)"', text):
            assert (folder / "data_docs" / link).exists(), link
    assert "a name is required" in text and "failed" in text
    again = tmp_path / "again"
    again.mkdir()
    write_docs(again, [finding("a"), finding("b")], edition())
    assert digests(again / "data_docs") == digests(folder / "data_docs")


def test_nothing_of_earlier_data_docs_stays_beside_the_new(tmp_path):
    first = run(tmp_path, "r1", rep_page(1))
    old = first / "data_docs" / "validations" / "20261129T003117"
    old.mkdir(parents=True)
    (old / "x.html").write_text("x")
    folder = build(tmp_path, "r2", rep_page(1))
    write_docs(folder, [finding("a")], edition())
    second = publish(tmp_path / "reports", folder, "r2")
    assert sorted(p.name for p in (second / "data_docs").iterdir()) == [
        "index.en.html",
        "index.html",
    ]
