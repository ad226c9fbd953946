"""An appraisal computed again with a disputed fact changed: what follows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.appeal.pack import write_pack
from pipelines.appeal.recompute import recompute
from pipelines.errors import UserError
from pipelines.reporting.appraisal.pack import Pack, pack_page
from pipelines.reporting.reports import REPORTS
from pipelines.run.session import Session
from tests.support.books import Books, computed, rows

AS_OF, MONTH = "2026-11-15", "2026-10"
NEEDED = ("mart.appraisal_result", "mart.appraisal_appeal", *REPORTS["appraisal"].reads)
SCHEME = {
    "id": "rep_monthly", "version": 1, "label": {"zh": "代表", "en": "Reps"}, "role": "rep",
    "period": "month", "valid_from": "2026-10-01",
    "indicators": [
        {"id": "cash", "label": {"zh": "回款", "en": "Cash"}, "kpi": "collections", "weight": 60,
         "curve": {"threshold": 0, "target": 500, "stretch": 1000, "threshold_score": 40,
                   "target_score": 80, "stretch_score": 100}},
        {"id": "attitude", "label": {"zh": "态度", "en": "Attitude"}, "manual": "attitude",
         "weight": 40},
    ],
    "bands": [{"grade": "A", "from": 80, "coefficient": 1.2},
              {"grade": "B", "from": 0, "coefficient": 1}],
}  # fmt: skip


def company() -> Books:
    found = Books()
    found.policies["appraisal/rep"] = SCHEME
    found.policies["appraisal/lead"] = {**SCHEME, "id": "lead_monthly", "role": "team_lead"}
    found.settings["reports"] = ["appraisal"]
    found.person("L", "team_lead").person("E1", "rep", manager="L").person("E2", "rep", manager="L")
    found.plan("rep", {"credit": {"event": "cash_received", "to": "owner"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    found.invoice("I1", "E1", "2026-10-05", 1000).cash("R1", "I1", "2026-10-20", 250)
    found.cash("R2", "I1", "2026-11-02", 250)
    found.invoice("I2", "E2", "2026-10-05", 1000).cash("R3", "I2", "2026-10-20", 300)
    for who, score in (("E1", 70), ("E2", 71)):
        found.add("appraisal_input", {"employee_id": who, "period": MONTH, "indicator": "attitude",
                                      "score": score, "rater_id": "L",
                                      "rated_at": "2026-11-03"})  # fmt: skip
    return found


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    root = tmp_path_factory.mktemp("appeal")
    company().write(root)
    with computed(root, AS_OF, NEEDED) as opened:
        yield opened


def asked(session: Session, tmp_path: Path, text: str, who: str = "E1") -> Pack:
    path = tmp_path / "what-if.yaml"
    path.write_text(text, encoding="utf-8")
    return recompute(session.warehouse, session.policies, MONTH, who, path)


def held(session: Session) -> list[tuple[object, ...]]:
    return rows(session, "select * from mart.appraisal_computed order by employee_id, period")


def test_without_a_change_every_table_is_equal_and_the_pack_has_the_same_bytes(
    session: Session, tmp_path: Path
) -> None:
    packs = [recompute(session.warehouse, session.policies, MONTH, "E1", None) for _ in range(2)]
    assert [(pack.tables, pack.moved, pack.changed) for pack in packs] == [((), (), ())] * 2
    folders = [tmp_path / name for name in "ab"]
    for pack, folder in zip(packs, folders, strict=True):
        write_pack(pack, folder, None, up_is_red=False)
    first, second = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in folders
    )
    assert first == second
    assert "every table comes out equal" in first[
        Path("appraisal_appeal", "E1", f"{MONTH}.en.html")
    ].decode()  # fmt: skip


def test_a_score_changed_by_hand_moves_its_person_and_nothing_that_does_not_stand_on_it(
    session: Session, tmp_path: Path
) -> None:
    before = held(session)
    pack = asked(
        session,
        tmp_path,
        f"""
change:
  - table: appraisal_input
    row: {{employee_id: E1, period: {MONTH}, indicator: attitude}}
    set: {{score: 99.5}}
""",
    )
    # 250 of 500 is 60 points: 60 × 60 % + 70 × 40 % = 64, + 99.5 × 40 % = 75.8
    assert (pack.before.result.score, pack.after.result.score) == (64, Decimal("75.8"))
    assert [astuple(one) for one in pack.changed] == [
        ("appraisal_input", f"E1 {MONTH} attitude", "score", "70.0000", "99.5000",
         "data/appraisal_input.csv", 2)
    ]  # fmt: skip
    assert [name for name, _, _ in pack.tables][:2] == [
        "core.appraisal_given", "core.appraisal_measure",
    ]  # fmt: skip
    assert all(name.split(".")[1].startswith("appraisal") for name, _, _ in pack.tables)
    # E1 passes E2, who falls to the second rank; nothing else of E2 moves
    assert [(one.employee_id, one.score_before, one.score_after, one.rank_after)
            for one in pack.others] == [("E2", Decimal("66.8"), Decimal("66.8"), 2)]  # fmt: skip
    assert held(session) == before


def test_a_role_in_the_midst_of_the_period_brings_the_card_of_its_scheme(
    session: Session, tmp_path: Path
) -> None:
    pack = asked(session, tmp_path, """
change:
  - table: assignment
    add: {employee_id: E1, unit_id: T, role: team_lead, valid_from: 2026-10-11}
""")  # fmt: skip
    assert {row.scheme_id for row in pack.before.scores} == {"rep_monthly"}
    assert {row.scheme_id for row in pack.after.scores} == {"rep_monthly", "lead_monthly"}
    page = pack_page(pack)
    [card] = [section for section in page.sections if section.id == "card"]
    assert card.table is not None
    # each role's two indicators; those of the new one as they would be alone
    assert [row.cells[5] is None for row in card.table.rows] == [False, False, True, True]
    assert [row.cells[6] is None for row in card.table.rows] == [False] * 4


def test_facts_by_which_nobody_would_be_appraised_are_one_sentence(
    session: Session, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=f"E1 would not be appraised in {MONTH} at all"):
        asked(session, tmp_path, """
change:
  - table: employee
    row: {employee_id: E1}
    set: {leave_date: 2026-09-10}
""")  # fmt: skip


def test_cash_on_another_day_moves_the_indicator_by_its_curve(
    session: Session, tmp_path: Path
) -> None:
    pack = asked(
        session,
        tmp_path,
        """
change:
  - table: receipt_allocation
    row: {receipt_id: R2, invoice_id: I1, allocated_date: 2026-11-02}
    set: {allocated_date: 2026-10-31}
""",
    )
    then = {row.indicator: (row.actual, row.score) for row in pack.after.scores}
    assert then == {"cash": (500, 80), "attitude": (70, 70)}
    assert (pack.after.result.score, pack.after.result.grade) == (76, "B")
    assert "kpi" in {name.split(".")[0] for name, _, _ in pack.tables}
    text = pack_page(pack).to_json()
    assert "pack.card.moved" in text and "pack.lead.moved" in text


def test_rows_are_added_and_removed(session: Session, tmp_path: Path) -> None:
    added = asked(
        session,
        tmp_path,
        f"""
change:
  - table: appraisal_override
    add: {{employee_id: E1, period: {MONTH}, field: grade, before: B, after: A, reason: cash,
           approved_by: L, decided_at: 2026-11-10}}
""",
    )
    assert (added.before.result.grade, added.after.result.grade) == ("B", "A")
    removed = asked(
        session,
        tmp_path,
        """
change:
  - table: receipt_allocation
    row: {receipt_id: R1, invoice_id: I1, allocated_date: 2026-10-20}
    remove: true
""",
    )
    assert {row.indicator: row.score for row in removed.after.scores}["cash"] == 40
    assert [(one.was, one.would_be) for one in removed.changed if one.column == "amount"] == [
        ("250.0000", None)
    ]


def test_every_row_behind_an_indicator_has_its_file_and_line(session: Session) -> None:
    pack = recompute(session.warehouse, session.policies, MONTH, "E1", None)
    [row] = [one for one in pack.evidence if one.indicator == "cash"]
    assert (row.owner, row.file, row.line) == ("E1", "data/receipt_allocation.csv", 2)
    assert Decimal(str(row.numerator)) == 250


ROW = "row: {employee_id: E1, period: 2026-10, indicator: attitude}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("table: apraisal_input\n    remove: true\n    " + ROW,
         "no table 'apraisal_input' (did you mean appraisal_input?)"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{scoer: 9}}",
         "no column 'scoer' (did you mean score?)"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{score: many}}", "'many' is no number"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{score: 140}}", "outside 0 to 100"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{score: null}}", "never empty"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{employee_id: E2}}",
         "has a row of that key already"),
        ("table: appraisal_input\n    row: {employee_id: E1}\n    remove: true",
         "by its key employee_id, period, indicator; period is absent"),
        ("table: appraisal_input\n    row: {employee_id: E11, period: 2026-10, indicator: attitude}"
         "\n    remove: true", "'E11' is no row of employee (did you mean E1?)"),
        ("table: receipt\n    row: {receipt_id: R11}\n    remove: true",
         "has no row of that key (did you mean R1?)"),
        ("table: receipt\n    row: {receipt_id: R1, amount: 3}\n    remove: true",
         "amount goes below `set`"),
        ("table: receipt\n    add: {receipt_id: R9}", "a row of receipt needs"),
        # what a run would hold aside, or an export could not say, is no fact to decide by
        ("table: invoice\n    row: {invoice_id: I1}\n    set: {owner_id: E11}",
         "'E11' is no row of employee (did you mean E1?)"),
        ("table: receipt_allocation\n    add: {receipt_id: R99, invoice_id: I1, allocated_date: "
         "2026-10-02, amount: 4}", "'R99' is no row of receipt"),
        ("table: invoice\n    row: {invoice_id: I1}\n    remove: true",
         "2 rows of receipt_allocation name it; change or remove those first"),
        ("table: invoice\n    row: {invoice_id: I1}\n    set: {invoice_id: I9}",
         "2 rows of receipt_allocation name it; change or remove those first"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{score: 77.123456}}",
         "77.123456 has more decimals than score holds"),
        ("table: receipt_allocation\n    add: {receipt_id: R1, invoice_id: I1, allocated_date: "
         "2026-10-02, line_no: 1.7, amount: 4}", "1.7 has more decimals than line_no holds"),
        (f"table: appraisal_input\n    {ROW}\n    set: {{rater_id: ' '}}", "never empty"),
        ("table: employee\n    row: {employee_id: E1}\n    set: {leave_date: 2010-10-10}",
         "hire_date 2015-01-01 is after leave_date 2010-10-10"),
        ("table: leave\n    add: {employee_id: E1, start_date: 2026-10-09, end_date: 2026-10-01}",
         "start_date 2026-10-09 is after end_date 2026-10-01"),
        ("table: invoice\n    row: {invoice_id: I1}\n    set: {currency: USS}",
         "'USS' is neither the base currency nor one with a rate"),
        ("table: receipt\n    row: {receipt_id: R1}\n    set: {currency: cny}",
         "'cny' is neither the base currency nor one with a rate (expected one of CNY)"),
        (f"table: appraisal_input\n    {ROW}", "give one of set, add and remove"),
        ("table: receipt\n    row: {receipt_id: R1}\n    set: {amount: 1}\n    remove: true",
         "give one of set, add and remove"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_sentence_with_its_line(
    session: Session, tmp_path: Path, change: str, said: str
) -> None:
    before = held(session)
    with pytest.raises(UserError) as told:
        asked(session, tmp_path, f"change:\n  - {change}\n")
    assert said in str(told.value) and "what-if.yaml line " in str(told.value)
    assert held(session) == before


def test_whoever_was_not_appraised_is_named_with_the_nearest(session: Session) -> None:
    with pytest.raises(UserError, match="'E3': nobody of that id was appraised"):
        recompute(session.warehouse, session.policies, MONTH, "E3", None)
    with pytest.raises(UserError, match="'2026-9': E1 was not appraised in a period of that name"):
        recompute(session.warehouse, session.policies, "2026-9", "E1", None)


def test_what_was_handed_on_is_not_written_over(session: Session, tmp_path: Path) -> None:
    pack = recompute(session.warehouse, session.policies, MONTH, "E1", None)
    first = write_pack(pack, tmp_path / "pack", None, up_is_red=False)
    made = first.stat().st_mtime_ns
    with pytest.raises(UserError, match="is there already"):
        write_pack(pack, tmp_path / "pack", None, up_is_red=False)
    assert first.stat().st_mtime_ns == made
    write_pack(pack, tmp_path / "pack", None, up_is_red=False, replace=True)
    assert first.exists()
