"""Closing, reconciling and accounting for commission (`policy/commission_books.yaml`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pipelines.policy.models import Policy
from pipelines.policy.table import write_table
from pipelines.warehouse.duck import Warehouse

_Months = Annotated[int, Field(ge=0, le=600)]


class Closing(Policy):
    """`unpaid_roles` have no commission plan on purpose, whatever deals they own."""

    disputes_block: bool = True
    dispute_days: Annotated[int, Field(ge=0, le=365)] = 10
    unexplained_blocks: bool = True
    approver_roles: tuple[str, ...] = ("director", "finance")
    unpaid_roles: tuple[str, ...] = ("director",)


class Reconciling(Policy):
    tolerance: Annotated[Decimal, Field(ge=0, le=100)] = Decimal("0.05")
    timing_days: Annotated[int, Field(ge=0, le=730)] = 45
    currency_pct: Annotated[Decimal, Field(ge=0, le=25)] = Decimal(5)


class ContractCost(Policy):
    """`expense_up_to_months: 0` switches the practical expedient off."""

    expected_life_months: Annotated[int, Field(ge=1, le=600)] = 36
    renewal_is_commensurate: bool = False
    expense_up_to_months: _Months = 12
    contract_types: Annotated[
        tuple[Literal["new", "upsell", "cross_sell", "renewal"], ...], Field(min_length=1)
    ] = ("new", "upsell", "cross_sell")


class CommissionBooks(Policy):
    """`policy/commission_books.yaml`."""

    close: Closing = Closing()
    reconciliation: Reconciling = Reconciling()
    contract_cost: ContractCost = ContractCost()


BOOK_TABLES = {
    "policy.commission_books": (
        "disputes_block boolean, dispute_days integer, unexplained_blocks boolean, "
        "tolerance decimal(18, 4), timing_days integer, "
        "currency_pct decimal(9, 4), expected_life_months integer, "
        "renewal_is_commensurate boolean, expense_up_to_months integer"
    ),
    "policy.approver_role": "role varchar",
    "policy.unpaid_role": "role varchar",
    "policy.contract_cost_type": "contract_type varchar",
}


def write_books(warehouse: Warehouse, books: CommissionBooks) -> dict[str, int]:
    """Write the policy's tables; returns rows by table."""
    close, match, cost = books.close, books.reconciliation, books.contract_cost
    rows: dict[str, list[list[object]]] = {
        "policy.commission_books": [
            [
                close.disputes_block,
                close.dispute_days,
                close.unexplained_blocks,
                match.tolerance,
                match.timing_days,
                match.currency_pct,
                cost.expected_life_months,
                cost.renewal_is_commensurate,
                cost.expense_up_to_months,
            ]
        ],
        "policy.approver_role": [[role] for role in close.approver_roles],
        "policy.unpaid_role": [[role] for role in close.unpaid_roles],
        "policy.contract_cost_type": [[kind] for kind in cost.contract_types],
    }
    return {
        name: write_table(warehouse, name, columns, rows[name])
        for name, columns in BOOK_TABLES.items()
    }
