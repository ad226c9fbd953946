"""A workspace of canonical files, and the receivables computed from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support.cases.canonical import Published, Row, published
from tests.support.cases.receivable_files import Books

MART = ("item", "ageing", "metric", "loss_rate", "revaluation")


@pytest.fixture
def workspace(tmp_path: Path) -> Published:
    return published(tmp_path / "ws", *(f"mart.receivable_{name}" for name in MART))


@pytest.fixture
def items(workspace: Published) -> Books:
    """Open items of customer K on a day, from its files."""

    def opened(as_of: str, **tables: Sequence[Row]) -> list[Row]:
        workspace.files(customer=[{"customer_id": "K", "name": "K"}], **tables)
        (rows,) = workspace.run(
            as_of, "select * from mart.receivable_item order by invoice_id, instalment_seq"
        )
        return rows

    return opened


@pytest.fixture
def company(workspace: Published) -> Callable[..., tuple[Row, list[Row]]]:
    """The company's figures and its loss rates on a day."""

    def measured(as_of: str, **tables: Sequence[Row]) -> tuple[Row, list[Row]]:
        workspace.files(customer=[{"customer_id": "K", "name": "K"}], **tables)
        metric, matrix = workspace.run(
            as_of,
            f"select * from mart.receivable_metric where scope_kind = 'company' "
            f"and as_of_date = date '{as_of}'",
            f"select * from mart.receivable_loss_rate where as_of_date = date '{as_of}' "
            "order by bucket_order",
        )
        return metric[0], matrix

    return measured
