"""Whatever an export holds: each landed row is accepted or in quarantine, with its money."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.landing.land import content_hash, land_export, take_inventory
from pipelines.landing.norecord import is_total_row
from pipelines.sources.contract import canonical_tables
from pipelines.staging.groups import load_groups
from pipelines.staging.stage import stage_table
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import MONDAY, READING, Exports, in_force

HEADER = ["opportunity_id", "owner_id", "created_at", "stage", "amount", "name"]
CHOICES = (
    st.sampled_from(["O1", "O2", "O3", "O4", "", "合计", " O1 "]),
    st.sampled_from(["E1", "E2", ""]),
    st.sampled_from(["2026-01-05", "2026/1/5", "31/02/2026", "", "05-01-26", "2026年1月5日"]),
    st.sampled_from(["lead", "proposal", "sold", ""]),
    st.sampled_from(["10", "1,000.50", "(2.25)", "1,50", "ten", "", "99999999999999", "-3", "¥4"]),
    st.text("ab'\"；, \n\t甲%|", max_size=5),
)
rows = st.lists(st.tuples(*CHOICES), min_size=1, max_size=12)
FILE = "canonical/opportunity.csv"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    return Exports(tmp_path_factory.mktemp("accounting"))


def as_csv(cells: list[list[str]], extra: list[int]) -> str:
    """Rows as text; some with a field too many, some with one too few."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row, more in zip(cells, extra, strict=True):
        writer.writerow([*row, *["more"] * more] if more >= 0 else row[:more])
    return text.getvalue()


@settings(max_examples=25)
@given(rows, st.data())
def test_each_landed_row_is_in_one_place_and_the_money_adds_up(
    exports: Exports, found: list[tuple[str, ...]], data: st.DataObject
) -> None:
    extra = data.draw(st.lists(st.sampled_from([0, 0, 0, 1, -1]), min_size=len(found),
                               max_size=len(found)))  # fmt: skip
    cells = [HEADER, ["first", "E1", "2026-01-05", "lead", "7", ""], *(list(row) for row in found)]
    (exports.root / FILE).write_text(as_csv(cells, [0, 0, *extra]), encoding="utf-8", newline="")
    account = exports.stage("opportunity")
    assert account.balanced
    accepted = [line for (line,) in exports.rows("opportunity", "_line")]
    refused = {line for (line,) in exports.faults("line")}
    assert not refused & set(accepted)
    assert len(accepted) == len(set(accepted)) == account.accepted
    assert len(refused) == account.quarantined
    kept = sum(
        1 for row in cells[1:] if any(cell.strip() for cell in row) and not is_total_row(row)
    )
    assert account.landed == kept


@settings(max_examples=20)
@given(st.text("opportunity_id,owner\n\r\"'; \t,,E1O2026-01-05甲\0", max_size=120))
def test_no_text_makes_landing_or_staging_fail(exports: Exports, text: str) -> None:
    """An export that cannot be read is remembered with a reason; one that can is accounted for."""
    body = "opportunity_id,owner_id,created_at,stage\n" + text
    (exports.root / FILE).write_text(body, encoding="utf-8", newline="")
    workspace = open_workspace(exports.root)
    workspace.prepare()
    (export,) = take_inventory(workspace, []).exports
    landed = land_export(exports.warehouse.con, workspace, export, content_hash(export.path))
    assert (landed.landed is None) == bool(landed.problem)
    loads = in_force(exports.warehouse, [landed], MONDAY)
    table = canonical_tables()["opportunity"]
    groups = load_groups(
        exports.warehouse, exports.landed, table.name, loads, [], READING.time_zone
    )
    assert stage_table(exports.warehouse, table, groups, READING, MONDAY).balanced


@settings(max_examples=20)
@given(
    st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=2, max_size=12),
    st.randoms(use_true_random=False),
)
def test_rows_in_another_order_give_the_same_table(
    exports: Exports, amounts: list[Decimal], random: Random
) -> None:
    lines = [f"O{n},E1,2026-01-05,lead,{amount},x" for n, amount in enumerate(amounts)]
    staged = []
    for _ in range(2):
        exports.put(FILE, ",".join(HEADER), *lines)
        account = exports.stage("opportunity")
        assert account.amount_accepted == sum(amounts)
        staged.append(sorted(exports.rows("opportunity", *HEADER)))
        random.shuffle(lines)
    assert staged[0] == staged[1]
