"""Records entered in the portal: filled forms in the inputs, read by the next run like others."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from starlette.testclient import TestClient

from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.entry import entry_folder
from pipelines.delivery.portal.open import portal_parts
from pipelines.delivery.portal.policy import EntryPolicy
from pipelines.errors import UserError
from pipelines.forms.commission import commission_forms
from pipelines.forms.form import write_forms
from pipelines.workspace.workspace import open_workspace
from tests.support.books import computed, rows
from tests.support.filled import fill
from tests.support.judged import APPRAISAL, AS_OF, BOOKS, MONTH, company
from tests.support.portal import Clock, Served, give_folders

NOW = dt.datetime(2026, 11, 15, 1, tzinfo=dt.UTC)  # nine o'clock in Shanghai
PEOPLE = ("L", "HR", "F", "E1", "E2", "E3")
PORTAL = "sign_in: [proxy]\nproxy: {from: [10.0.0.1]}\nlanguage: en\nentries: {most_an_hour: 4}\n"


class Company:
    """A computed workspace whose people have the portal open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = Clock()
        self._app: Any = None

    def as_(self, who: str) -> TestClient:
        """A browser of somebody whom the proxy has signed in."""
        if self._app is None:
            workspace = open_workspace(self.root)
            self._app = application(portal_parts(workspace, lambda: NOW, self.clock))
        return Served.another(self._app, "10.0.0.1", X_Remote_User=who)

    def waits(self, who: str) -> set[str]:
        """What waits for somebody, as their page lists it."""
        page = self.as_(who).get("/entries")
        assert page.status_code == 200
        return set(re.findall(r'href="/entries/([^"]+)"', page.text))

    def fill(self, who: str, place: str, row: str, **said: str) -> Any:
        """Open a page, fill in the first row that holds a text, and send it."""
        browser = self.as_(who)
        page = browser.get(f"/entries/{place}")
        forms = re.findall(r"<details.*?</details>", page.text, re.DOTALL)
        form = next(one for one in forms if row in unescape(one))
        hidden = dict(re.findall(r'name="(token|row)" value="([^"]*)"', form))
        return browser.post(f"/entries/{place}", data={**hidden, **said})

    @property
    def entered(self) -> list[Path]:
        return sorted((self.root / "data" / "portal").glob("*"))


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Computed once; what one test enters the next ones find."""
    root = tmp_path_factory.mktemp("entered") / "ws"
    books = company()
    books.settings["history_start"] = "2026-07-01"
    books.write(root)
    (root / "policy" / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    with computed(root, AS_OF, (*APPRAISAL, *BOOKS)) as session:
        made = commission_forms(session.warehouse, MONTH, dt.date(2026, 11, 15), "en")
        write_forms(made, root / "sent", "en")
    give_folders(root, {who: {"index.html": "<header></header>"} for who in PEOPLE})
    yield Company(root)


def test_everybody_is_offered_what_is_theirs_and_nobody_else_s(of: Company) -> None:
    assert f"score/{MONTH}" in of.waits("L")
    kinds = {who: {place.partition("/")[0] for place in of.waits(who)} for who in PEOPLE}
    assert kinds == {"L": {"score"}, "HR": {"calibration"}, "F": {"approval"},
                     "E1": {"appeal", "dispute"}, "E2": {"appeal"}, "E3": {"appeal"}}  # fmt: skip
    for who, place in (("E2", "dispute"), ("E1", "score"), ("E1", "approval"), ("L", "calibration"),
                       ("F", "calibration"), ("HR", "approval"), ("E1", "wages")):  # fmt: skip
        assert of.as_(who).get(f"/entries/{place}/{MONTH}").status_code == 404, (who, place)
        answer = of.as_(who).post(f"/entries/{place}/{MONTH}", data={"row": "x", "token": ""})
        assert answer.status_code == 404, (who, place)
    assert of.as_("E1").get("/entries/dispute/2031-01").status_code == 404
    stranger = of.as_("nobody").get(f"/entries/dispute/{MONTH}")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?to=entries")
    assert 'href="entries"' in of.as_("E1").get("/").text
    assert of.entered == []


def test_a_form_of_another_site_and_a_row_of_another_person_are_not_taken(of: Company) -> None:
    browser = of.as_("E1")
    page = browser.get(f"/entries/dispute/{MONTH}").text
    token, row = (
        re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in ("token", "row")
    )
    said = {"row": row, "reason": "so"}
    for sent, headers, status in (
        ({**said, "token": "forged"}, {}, 400),
        (said, {}, 400),
        ({**said, "token": token}, {"sec-fetch-site": "cross-site"}, 400),
        ({"reason": "so", "row": "0" * 20, "token": token}, {}, 409),
    ):
        answer = browser.post(f"/entries/dispute/{MONTH}", data=sent, headers=headers)
        assert answer.status_code == status
    assert of.entered == []


@pytest.mark.parametrize(
    ("who", "place", "row", "said", "problem"),
    [
        ("L", "score", "attitude", {"score": "101"}, "A number from 0 to 100"),
        ("L", "score", "attitude", {"score": "-1"}, "A number from 0 to 100"),
        ("L", "score", "attitude", {"score": "1e1"}, "A number from 0 to 100"),
        ("L", "score", "attitude", {"score": "", "comment": "good"}, "Must be filled in"),
        (
            "E1",
            "dispute",
            "R1",
            {"claimed": "1,234.5", "reason": "x"},
            "An amount, such as 1234.50",
        ),
        ("E1", "dispute", "R1", {"claimed": "60.255", "reason": "x"}, "An amount, such as 1234.50"),
        ("E1", "dispute", "R1", {"reason": "x" * 2001}, "A text of at most 2000 characters"),
        ("E1", "dispute", "R1", {"reason": "a\x07b"}, "A text of at most 2000 characters"),
        ("HR", "calibration", "E3", {"after": "Z", "reason": "x"}, "One of the scheme's grades"),
        ("F", "approval", "E1", {"status": "perhaps", "reason": "x"}, "Choose from the list"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_kept(
    of: Company, who: str, place: str, row: str, said: dict[str, str], problem: str
) -> None:
    answer = of.fill(who, f"{place}/{MONTH}", row, **said)
    assert answer.status_code == 422
    assert problem in unescape(answer.text)
    assert of.entered == []


def test_what_stands_in_a_row_is_shown_as_the_workbook_shows_it(of: Company) -> None:
    text = of.as_("HR").get(f"/entries/calibration/{MONTH}").text
    assert "<dt>Result</dt><dd>held</dd>" in text
    assert "Formula" not in text
    assert "<dt>Amount</dt><dd>50.00</dd>" in of.as_("E1").get(f"/entries/dispute/{MONTH}").text


def test_what_somebody_wrote_is_shown_as_text(of: Company) -> None:
    answer = of.fill(
        "E1", f"dispute/{MONTH}", "R1", claimed="x", reason="<script>alert(1)</script>"
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_a_folder_that_no_run_reads_is_refused_before_anybody_enters(of: Company) -> None:
    workspace = open_workspace(of.root)
    assert entry_folder(workspace, EntryPolicy()) == of.root / "data" / "portal"
    assert entry_folder(workspace, EntryPolicy(into="data/a/b")) == of.root / "data" / "a" / "b"
    for outside in ("elsewhere", "data/../policy", "/tmp"):
        with pytest.raises(UserError, match="lies in none of the folders of exports"):
            entry_folder(workspace, EntryPolicy(into=outside))


def test_each_record_is_a_filled_form_that_the_next_run_reads(of: Company) -> None:
    for who, place, row, said in (
        ("L", "score", "attitude", {"score": "70"}),
        ("L", "score", "attitude", {"score": "88", "comment": "=cmd|' /C calc'!A0"}),
        ("L", "score", "teamwork", {"score": "75.5"}),
        ("E1", "dispute", "R1", {"claimed": "60.25", "reason": "two receipts came"}),
        ("E2", "appeal", "E2", {"appealed": "attitude", "reason": "nobody asked"}),
        ("HR", "calibration", "E3", {"after": "B", "reason": "no lead"}),
        ("F", "approval", "E1", {"status": "approved", "reason": "paid in cash"}),
    ):  # fmt: skip
        answer = of.fill(who, f"{place}/{MONTH}", row, **said)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/entries?done=1")
    files = of.entered
    assert len(files) == 7
    assert all(re.fullmatch(r"attain-[\w-]+--[a-z]{6}-20261115T0900\d\d\.xlsx", file.name)
               for file in files)  # fmt: skip
    _is_as_filled_by_hand(of, next(file for file in files if "disputes" in file.name))
    audit = (of.root / "portal" / "audit.jsonl").read_text(encoding="utf-8")
    assert audit.count('"what": "entered"') == 7
    assert all(file.name in audit for file in files)

    with computed(of.root, AS_OF, (*APPRAISAL, *BOOKS)) as session:
        assert rows(session, "select indicator, score, source from mart.appraisal_score "
                       "where employee_id = 'E1' and period = '2026-10' order by 1") == [
            ("attitude", 88, "manual:attitude"), ("teamwork", Decimal("75.5"), "manual:teamwork"),
        ]  # fmt: skip
        assert rows(session, "select payee_id, status, reason, claimed_amount, opened_by "
                       "from mart.commission_dispute") == [
            ("E1", "open", "two receipts came", Decimal("60.25"), "E1")
        ]  # fmt: skip
        assert rows(session, "select employee_id, indicator, status, reason, opened_by "
                       "from mart.appraisal_appeal") == [
            ("E2", "attitude", "open", "nobody asked", "E2")
        ]  # fmt: skip
        assert rows(session, "select employee_id, after, approved_by, refused_for "
                       "from mart.appraisal_decision") == [("E3", "B", "HR", None)]  # fmt: skip
        assert rows(session, "select key, approved_by, is_unexplained "
                       "from mart.commission_difference where difference <> 0") == [
            ("E1", "F", False)
        ]  # fmt: skip
        assert rows(session, "select count(*) from mart.quarantine") == [(0,)]
    assert of.entered == files  # nothing that was entered is moved, changed or taken away


def _is_as_filled_by_hand(of: Company, entered: Path) -> None:
    """Cell by cell the workbook that `attain forms` wrote and somebody filled in."""
    by_hand = fill(
        of.root / "sent" / f"attain-disputes-{MONTH}-E1.xlsx",
        {"H2": 60.25, "I2": "two receipts came"},
    )
    books = [python_calamine.CalamineWorkbook.from_path(str(one)) for one in (entered, by_hand)]
    assert books[0].sheet_names == books[1].sheet_names
    assert [book.get_sheet_by_index(0).to_python() for book in books[:1]] == [
        book.get_sheet_by_index(0).to_python() for book in books[1:]
    ]


def test_what_was_raised_is_answered_by_whose_role_it_is(of: Company) -> None:
    """After the run: decisions and answers wait for those who decide."""
    assert f"decision/{MONTH}" in of.waits("F")
    assert f"answer/{MONTH}" in of.waits("HR")
    outcome = {"status": "rejected", "decision": "one receipt only"}
    assert of.fill("F", f"decision/{MONTH}", "E1", **outcome).status_code == 303
    assert of.fill("HR", f"answer/{MONTH}", "E2", **outcome).status_code == 303
    with computed(of.root, AS_OF, ()) as session:  # landed and staged; marts follow as before
        assert rows(
            session,
            "select employee_id, status, decided_by, decision from staging.commission_dispute "
            "union all "
            "select employee_id, status, decided_by, decision from staging.appraisal_appeal "
            "order by 1",
        ) == [
            ("E1", "rejected", "F", "one receipt only"),
            ("E2", "rejected", "HR", "one receipt only"),
        ]
    assert not of.waits("E3") & {f"answer/{MONTH}", f"decision/{MONTH}"}


def test_nobody_fills_the_folder(of: Company) -> None:
    """Four records an hour as the policy of this test says; one was sent before."""
    last = [of.fill("E1", f"dispute/{MONTH}", "R1", reason="again").status_code for _ in range(4)]
    assert last == [303, 303, 303, 429]
    of.clock.seconds += 3601
    assert of.fill("E1", f"dispute/{MONTH}", "R1", reason="once more").status_code == 303


def test_while_a_run_holds_the_warehouse_nothing_can_be_entered_and_a_sentence_says_so(
    of: Company,
) -> None:
    before = of.entered
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    warehouse = str(open_workspace(of.root).warehouse)
    with subprocess.Popen(
        [sys.executable, "-c", hold, warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        answers = [of.as_("E1").get(f"/entries{place}") for place in ("", f"/dispute/{MONTH}")]
        other.communicate(b"\n")
    assert [one.status_code for one in answers] == [503, 503]
    assert "try again later" in answers[0].text
    assert of.entered == before
    assert of.as_("E1").get("/entries").status_code == 200
