"""What a full export no longer says is a loss; what it says anew, or never said, is none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.landing.land import content_hash, land_export, take_inventory
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import canonical_source
from pipelines.staging.loads import forget, note_what_is_there, register_loads
from pipelines.staging.losses import (
    Loss,
    Stock,
    accept_losses,
    accepted_sources,
    end_acceptances,
    find_losses,
    in_force_instead,
)
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import MONDAY, NEXT_MONDAY, READING, Exports

HEADER = "customer_id,name"
SOURCE = """\
table: customer
files: [customers*.csv]
required: false
columns: {customer_id: customer_id, name: name}
"""


def rows(*numbers: int) -> list[str]:
    return [HEADER, *(f"K{n},客户{n}" for n in numbers)]


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def stock(exports: Exports, closed_with: dict[str, int] | None = None) -> Stock:
    """The exports as a run of next Monday finds them, whatever is wrong with them."""
    workspace = open_workspace(exports.root)
    workspace.prepare()
    landed = [
        land_export(exports.warehouse.con, workspace, export, content_hash(export.path))
        for export in take_inventory(workspace, exports.sources()).exports
    ]
    return Stock(
        warehouse=exports.warehouse,
        landed=exports.landed,
        sources=[
            *(source for source in exports.sources() if source.export == "full"),
            *(canonical_source(table) for table in canonical_tables().values()),
        ],
        exports=landed,
        loads=register_loads(exports.warehouse, landed, NEXT_MONDAY),
        at=NEXT_MONDAY,
        time_zone=READING.time_zone,
        drop=Decimal(50),
        closed_with=closed_with or {},
        deltas=frozenset(s.source for s in exports.sources() if s.export == "delta"),
    )


def losses(exports: Exports) -> list[tuple[str, int, int]]:
    return [(loss.kind, loss.rows_before, loss.rows_now) for loss in find_losses(stock(exports))]


CUSTOMERS = "canonical/customer.csv"


@pytest.mark.parametrize("text", [(), (HEADER,), ("nonsense", "1")], ids=["empty", "header", "odd"])
def test_an_export_that_cannot_be_used_any_more_is_lost(
    exports: Exports, text: tuple[str, ...]
) -> None:
    exports.put(CUSTOMERS, *rows(1, 2)).load(MONDAY)
    (exports.root / CUSTOMERS).write_text("\n".join(text), encoding="utf-8")
    assert losses(exports) == [("gone", 2, 0)]


@pytest.mark.parametrize(
    ("left", "found"), [(5, [("shrunk", 10, 5)]), (6, []), (1, [("shrunk", 10, 1)]), (11, [])]
)
def test_fewer_rows_are_lost_from_the_limit_on(
    exports: Exports, left: int, found: list[tuple[str, int, int]]
) -> None:
    exports.put(CUSTOMERS, *rows(*range(10))).load(MONDAY)
    exports.put(CUSTOMERS, *rows(*range(left)))
    assert losses(exports) == found


def test_a_table_that_never_was_is_not_lost(exports: Exports) -> None:
    assert losses(exports) == []
    exports.put(CUSTOMERS, *rows(1)).load(MONDAY)
    assert losses(exports) == []


def test_an_optional_export_that_was_there_is_lost_too(exports: Exports) -> None:
    exports.source("crm", SOURCE).put("raw/customers.csv", *rows(1)).load(MONDAY)
    exports.remove("raw/customers.csv")
    assert losses(exports) == [("gone", 1, 0)]


def test_a_part_that_is_gone_is_lost_however_small_unless_something_new_came(
    exports: Exports,
) -> None:
    exports.source("crm", SOURCE)
    exports.put("raw/customers_a.csv", *rows(*range(20))).put("raw/customers_b.csv", *rows(21))
    exports.load(MONDAY)
    exports.remove("raw/customers_b.csv")
    assert losses(exports) == [("part", 21, 20)]
    exports.put("raw/customers_c.csv", *rows(22))
    assert losses(exports) == []


def test_a_part_that_cannot_be_read_is_lost_even_if_something_new_came(exports: Exports) -> None:
    exports.source("crm", SOURCE)
    exports.put("raw/customers_a.csv", *rows(*range(20))).put("raw/customers_b.csv", *rows(21))
    exports.load(MONDAY)
    (exports.root / "raw/customers_b.csv").write_bytes(b"")
    exports.put("raw/customers_c.csv", *rows(22))
    assert losses(exports) == [("part", 21, 21)]


def test_of_dated_exports_the_newest_is_lost_and_an_older_one_is_not(exports: Exports) -> None:
    exports.put("canonical/customer_2026-11-02.csv", *rows(1, 2, 3))
    exports.put("canonical/customer_2026-11-09.csv", *rows(1, 2, 4))
    exports.load(MONDAY)
    exports.remove("canonical/customer_2026-11-02.csv")
    assert losses(exports) == []
    exports.put("canonical/customer_2026-11-02.csv", *rows(1, 2, 3))
    exports.remove("canonical/customer_2026-11-09.csv")
    assert losses(exports) == [("part", 3, 3)]


def test_a_delta_that_is_gone_stays_known_and_is_not_lost(exports: Exports) -> None:
    exports.source("crm", SOURCE + "export: delta\n").put("raw/customers.csv", *rows(1)).load()
    exports.remove("raw/customers.csv")
    assert losses(exports) == []


def test_what_no_source_reads_any_more_is_lost(exports: Exports) -> None:
    """A folder of source files that is not there is no company without customers either."""
    exports.source("crm", SOURCE).put("raw/customers.csv", *rows(1, 2)).load(MONDAY)
    (exports.root / "sources" / "crm.yaml").unlink()
    assert losses(exports) == [("unread", 2, 0)]
    found = stock(exports)
    (loss,) = find_losses(found)
    assert in_force_instead(found, [loss]) == ([], set(loss.held), {"customer"})
    accept_losses(exports.warehouse, [loss], NEXT_MONDAY, "Li")
    note_what_is_there(exports.warehouse, [], NEXT_MONDAY)
    assert losses(exports) == []


def test_a_source_that_another_took_the_place_of_is_not_lost(exports: Exports) -> None:
    exports.source("crm", SOURCE).put("raw/customers.csv", *rows(1, 2, 3, 4)).load(MONDAY)
    (exports.root / "sources" / "crm.yaml").unlink()
    exports.put(CUSTOMERS, *rows(1, 2, 3))
    assert losses(exports) == []
    exports.put(CUSTOMERS, *rows(1, 2))
    assert losses(exports) == [("unread", 4, 2)]


def test_one_of_two_sources_taken_out_is_lost_by_the_share_it_held(exports: Exports) -> None:
    exports.source("crm", SOURCE).put("raw/customers.csv", *rows(1, 2, 3, 4))
    exports.put(CUSTOMERS, *rows(5, 6, 7)).load(MONDAY)
    (exports.root / "sources" / "crm.yaml").unlink()
    assert losses(exports) == [("unread", 7, 3)]
    exports.put(CUSTOMERS, *rows(5, 6, 7, 1))
    assert losses(exports) == []


def test_what_a_person_took_back_is_not_lost(exports: Exports) -> None:
    exports.put(CUSTOMERS, *rows(1)).load(MONDAY)
    exports.remove(CUSTOMERS)
    forget(exports.warehouse, CUSTOMERS, NEXT_MONDAY)
    assert losses(exports) == []


def test_without_anything_known_the_last_closed_month_says_what_there_was(
    exports: Exports,
) -> None:
    (loss,) = find_losses(stock(exports, {"customer": 12}))
    assert (loss.kind, loss.table, loss.rows_before) == ("gone", "customer", 12)
    exports.put(CUSTOMERS, *rows(1))
    assert find_losses(stock(exports, {"customer": 12})) == []


def test_what_was_in_force_stays_in_force_and_other_tables_go_on(exports: Exports) -> None:
    (before,) = exports.put(CUSTOMERS, *rows(1, 2)).load(MONDAY)
    exports.put(CUSTOMERS, *rows(1)).put("canonical/employee.csv", "employee_id,name", "E1,张三")
    found = stock(exports)
    loads, numbers, untouchable = in_force_instead(found, find_losses(found))
    assert [(load.export.export.source.table, load.rows) for load in loads] == [
        ("customer", 2), ("employee", 1),
    ]  # fmt: skip
    assert before.load_id in numbers
    assert untouchable == set()


def test_a_table_whose_landed_form_is_gone_too_is_not_made_again(exports: Exports) -> None:
    (before,) = exports.put(CUSTOMERS, *rows(1, 2)).load(MONDAY)
    exports.remove(CUSTOMERS)
    before.landed.parquet.unlink()
    found = stock(exports)
    assert in_force_instead(found, find_losses(found)) == ([], {before.load_id}, {"customer"})


def test_a_confirmation_ends_when_the_source_says_something_else(exports: Exports) -> None:
    exports.put(CUSTOMERS, *rows(1, 2)).load(MONDAY)
    exports.remove(CUSTOMERS)
    found = stock(exports)
    accepted: list[Loss] = accept_losses(exports.warehouse, find_losses(found), NEXT_MONDAY, "Li")
    assert [loss.source for loss in accepted] == ["canonical_customer"]
    note_what_is_there(exports.warehouse, [], NEXT_MONDAY)
    end_acceptances(exports.warehouse, set(), NEXT_MONDAY)
    assert accepted_sources(exports.warehouse) == {"canonical_customer"}
    exports.put(CUSTOMERS, *rows(3))
    present = {load.load_id for load in stock(exports).loads}
    end_acceptances(exports.warehouse, present, NEXT_MONDAY)
    assert accepted_sources(exports.warehouse) == frozenset()
