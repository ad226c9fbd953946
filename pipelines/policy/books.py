"""Closing, reconciling and accounting for commission (`policy/commission_books.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from pipelines.policy.models import Policy
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.rows import Amount, Flag, Share, Text, Whole

_Months = Annotated[int, Field(ge=0, le=600)]


class Closing(Policy):
    """`unpaid_roles` have no commission plan on purpose, whatever deals they own; a company names
    them itself."""

    disputes_block: bool = True
    dispute_days: Annotated[int, Field(ge=0, le=365)] = 10
    unexplained_blocks: bool = True
    approver_roles: tuple[str, ...] = ("director", "finance")
    unpaid_roles: tuple[str, ...] = ()


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


class Stamps(Policy):
    """Who stamps seals with the time (RFC 3161): the address to ask, and a file of the certificates
    (PEM) of those who are believed."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    authority: Annotated[str, Field(min_length=1)]


class Seals(Policy):
    """Where the seals of closed months are kept beside the ledger, and who may sign them.

    `folders` are of the workspace, or anywhere else by their whole path. `signers` is a file as
    OpenSSH calls it `allowed_signers`; without one nobody has to sign. `stamps` says who stamps
    each seal with the time; without it nobody is asked.
    """

    folders: Annotated[tuple[str, ...], Field(min_length=1)] = ("seals",)
    signers: str | None = None
    stamps: Stamps | None = None


class CommissionBooks(Policy):
    """`policy/commission_books.yaml`."""

    close: Closing = Closing()
    reconciliation: Reconciling = Reconciling()
    contract_cost: ContractCost = ContractCost()
    seals: Seals = Seals()


class BooksRow(NamedTuple):
    disputes_block: Flag
    dispute_days: Whole
    unexplained_blocks: Flag
    tolerance: Amount
    timing_days: Whole
    currency_pct: Share
    expected_life_months: Whole
    renewal_is_commensurate: Flag
    expense_up_to_months: Whole


class RoleRow(NamedTuple):
    role: Text


class ContractTypeRow(NamedTuple):
    contract_type: Text


def _books_rows(books: CommissionBooks) -> Iterator[BooksRow]:
    close, match, cost = books.close, books.reconciliation, books.contract_cost
    yield BooksRow(
        disputes_block=close.disputes_block,
        dispute_days=close.dispute_days,
        unexplained_blocks=close.unexplained_blocks,
        tolerance=match.tolerance,
        timing_days=match.timing_days,
        currency_pct=match.currency_pct,
        expected_life_months=cost.expected_life_months,
        renewal_is_commensurate=cost.renewal_is_commensurate,
        expense_up_to_months=cost.expense_up_to_months,
    )


def _approvers(books: CommissionBooks) -> Iterator[RoleRow]:
    return (RoleRow(role) for role in books.close.approver_roles)


def _unpaid(books: CommissionBooks) -> Iterator[RoleRow]:
    return (RoleRow(role) for role in books.close.unpaid_roles)


def _cost_types(books: CommissionBooks) -> Iterator[ContractTypeRow]:
    return (ContractTypeRow(kind) for kind in books.contract_cost.contract_types)


BOOK_TABLES: tuple[PolicyTable[CommissionBooks], ...] = (
    PolicyTable("policy.commission_books", BooksRow, _books_rows),
    PolicyTable("policy.approver_role", RoleRow, _approvers),
    PolicyTable("policy.unpaid_role", RoleRow, _unpaid),
    PolicyTable("policy.contract_cost_type", ContractTypeRow, _cost_types),
)
