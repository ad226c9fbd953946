"""The sample company's last quarter is appraised end to end, as HR does it with the guide in hand.

Scores go out and come back, one of them cannot be read; grades are calibrated, appeals raised and
answered; the quarter is closed; what is corrected afterwards is an adjustment of the next one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import python_calamine

from tests.support.filled import fill
from tests.support.runs import FirstRun, attain, run

QUARTER, HALF, NEXT = "2026-Q3", "2026-H1", "2026-Q4"
MONTHS = ("2026-07", "2026-08", "2026-09")
UNREAD, APPEALED, STALE, AT_FAULT, RESCORED = "E033", "E028", "E047", "E035", "E032"
HR = "E081"


@dataclass
class Story:
    """What the module's tests look at, in the order in which it came about."""

    root: Path
    raw: Path
    roles: set[str] = field(default_factory=set)
    asked: int = 0
    said_of_cell: str = ""
    held: list[tuple[Any, ...]] = field(default_factory=list)
    calibrated: tuple[str, str, str] = ("", "", "")
    refused: str = ""
    closed: str = ""
    results: list[tuple[Any, ...]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> str:
        done = attain(*words, "-w", str(self.root))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / ".attain" / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()

    def results_now(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select employee_id, score, grade, floating_pay, bonus from mart.appraisal_result "
            f"where period = '{QUARTER}' order by employee_id"
        )

    def form(self, period: str, name: str) -> Path:
        return self.root / "forms" / "appraisal" / period / f"attain-{name}-{period}.xlsx"

    def send(self, form: Path, cells: dict[str, object], sheet: int = 1, name: str = "") -> Path:
        """A form with cells filled in comes back into the exports."""
        back = self.raw / "hr" / "returned" / (name or form.name)
        back.parent.mkdir(exist_ok=True)
        shutil.copyfile(form, back)
        return fill(back, cells, sheet)


def lines(path: Path, sheet: int = 0) -> list[tuple[int, list[Any]]]:
    """The rows of a form below its head, each with its number in the spreadsheet."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return list(enumerate(book.get_sheet_by_index(sheet).to_python()[1:], 2))


def line_of(path: Path, who: str, column: int = 0, sheet: int = 0) -> tuple[int, list[Any]]:
    return next((number, row) for number, row in lines(path, sheet) if row[column] == who)


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def copied(one_run: FirstRun, folder: Path) -> Story:
    """The computed sample over exports of its own; of its reports only the appraisal."""
    story = Story(folder / "ws", folder / "raw")
    shutil.copytree(one_run.root.parent / "raw", story.raw)
    shutil.copytree(one_run.root, story.root, ignore=shutil.ignore_patterns("reports"))
    settings = story.root / "attain.yaml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace(str(one_run.root.parent / "raw"), str(story.raw))
    settings.write_text(text.partition("reports: [")[0] + "reports: [appraisal]\n", "utf-8")
    return story


def scores_come_back(story: Story) -> None:
    """Every rater fills every yellow cell; one writes n/a, and somebody appeals."""
    for period in (QUARTER, HALF):
        story.command("forms", "appraisal", period)
        for form in sorted(story.form(period, "calibration").parent.glob("attain-scores-*")):
            cells: dict[str, object] = {}
            for number, row in lines(form):
                story.asked += period == QUARTER
                cells[f"H{number}"] = 78 + int(row[0][1:]) * 7 % 17
                if (row[0], period) == (UNREAD, QUARTER):
                    cells[f"H{number}"] = "n/a"
            story.send(form, cells, name=f"{form.stem} final.xlsx")
    appeals = story.form(QUARTER, "appeals")
    number, _ = line_of(appeals, APPEALED, column=1)
    story.send(appeals, {f"H{number}": "visits", f"I{number}": "visits of a fair are missing"})


def unread_is_set_right(story: Story) -> None:
    """The export of scores loses what is none; the rater of the wrong cell sends another form."""
    export = story.raw / "hr" / "appraisal_input.csv"
    head, *found = csv.reader(io.StringIO(export.read_text(encoding="utf-8-sig")))
    month, score = head.index("period"), head.index("score")
    kept = [row for row in found if row[month] not in MONTHS or row[score].isascii()]
    assert 0 < len(found) - len(kept) < 5
    with export.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([head, *kept])
    for form in (story.raw / "hr" / "returned").glob(f"attain-scores-{QUARTER}-*"):
        for number, row in lines(form):
            if row[0] == UNREAD:
                fill(form, {f"H{number}": 84})


def decided(story: Story) -> None:
    """Once the scores are in, one grade is moved, a decision that no longer holds is made again,
    and every appeal answered."""
    story.command("forms", "appraisal", QUARTER, "--only", "calibration", "--only", "appeals",
                  "--replace")  # fmt: skip
    form = story.form(QUARTER, "calibration")
    number, row = next((number, row) for number, row in lines(form) if row[7] == "C" and not row[8])
    story.calibrated = (row[0], "C", "B")
    moved: dict[str, object] = {
        f"I{number}": "B", f"J{number}": "took over a region in August", f"K{number}": HR,
    }  # fmt: skip
    story.send(form, moved)
    story.refused = attain("close", "appraisal", QUARTER, "-w", str(story.root)).stderr
    number, _ = line_of(form, STALE)
    story.send(form, {**moved, f"K{number}": HR, f"L{number}": "2026-11-14"})
    answers = story.form(QUARTER, "appeals")
    cells: dict[str, object] = {}
    for number, _ in lines(answers, sheet=1):
        cells |= {f"J{number}": "不成立", f"K{number}": "looked at again", f"L{number}": HR}
    story.send(answers, cells, sheet=2, name=f"answered {answers.name}")


def corrected(story: Story) -> None:
    """After the closing a slip of the quarter turns up, and a rater corrects a score."""
    slips = story.raw / "hr" / "奖惩单.csv"
    with slips.open("a", encoding="utf-8", newline="") as handle:
        handle.write(f"{AT_FAULT},2026-09-21,过失单,18,客户投诉核实,E001\n")
    for form in list((story.raw / "hr" / "returned").glob(f"attain-scores-{QUARTER}-*")):
        for number, row in lines(form):
            if row[0] == RESCORED:
                story.send(form, {f"H{number}": 40}, name=f"corrected {form.name}")


@pytest.fixture(scope="module")
def story(one_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> Story:
    found = copied(one_run, tmp_path_factory.mktemp("appraised"))
    found.roles = {row[0] for row in found.rows("select role from policy.appraisal_scheme")}
    scores_come_back(found)
    assert run(found.root)["exit_code"] == 0
    found.said_of_cell = found.command("quarantine", "--file", "attain-")
    found.held = found.rows(
        "select employee_id, held_for from mart.appraisal_result "
        f"where period = '{QUARTER}' and held_for like 'score:%'"
    )
    unread_is_set_right(found)
    decided(found)
    found.closed = found.command("close", "appraisal", QUARTER, "--by", "Wang Fang")
    found.results = found.results_now()
    found.files = fingerprints(found.root / "ledger")
    corrected(found)
    assert run(found.root)["exit_code"] == 0
    return found


def test_every_role_is_asked_for_and_every_score_is_taken(story: Story) -> None:
    appraised = story.rows(
        "select distinct scheme.role from mart.appraisal_result as result "
        "inner join policy.appraisal_scheme as scheme using (scheme_id) "
        f"where result.period in ('{QUARTER}', '{HALF}')"
    )
    assert {role for (role,) in appraised} == story.roles
    taken = story.rows(f"select count(*) from staging.appraisal_input where period = '{QUARTER}'")
    assert taken == [(story.asked,)]
    judged = story.rows(
        "select count(distinct employee_id) from mart.appraisal_score "
        f"where period = '{HALF}' and indicator = 'work_attitude' and score >= 78"
    )
    assert judged == [(4,)]


def test_the_cell_that_cannot_be_read_is_named_and_only_that_person_is_held(story: Story) -> None:
    assert "cell H" in story.said_of_cell
    assert f"'n/a' score is not a number · {UNREAD}" in story.said_of_cell
    assert story.held == [(UNREAD, "score:work_attitude")]


def test_what_nobody_has_decided_keeps_the_quarter_open(story: Story) -> None:
    """The sample's stale decision, which the form asks for again, its open appeal, the new one."""
    reasons = [line[4:] for line in story.refused.splitlines() if line.startswith("  - ")]
    assert [reason.split()[:2] for reason in reasons] == [
        ["a", "decision"], ["appeal", f"{QUARTER}-{APPEALED}-1"], ["appeal", "SS-2026-003"],
        ["in", "quarantine,"],
    ]  # fmt: skip
    assert f"grade of {STALE} (A → B) is not applied: stale, computed is C" in reasons[0]
    assert reasons[3].endswith(f"approved_by is missing · {STALE}")


def test_the_calibrated_grade_is_closed_with_its_decision(story: Story) -> None:
    who, before, after = story.calibrated
    assert next(row[2] for row in story.results if row[0] == who) == after
    path = story.root / "ledger" / f"appraisal-{QUARTER}" / "decisions.parquet"
    with duckdb.connect() as con:
        kept = con.execute(
            "select before, after, approved_by from read_parquet(?) where employee_id = ?",
            [str(path), who],
        ).fetchall()
    assert kept == [(before, after, HR)]


def test_nothing_that_is_closed_changes(story: Story) -> None:
    assert f"appraisal-{QUARTER} is closed: {len(story.results)} results" in story.closed
    assert story.results_now() == story.results
    assert fingerprints(story.root / "ledger") == story.files
    assert "the chain holds" in story.command("verify")


def test_late_corrections_are_adjustments_of_the_next_quarter(story: Story) -> None:
    adjusted = story.rows(
        "select employee_id, posted_period, cause, grade_closed, amount, pay_now - pay_closed "
        f"from mart.appraisal_adjustment where period = '{QUARTER}' order by employee_id"
    )
    assert [row[:3] for row in adjusted] == [
        (RESCORED, NEXT, "score"), (AT_FAULT, NEXT, "score"),
    ]  # fmt: skip
    slip = adjusted[1]
    assert slip[3] == "S"
    assert slip[4] == slip[5] < 0
    [page] = (story.root / "reports" / "latest" / "appraisal" / "hr").glob(f"{QUARTER}.json")
    [shown] = [
        section
        for section in json.loads(page.read_text(encoding="utf-8"))["sections"]
        if section["id"] == "adjustments"
    ]
    # the other keeps grade and pay: nothing is to be paid for it
    assert [row[4] == 0 for row in adjusted] == [True, False]
    assert shown["message"]["params"]["n"]["value"] == 1
    assert float(shown["message"]["params"]["amount"]["amount"]) == float(
        sum(r[4] for r in adjusted)
    )
