"""However the same rows are split, ordered, repeated, exported again: the tables are the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.exports import MONDAY, NEXT_MONDAY, Exports

TABLES = ("customer", "receipt")
HEADERS = {
    "customer": "customer_id,name,credit_limit",
    "receipt": "receipt_id,customer_id,received_date,amount",
}
CUSTOMERS = [f"K{n},客户{n},{n}.{n:02}" for n in range(1, 9)]
# a receipt of an unknown customer, one of a bad day and one without an amount are among them
RECEIPTS = [
    *(f"R{n},K{n % 8 + 1},2026-01-{n:02},{n * 10}.05" for n in range(1, 13)),
    "R20,K404,2026-01-05,7",
    "R21,K1,31/02/2026,8",
    "R22,K2,2026-01-05,",
]
ROWS = {"customer": CUSTOMERS, "receipt": RECEIPTS}
CONTENT = {
    "customer": "select customer_id, name, credit_limit from staging.customer order by all",
    "receipt": "select receipt_id, customer_id, received_date, amount "
    "from staging.receipt order by all",
}


def state(exports: Exports) -> dict[str, list[tuple[Any, ...]]]:
    return {name: exports.warehouse.con.execute(CONTENT[name]).fetchall() for name in TABLES}


def stage(exports: Exports, at: Any) -> None:
    exports.stage("customer", "receipt", at=at)
    account = exports.warehouse.rows(
        "select sum(rows_landed) as landed, sum(rows_accepted + rows_quarantined) as accounted, "
        "sum(amount_landed) as money, sum(amount_accepted + amount_quarantined) as accounted_money "
        "from mart.load where is_current"
    )[0]
    assert account["landed"] == account["accounted"]
    assert account["money"] == account["accounted_money"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """Every row once, in one file for each table."""
    exports = Exports(tmp_path_factory.mktemp("plain"))
    for name in TABLES:
        exports.put(f"canonical/{name}.csv", HEADERS[name], *ROWS[name])
    stage(exports, MONDAY)
    return state(exports)


def scatter(random: Random, rows: list[str], parts: int) -> list[list[str]]:
    """Each row in one part or more, sometimes twice, in any order; no part is empty."""
    found: list[list[str]] = [[] for _ in range(parts)]
    for row in rows:
        for place in random.sample(range(parts), k=random.randint(1, parts)):
            found[place].extend([row] * random.choice([1, 1, 1, 2]))
    for part in found:
        part.extend([] if part else [random.choice(rows)])
        random.shuffle(part)
    return found


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["parts", "deltas", "exports"]))
def test_any_mix_of_splits_orders_and_repeats_gives_the_same_tables(
    tmp_path_factory: pytest.TempPathFactory,
    plain: dict[str, list[tuple[Any, ...]]],
    random: Random,
    way: str,
) -> None:
    folder: Path = tmp_path_factory.mktemp("mix")
    exports = Exports(folder)
    files: list[tuple[str, list[str]]] = []
    for name in TABLES:
        parts = random.randint(1, 4)
        if way == "deltas":
            columns = ", ".join(f"{c}: {c}" for c in HEADERS[name].split(","))
            exports.source(
                name,
                f"table: {name}\nfiles: [{name}_*.csv]\nexport: delta\ncolumns: {{{columns}}}\n",
            )
            files += [
                (f"raw/{name}_2026-11-{random.randint(1, 28):02}_{i}.csv", [HEADERS[name], *part])
                for i, part in enumerate(scatter(random, ROWS[name], parts))
            ]
        elif way == "parts":
            files += [
                (f"canonical/{name}_{i}.csv", [HEADERS[name], *part])
                for i, part in enumerate(scatter(random, ROWS[name], parts))
            ]
        else:  # the same state exported again and again, each time in another order
            for i in range(parts):
                rows = random.sample(ROWS[name], k=len(ROWS[name]))
                files.append((f"canonical/{name}_2026-11-{i + 1:02}.csv", [HEADERS[name], *rows]))
    random.shuffle(files)
    first = random.randint(0, len(files))
    for name, lines in files[:first]:
        exports.put(name, *lines)
    if first:
        stage(exports, MONDAY)
    for name, lines in files[first:]:
        exports.put(name, *lines)
    stage(exports, NEXT_MONDAY)
    assert state(exports) == plain
    exports.warehouse.con.close()
    shutil.rmtree(folder)
