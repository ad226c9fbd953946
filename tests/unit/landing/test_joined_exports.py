"""Columns of a second export beside the rows of the first."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.landing.land import content_of, land_export, take_inventory
from pipelines.onboarding.recognise import recognise
from pipelines.sources.sourcefile import load_sources
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import NEXT_MONDAY, STAGES, Exports

CUSTOMER = """table: customer
files: ["account*.csv"]
join: {file: "owner*.csv", on: {Account ID: Account}, columns: [Segment, Region]}
columns: {customer_id: Account ID, name: Name, segment: Segment, region: Region}
"""


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    found = Exports(tmp_path).source("crm", CUSTOMER)
    return found.put("raw/account.csv", "Account ID,Name", "A1,甲", "A2,乙", "A3,丙", ",丁")


def rows(exports: Exports) -> list[tuple[str | None, ...]]:
    return exports.rows("customer", "customer_id", "segment", "region")


def problem(exports: Exports) -> str:
    """What is said of the one export that cannot be landed."""
    workspace = open_workspace(exports.root)
    workspace.prepare()
    [export] = take_inventory(workspace, exports.sources()).exports
    found = land_export(exports.warehouse.con, workspace, export, content_of(export))
    return found.problem or ""


def test_each_row_has_the_columns_of_the_row_it_names(exports: Exports) -> None:
    exports.put("raw/owner.csv", "List of owners", "Region,Account,Segment,Team",
                "north, A2 ,large,x", "south,A1,small,y", ",,,")  # fmt: skip
    account = exports.stage("customer")
    assert rows(exports) == [("A1", "small", "south"), ("A2", "large", "north"), ("A3", None, None)]
    assert exports.rows("customer", "_line") == [(2,), (3,), (4,)]
    assert (account.landed, account.accepted, account.balanced) == (4, 3, True)
    [load] = exports.load()
    assert load.landed.notes["joined_without"] == {
        "count": 1, "line": 4, "value": "A3", "joined": "raw/owner.csv",
    }  # fmt: skip


def test_rows_that_agree_in_what_is_taken_are_one(exports: Exports) -> None:
    exports.put("raw/owner.csv", "Account,Segment,Region,Seat", "A1,s,r,1", "A1,s,r,2")
    assert exports.stage("customer").accepted == 3


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("Account,Segment,Region", "A1,s,r", "A1,t,r"), "'A1' has 2 rows that differ"),
        (("Account,Segment,Regio", "A1,s,r"), "no column 'Region', which `join` asks for (did"),
        (("x,y", "1,2"), "raw/owner.csv, which it is joined to, no header row found"),
        (("Account,Segment,Region",), "raw/owner.csv, which it is joined to, "),
        ((), "owner*.csv, which it is joined to, is not there"),
    ],
)
def test_what_cannot_be_joined_is_said_of_the_export(
    exports: Exports, lines: tuple[str, ...], said: str
) -> None:
    if lines:
        exports.put("raw/owner.csv", *lines)
    assert said in problem(exports)


def test_a_name_that_both_files_have_is_refused_and_may_be_another(exports: Exports) -> None:
    exports.put("raw/owner.csv", "Account,Name,Segment,Region", "A1,Li,s,r")
    exports.source("crm", CUSTOMER.replace("[Segment, Region]", "[Name]"))
    assert "{Joined Name: Name}" in problem(exports)
    exports.source("crm", CUSTOMER.replace("[Segment, Region]", "{Segment: Name, Region: Region}"))
    exports.stage("customer")
    assert rows(exports)[0] == ("A1", "Li", "r")


def test_a_change_of_the_second_file_alone_is_a_new_state(exports: Exports) -> None:
    for segment, at in (("small", None), ("large", NEXT_MONDAY)):
        exports.put("raw/owner.csv", "Account,Segment,Region", f"A1,{segment},r")
        exports.stage("customer", **({"at": at} if at else {}))
        assert rows(exports)[0][1] == segment


def test_exports_of_one_day_belong_together(exports: Exports) -> None:
    exports.remove("raw/account.csv")
    for day, segment in (("2026-11-02", "old"), ("2026-11-09", "new"), ("2026-11-16", "next")):
        exports.put(f"raw/owner_{day}.csv", "Account,Segment,Region", f"A1,{segment},r")
    for day in ("2026-11-02", "2026-11-10"):
        exports.put(f"raw/account_{day}.csv", "Account ID,Name", "A1,甲")
    exports.stage("customer")
    assert rows(exports) == [("A1", "new", "r")]
    assert exports.warehouse.con.execute("select segment from history.customer").fetchall() == [
        ("old",)
    ]


def test_the_second_file_may_be_of_another_kind_and_is_not_unknown(exports: Exports) -> None:
    text = "Account;Segment;Region\nA1;groß;r\n".encode("cp1252")
    (exports.root / "raw" / "owner.csv.gz").write_bytes(gzip.compress(text))
    exports.source("crm", CUSTOMER.replace("owner*.csv", "owner*"))
    exports.stage("customer")
    assert rows(exports)[0] == ("A1", "groß", "r")
    workspace = open_workspace(exports.root)
    found = recognise(workspace, load_sources(workspace.sources, STAGES))
    assert (found.unknown, found.problems) == ([], [])
    assert [file.unused for file in found.files] == [()]
