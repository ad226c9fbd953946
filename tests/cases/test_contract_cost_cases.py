"""The worked case of a contract's cost: canonical files and policy in, the schedule out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.run.session import Session
from tests.support.books import Books, computed, rows

TABLES = ("mart.contract_cost", "mart.contract_cost_month")
Costs = Callable[..., AbstractContextManager[Session]]


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Costs:
    """COM-VEN-22, sprytax.com, ASC 340-40: 5,000 on a contract of twelve months, begun in January.

    Called with keys of the policy on contract cost, and the day of the report.
    """
    root: Path = tmp_path_factory.mktemp("costs")

    def under(as_of: str, **policy: Any) -> AbstractContextManager[Session]:
        books = Books()
        books.plan("rep", {"credit": {"event": "signed", "to": "owner"}, "rate": {"flat_pct": 10}})
        books.person("E1", "rep")
        books.add("contract", {
            "contract_id": "A", "customer_id": "K", "owner_id": "E1", "type": "new",
            "net_amount": 50000, "signed_at": "2025-01-01 09:00:00", "start_date": "2025-01-01",
            "end_date": "2025-12-31",
        })  # fmt: skip
        books.policies["commission_books"] = {"contract_cost": policy}
        books.write(root)
        return computed(root, as_of, TABLES)

    return under


@pytest.fixture(scope="module")
def after_a_year(costs: Costs) -> dict[str, list[tuple[Any, ...]]]:
    """Both tables, by name."""
    with costs("2025-12-31", expected_life_months=36) as session:
        return {
            "cost": rows(session, "select amount, is_expensed, months, amount_per_month, "
                         "amortised, asset from mart.contract_cost"),
            "month": rows(session, "select period, capitalised, amortised, asset "
                          "from mart.contract_cost_month order by period"),
        }  # fmt: skip


def test_the_cost_is_written_off_evenly_over_the_customer_s_expected_life(
    after_a_year: dict[str, list[tuple[Any, ...]]],
) -> None:
    """138.89 a month for 36 months; after twelve 1,666.67 are expensed and 3,333.33 are left."""
    assert after_a_year["cost"] == [
        (5000, False, 36, Decimal("138.89"), Decimal("1666.67"), Decimal("3333.33")),
    ]  # fmt: skip


def test_the_schedule_runs_over_every_month_and_leaves_nothing(
    after_a_year: dict[str, list[tuple[Any, ...]]],
) -> None:
    found = after_a_year["month"]
    assert len(found) == 36
    assert found[0] == ("2025-01", 5000, Decimal("138.89"), Decimal("4861.11"))
    assert (found[11][0], found[11][3]) == ("2025-12", Decimal("3333.33"))
    assert (found[-1][0], found[-1][3]) == ("2027-12", 0)
    written_off = [amount for _, _, amount, _ in found]
    assert set(written_off) == {Decimal("138.89"), Decimal("138.88")}
    assert sum(written_off[:12]) == Decimal("1666.67")
    assert sum(written_off) == 5000


@pytest.mark.parametrize(
    ("expedient", "expected"),
    [
        (12, (True, 1, 5000, 5000, 0)),
        (0, (False, 12, Decimal("416.67"), Decimal("416.67"), Decimal("4583.33"))),
    ],
    ids=["expensed at once", "over twelve months"],
)
def test_where_renewals_are_paid_alike_the_contract_s_own_term_counts(
    costs: Costs, expedient: int, expected: tuple[Any, ...]
) -> None:
    """The trap of the case: then it is twelve months, which the one-year expedient may expense."""
    with costs("2025-01-31", renewal_is_commensurate=True, expense_up_to_months=expedient) as found:
        assert rows(found, "select is_expensed, months, amount_per_month, amortised, asset "
                    "from mart.contract_cost") == [expected]  # fmt: skip
