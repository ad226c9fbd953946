"""Rows for pages: every row as the query gives it, and what rows share is one object."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.reporting.model import queries as data
from pipelines.reporting.statement.lines import tier_text


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """5,000 rows over two names, each with a number of its own and sometimes a remark."""
    sql = """
        select if(i % 2 = 0, '王小明', 'Lee') as name, 'I' || i as invoice_id,
            if(i % 3 = 0, 'late', null) as remark, i::decimal(18, 4) as amount
        from range(5000) as t (i) order by i
    """
    monkeypatch.setattr(data, "query_text", lambda _: sql)
    return duckdb.connect()


def test_rows_come_as_the_query_gives_them(asked: duckdb.DuckDBPyConnection) -> None:
    found = data.fetch(asked, "any")
    assert [tuple(row) for row in found] == asked.execute(data.query_text("any")).fetchall()
    assert found[3]._asdict() == {
        "name": "Lee", "invoice_id": "I3", "remark": "late", "amount": Decimal("3.0000"),
    }  # fmt: skip


def test_a_name_that_rows_repeat_is_one_object(asked: duckdb.DuckDBPyConnection) -> None:
    found = data.fetch(asked, "any")
    assert len({id(row.name) for row in found}) == 2
    assert len({id(row.remark) for row in found}) == 2


def test_limits_that_are_equal_and_written_differently_are_shown_as_they_are_written() -> None:
    def shown(limit: str) -> str:
        row = SimpleNamespace(
            tier_from=Decimal(limit), tier_to=None, rate_kind="tiers", rate_by="amount",
            is_of_units=True, source_kind="receipt",
        )  # fmt: skip
        text = tier_text(row)
        assert text is not None
        return text.model_dump_json()

    assert shown("60.0") != shown("60")


def test_what_a_grade_settles_says_of_which_amount_it_is_which_percent() -> None:
    text = tier_text(SimpleNamespace(
        source_kind="appraisal", rate=Decimal("-0.2"), source_amount=Decimal("200.0000"),
    ))  # fmt: skip
    assert text is not None
    assert (text.params["pct"].value, text.params["amount"].amount) == (
        Decimal("0.8"), Decimal(200),
    )  # fmt: skip
