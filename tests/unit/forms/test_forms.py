"""Forms go out, are filled, come back, and say what is wrong with a cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from pipelines.books.quarantine import Wanted, cell_of_form, problem, read_quarantine
from pipelines.errors import UserError
from pipelines.forms.appraisal import appraisal_forms, scores_file
from pipelines.forms.commission import commission_forms
from pipelines.forms.form import Form, Language, write_forms
from pipelines.landing.dated import export_date
from pipelines.run.outcome import outcome_of
from pipelines.run.session import Session
from tests.support.books import computed, rows
from tests.support.filled import Formula, fill
from tests.support.judged import APPRAISAL, AS_OF, BOOKS, MONTH, company
from tests.support.runs import attain

TODAY = dt.date(2026, 11, 15)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    company().write(tmp_path)
    return tmp_path


def sent(session: Session, kind: str, language: Language, folder: Path) -> dict[str, Path]:
    asked = {"appraisal": appraisal_forms, "commission": commission_forms}[kind]
    made = asked(session.warehouse, MONTH, TODAY, language)
    return {path.stem.removeprefix("attain-"): path for path in write_forms(made, folder, language)}


def sheet(path: Path, number: int = 0) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [list(row) for row in book.get_sheet_by_index(number).to_python()]


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[Language]:
    yield request.param


def test_scores_go_out_by_rater_and_come_back(root: Path, language: Language) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", language, root / "data")
    assert sorted(forms) == [f"appeals-{MONTH}", f"calibration-{MONTH}", f"scores-{MONTH}-L",
                             f"scores-{MONTH}-nobody"]  # fmt: skip
    asked = sheet(forms[f"scores-{MONTH}-L"])
    assert [(row[0], row[4], row[7], row[9]) for row in asked[1:]] == [
        ("E1", "attitude", "", "L"), ("E1", "teamwork", "", "L"),
        ("E2", "attitude", "", "L"), ("E2", "teamwork", "", "L"),
    ]  # fmt: skip
    fill(forms[f"scores-{MONTH}-L"], {"H2": 88, "I2": "=1+1", "H3": 75.5, "H4": "many", "H5": 140})
    with computed(root, AS_OF, APPRAISAL) as session:
        assert rows(session, "select employee_id, indicator, score, rater_id, comment, rated_at "
                             "from staging.appraisal_input order by all") == [
            ("E1", "attitude", 88, "L", "=1+1", dt.datetime(2026, 11, 15)),
            ("E1", "teamwork", Decimal("75.5"), "L", None, dt.datetime(2026, 11, 15)),
        ]  # fmt: skip
        assert rows(session, "select employee_id, score, grade, held_for from mart.appraisal_result"
                             " where period = \'2026-10\' order by all") == [
            ("E1", 83, "A", None), ("E2", None, None, "weight,score:attitude,score:teamwork"),
            ("E3", None, None, "weight"),
        ]  # fmt: skip
        wrong = read_quarantine(session.warehouse, Wanted()).rows
        assert [(cell_of_form(row), row["value"], row["owner_id"]) for row in wrong] == [
            ("H4", "many", "E2"), ("H5", "140", "E2"),
        ]  # fmt: skip
        [said] = [one for one in outcome_of(session, [], [], []).warnings if "forms" in one]
        assert said.startswith("filled forms: 2 cells cannot be used; data/attain-scores-2026-10-L")
        assert "line 4, cell H4: 'many'" in said
        again = sent(session, "appraisal", language, root / "again")
        given = sheet(again[f"scores-{MONTH}-L"])
        assert [row[7] for row in given[1:]] == [88, 75.5, "", ""]


def test_a_form_that_lost_a_column_is_one_sentence_and_the_others_are_read(root: Path) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", "zh", root / "data")
    fill(forms[f"scores-{MONTH}-L"], {"H2": 88}, without="E")
    fill(forms[f"scores-{MONTH}-nobody"], {"H2": 70, "J2": "HR", "H3": 90, "J3": "HR"})
    with computed(root, AS_OF, APPRAISAL) as session:
        assert rows(session, "select employee_id, score from mart.appraisal_result "
                             "where period = '2026-10' order by all") == [
            ("E1", None), ("E2", None), ("E3", 78),
        ]  # fmt: skip
        [said] = [one.problem for one in session.landed_of("appraisal_input") if one.problem]
        assert said == ("no column '指标编号' or 'Indicator id' for appraisal_input.indicator "
                        "(did you mean 指标?)")  # fmt: skip


def test_a_formula_that_nobody_worked_out_is_named_by_its_cell_and_is_no_empty_one(
    root: Path,
) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", "zh", root / "data")
    fill(forms[f"scores-{MONTH}-L"], {"H2": Formula('H3*0.9&""'), "H3": 75, "H4": 80, "H5": 90})
    with computed(root, AS_OF, APPRAISAL) as session:
        [wrong] = read_quarantine(session.warehouse, Wanted()).rows
        assert (cell_of_form(wrong), wrong["value"]) == ("H2", '=H3*0.9&""')
        assert "never worked out" in problem(wrong["rule_id"], "score", "en", wrong["value"])
        assert rows(session, "select employee_id, held_for from mart.appraisal_result "
                             "where period = '2026-10' order by all")[:2] == [
            ("E1", "weight,score:attitude"), ("E2", None),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [("A2", "E9"), ("A2", "E2"), ("D2", "2026-09"), ("E2", "teamwork"), ("L2", "E2␟2026-10␟x")],
)
def test_a_locked_cell_that_was_changed_is_named_and_nobody_else_is_given_the_score(
    root: Path, cell: str, value: str
) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", "en", root / "data")
    fill(forms[f"scores-{MONTH}-L"], {cell: value, "H2": 88, "H3": 75, "H5": 80})
    with computed(root, AS_OF, APPRAISAL) as session:
        wrong = read_quarantine(session.warehouse, Wanted()).rows
        assert {row["line"] for row in wrong} == {2}
        if cell != "L2":
            assert [(cell_of_form(row), row["value"]) for row in wrong] == [(cell, value)]
            assert "not what the form was written with" in problem(
                wrong[0]["rule_id"], wrong[0]["column_name"], "en", value
            )
        assert rows(session, "select employee_id, indicator, score from staging.appraisal_input "
                             "order by all") == [
            ("E1", "teamwork", 75), ("E2", "teamwork", 80),
        ]  # fmt: skip
        held = rows(session, "select employee_id, held_for from mart.appraisal_result "
                             "where period = '2026-10' order by all")[:2]  # fmt: skip
        assert held[0][1] == ("weight,score:attitude" if cell != "L2" else "weight")
        assert held[1][1] == "weight"


@pytest.mark.parametrize(
    ("form", "number", "filled", "cell", "value"),
    [
        ("calibration", 1, {"I2": "B", "J2": "x", "K2": "HR"}, "A2", "E2"),
        ("appeals", 1, {"I2": "unfair"}, "B2", "E2"),
        ("disputes", 1, {"I2": "wrong"}, "B2", "E2"),
        ("disputes", 1, {"I2": "wrong"}, "E2", "another line"),
        ("approvals", 1, {"H2": "approved", "I2": "paid by hand", "J2": "F"}, "D2", "E2"),
    ],
)
def test_no_row_of_any_form_is_read_of_somebody_else(
    root: Path, form: str, number: int, filled: dict[str, object], cell: str, value: str
) -> None:
    kind = "commission" if form in ("disputes", "approvals") else "appraisal"
    tables = BOOKS if kind == "commission" else APPRAISAL
    with computed(root, AS_OF, tables) as session:
        forms = sent(session, kind, "en", root / "data")
    name = f"{form}-{MONTH}-E1" if form == "disputes" else f"{form}-{MONTH}"
    fill(forms[name], {**filled, cell: value}, sheet=number)
    with computed(root, AS_OF, tables) as session:
        wrong = read_quarantine(session.warehouse, Wanted()).rows
        assert [(cell_of_form(row), row["value"]) for row in wrong] == [(cell, value)]
        for table in ("appraisal_override", "appraisal_appeal", "commission_dispute",
                      "commission_approval"):  # fmt: skip
            assert rows(session, f"select * from staging.{table}") == []


def test_a_calibration_moves_grades_and_shows_the_distribution_before_and_after(
    root: Path, language: Language
) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", language, root / "data")
    fill(forms[f"scores-{MONTH}-L"], {"H2": 88, "H3": 90, "H4": 60, "H5": 70})
    with computed(root, AS_OF, APPRAISAL) as session:
        form = sent(session, "appraisal", language, root / "new")[f"calibration-{MONTH}"]
    held = {"zh": "待定", "en": "held"}[language]
    people = sheet(form)
    assert [(row[0], row[6], row[7], row[12]) for row in people[1:]] == [
        ("E1", 88.8, "A", "A"), ("E2", 64, "B", "B"), ("E3", "", held, held),
    ]  # fmt: skip
    assert [row[1:] for row in sheet(form, 1)[1:]] == [
        ["A", "", 1, 1],
        ["B", "", 1, 1],
        [held, "", 1, 1],
    ]
    fill(form, {"I3": "A", "J3": "carried a colleague's accounts", "K3": "HR",
                "I4": "B", "J4": "new", "K4": "E3"}).replace(root / "data" / form.name)  # fmt: skip
    with computed(root, AS_OF, APPRAISAL) as session:
        assert rows(
            session,
            "select employee_id, after, refused_for from mart.appraisal_decision order by all",
        ) == [("E2", "A", None), ("E3", "B", "self_approved")]
        assert rows(session, "select grade, flags from mart.appraisal_result "
                             "where employee_id = 'E2' and period = '2026-10'") == [
            ("A", "overridden,no_salary")
        ]  # fmt: skip
        form = sent(session, "appraisal", language, root / "third")[f"calibration-{MONTH}"]
        assert [row[1:] for row in sheet(form, 1)[1:]] == [
            ["A", "", 1, 2],
            ["B", "", 1, 1],
            [held, "", 1, 0],
        ]


def test_a_decision_that_no_longer_holds_is_not_renewed_by_the_next_calibration_form(
    root: Path,
) -> None:
    """Its `before` is what is computed now, and nobody has decided about that: who approves is
    asked again, and until then the row is one that cannot be read."""
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", "en", root / "data")
    scores = forms[f"scores-{MONTH}-L"]
    fill(scores, {"H2": 88, "H3": 90, "H4": 60, "H5": 70})
    with computed(root, AS_OF, APPRAISAL) as session:
        form = sent(session, "appraisal", "en", root / "new")[f"calibration-{MONTH}"]
    decided = {"J2": "two late reports", "K2": "HR", "J3": "carried a colleague", "K3": "HR"}
    fill(form, {"I2": "B", "I3": "A", **decided}).replace(root / "data" / form.name)
    fill(scores, {"H2": 60})
    with computed(root, AS_OF, APPRAISAL) as session:
        again = sent(session, "appraisal", "en", root / "third")[f"calibration-{MONTH}"]
        assert [(row[0], *row[7:11]) for row in sheet(again)[1:3]] == [
            ("E1", "B", "B", "two late reports", ""), ("E2", "B", "A", "carried a colleague", "HR"),
        ]  # fmt: skip
    again.replace(root / "data" / form.name)
    with computed(root, AS_OF, APPRAISAL) as session:
        [wrong] = read_quarantine(session.warehouse, Wanted()).rows
        assert (cell_of_form(wrong), wrong["rule_id"]) == ("K2", "approved_by.missing_required")
        assert rows(session, "select employee_id, before, after, refused_for "
                             "from mart.appraisal_decision order by all") == [
            ("E1", "A", "B", "stale"), ("E2", "B", "A", None),
        ]  # fmt: skip


def test_appeals_are_raised_answered_and_not_answered_by_oneself(
    root: Path, language: Language
) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        forms = sent(session, "appraisal", language, root / "data")
    fill(forms[f"appeals-{MONTH}"], {"H2": "attitude", "I2": "one rater only", "I3": "not asked"})
    with computed(root, AS_OF, APPRAISAL) as session:
        assert rows(session, "select employee_id, indicator, status, reason, raise_by, "
                             "answer_by, is_raised_late, opened_by "
                             "from mart.appraisal_appeal order by all") == [
            ("E1", "attitude", "open", "one rater only", dt.date(2026, 11, 25),
             dt.date(2026, 11, 25), False, "E1"),
            ("E2", None, "open", "not asked", dt.date(2026, 11, 25), dt.date(2026, 11, 25), False,
             "E2"),
        ]  # fmt: skip
        answers = sent(session, "appraisal", language, root / "new")[f"appeals-{MONTH}"]
    assert [row[:2] for row in sheet(answers)[1:3]] == [
        [f"{MONTH}-E1-2", "E1"], [f"{MONTH}-E2-2", "E2"],
    ]  # fmt: skip
    outcome = {"zh": "成立", "en": "accepted"}[language]
    filled = {"J2": outcome, "K2": "asked a second", "L2": "HR",
              "J3": outcome, "K3": "so it is", "L3": "E2"}  # fmt: skip
    fill(answers, filled, sheet=2).rename(root / "data" / f"2-{answers.name}")
    with computed(root, AS_OF, APPRAISAL) as session:
        assert rows(session, "select employee_id, status, remark, decided_by, decision, reason "
                             "from mart.appraisal_appeal order by all") == [
            ("E1", "accepted", None, "HR", "asked a second", "one rater only"),
            ("E2", "open", "answered_by_oneself", None, None, "not asked"),
        ]  # fmt: skip


def test_disputes_and_approvals_come_back(root: Path, language: Language) -> None:
    with computed(root, AS_OF, BOOKS) as session:
        forms = sent(session, "commission", language, root / "data")
    assert sorted(forms) == [f"approvals-{MONTH}", f"disputes-{MONTH}-E1"]
    answer = {"zh": "同意", "en": "approved"}[language]
    fill(forms[f"disputes-{MONTH}-E1"], {"H2": 60.25, "I2": "two receipts came"})
    fill(forms[f"approvals-{MONTH}"], {"H2": answer, "I2": "paid in cash", "J2": "F"})
    with computed(root, AS_OF, BOOKS) as session:
        assert rows(session, "select payee_id, status, reason, claimed_amount, opened_by "
                             "from mart.commission_dispute") == [
            ("E1", "open", "two receipts came", Decimal("60.25"), "E1")
        ]  # fmt: skip
        assert rows(session, "select key, difference, approved_by, is_unexplained "
                             "from mart.commission_difference where difference <> 0") == [
            ("E1", -10, "F", False)
        ]  # fmt: skip
        decisions = sent(session, "commission", language, root / "new")[f"approvals-{MONTH}"]
    outcome = {"zh": "不成立", "en": "rejected"}[language]
    fill(decisions, {"K2": outcome, "L2": "one only", "M2": "F"}, sheet=2).replace(
        root / "data" / decisions.name
    )
    with computed(root, AS_OF, BOOKS) as session:
        assert rows(session, "select status, decided_by, decision, reason "
                             "from mart.commission_dispute") == [
            ("rejected", "F", "one only", "two receipts came")
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "number", "cell", "missing"),
    [
        ("scores", 1, "I2", "score"),
        ("calibration", 1, "J2", "after"),
        ("appeals", 1, "H2", "reason"),
        ("disputes", 1, "H2", "reason"),
    ],
)
def test_what_somebody_wrote_beside_an_empty_cell_is_not_lost(
    root: Path, form: str, number: int, cell: str, missing: str
) -> None:
    """A comment without a score, a reason without a grade, an appeal or claim without a reason."""
    kind, tables = ("commission", BOOKS) if form == "disputes" else ("appraisal", APPRAISAL)
    with computed(root, AS_OF, tables) as session:
        forms = sent(session, kind, "en", root / "data")
    name = {"scores": f"scores-{MONTH}-L", "disputes": f"disputes-{MONTH}-E1"}.get(form)
    said: object = 70 if form == "disputes" else "attitude" if form == "appeals" else "too new"
    fill(forms[name or f"{form}-{MONTH}"], {cell: said}, sheet=number)
    with computed(root, AS_OF, tables) as session:
        wrong = read_quarantine(session.warehouse, Wanted()).rows
        assert {row["line"] for row in wrong} == {2}
        assert f"{missing}.missing_required" in {row["rule_id"] for row in wrong}


def test_what_may_be_filled_is_not_written_over(root: Path) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        made = appraisal_forms(session.warehouse, MONTH, TODAY, "zh")
    first = [path.read_bytes() for path in write_forms(made, root / "out", "zh")]
    with pytest.raises(UserError, match="4 of these forms stand there already"):
        write_forms(made, root / "out", "zh")
    assert first == [
        path.read_bytes() for path in write_forms(made, root / "out", "zh", replace=True)
    ]
    assert sorted(path.suffix for path in (root / "out").iterdir()) == [".xlsx"] * 4


def test_some_of_the_forms_are_written_anew_and_the_others_stay(root: Path) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        folder = root / "forms" / "appraisal" / MONTH
        sent(session, "appraisal", "zh", folder)
    filled = {path: path.write_bytes(b"filled") for path in folder.iterdir()}
    words = ("forms", "appraisal", MONTH, "-w", str(root), "--replace", "--only")
    assert "2 workbooks" in attain(*words, "calibration", "--only", "appeals").stdout
    kept = {path.name for path in filled if path.read_bytes() == b"filled"}
    assert kept == {f"attain-scores-{MONTH}-L.xlsx", f"attain-scores-{MONTH}-nobody.xlsx"}
    said = attain(*words, "approvals")
    assert said.returncode == 2
    assert "appraisal has no such form; it has scores, calibration, appeals" in said.stderr


def test_only_what_is_asked_for_can_be_edited(root: Path) -> None:
    with computed(root, AS_OF, APPRAISAL) as session:
        made: list[Form] = appraisal_forms(session.warehouse, MONTH, TODAY, "zh")
    opened = {one.name for form in made for part in form.sheets for one in part.fields if one.open}
    assert opened == {"score", "comment", "rater", "rated", "after", "reason", "approver",
                      "decided", "appealed", "opened", "status", "decision",
                      "decided_by"}  # fmt: skip


def test_a_period_that_nobody_was_judged_in_is_one_sentence(root: Path) -> None:
    with computed(root, AS_OF, (*APPRAISAL, *BOOKS)) as session:
        with pytest.raises(UserError, match=r"'2026-1': .*did you mean 2026-10.* the newest are"):
            appraisal_forms(session.warehouse, "2026-1", TODAY, "zh")
        with pytest.raises(UserError, match=r"'2030-10': nobody has a statement"):
            commission_forms(session.warehouse, "2030-10", TODAY, "zh")


def test_ids_that_are_no_file_names_stay_within_the_folder(tmp_path: Path) -> None:
    odd = "../../x" + "y" * 300
    books = company()
    books.person(odd, "team_lead").person("E4", "rep", manager=odd)
    books.write(tmp_path)
    with computed(tmp_path, AS_OF, APPRAISAL) as session:
        sent(session, "appraisal", "zh", tmp_path / "out")
    names = [path.name for path in (tmp_path / "out").iterdir()]
    assert len(names) == 5
    assert all(name.startswith("attain-") for name in names)


def test_differences_of_one_key_are_approved_one_by_one(root: Path) -> None:
    with computed(root, AS_OF, BOOKS) as session:
        session.warehouse.con.execute(
            "insert into mart.commission_difference select * replace ('earned_to_lines' as kind) "
            "from mart.commission_difference where is_unexplained"
        )
        form = sent(session, "commission", "zh", root / "out")[f"approvals-{MONTH}"]
    ids = [row[0] for row in sheet(form)[1:]]
    assert len(ids) == len(set(ids)) == 2


@pytest.mark.parametrize(
    ("period", "rater"),
    [("2026-Q3", "20240105"), ("2026-10", "12"), ("2026-10", "05"), ("2026-Q3", "2024-01-05")],
)
def test_a_rater_s_id_is_never_the_day_of_the_form(period: str, rater: str) -> None:
    name = scores_file(period, rater)
    assert export_date(name) is None
    assert name.startswith(f"attain-scores-{period}-") and rater not in name
    assert scores_file(period, "E12") == f"attain-scores-{period}-E12.xlsx"
