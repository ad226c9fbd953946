"""A customer's account over some days, as the warehouse has it.

Belongs here: opening, movements, closing, what is open and how old it is, each in the currency of
its documents. Does not belong here: how the letter looks (`letter.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.policy.receivables import Bucket, Receivables
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.yamlfile import did_you_mean

_SQL = Path(__file__).with_name("sql")


@dataclass(frozen=True)
class Movement:
    """Something that changed the account; what the customer owes more for is positive."""

    day: dt.date
    kind: str
    document_id: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class OpenItem:
    """What is left of a document, or of one instalment of it; a credit is negative."""

    kind: str
    document_id: str
    instalment_seq: int
    document_date: dt.date
    due_date: dt.date | None
    amount: Decimal
    bucket: str
    is_overdue: bool


@dataclass(frozen=True)
class Account:
    """The account in one currency: the opening balance and the movements make the closing one."""

    currency: str
    opening: Decimal
    movements: tuple[Movement, ...]
    items: tuple[OpenItem, ...]
    buckets: tuple[tuple[Bucket, Decimal], ...]

    @property
    def closing(self) -> Decimal:
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def overdue(self) -> Decimal:
        """What is past due, as everywhere else: also where policy ages by the document's date."""
        return sum((item.amount for item in self.items if item.is_overdue), Decimal(0))


@dataclass(frozen=True)
class Statement:
    """A customer's account in every currency it has documents in, the base currency first."""

    customer_id: str
    name: str
    since: dt.date
    until: dt.date
    accounts: tuple[Account, ...]


def read_statement(
    warehouse: Warehouse,
    customer: str,
    since: dt.date | None,
    until: dt.date | None,
    policy: Receivables,
) -> Statement:
    """The account of a customer.

    Args:
        customer: the id, or the whole name of exactly one.
        since: first day; without it the first of the month of the last day.
        until: last day; without it the day that the tables stand at.

    Raises:
        UserError: nobody of that id or name, days that are not computed, or of which the exports
            hold nothing.
    """
    (stand,) = warehouse.rows("select as_of_date, base_currency from core.parameter")
    until = until or stand["as_of_date"]
    since = since or until.replace(day=1)
    if until > stand["as_of_date"]:
        raise UserError(
            f"{until} has not been computed: the tables stand at {stand['as_of_date']}. "
            f"Run attain run --as-of {until} first, or give an earlier --as-of."
        )
    if since > until:
        raise UserError(f"--from {since} lies after --as-of {until}.")
    customer_id, name = _customer(warehouse, customer.strip())
    _is_known(warehouse, until)
    asked = {"customer": customer_id, "until": until}
    moved = _by_currency(warehouse, "movements", asked)
    left = _by_currency(warehouse, "open_items", asked)
    currencies = sorted({*moved, *left} or {stand["base_currency"]})
    currencies.sort(key=lambda currency: currency != stand["base_currency"])
    accounts = tuple(
        _account(currency, moved.get(currency, []), left.get(currency, []), since, policy)
        for currency in currencies
    )
    return Statement(customer_id, name, since, until, accounts)


def _is_known(warehouse: Warehouse, until: dt.date) -> None:
    """What was open before the first document is as unknown as where there is none at all."""
    first = warehouse.scalar("select min(document_date) from core.fct_open_item")
    if first is None:
        raise UserError(
            "No invoice, credit note or receipt has been read, so what a customer owes is not "
            "known. Add these exports; attain check says what is recognised in them."
        )
    if until < first:
        raise UserError(
            f"{until} lies before the first document of the exports ({first}): what was open then "
            "is not known. Give a later --as-of, or add the exports of that time."
        )


def _customer(warehouse: Warehouse, asked: str) -> tuple[str, str]:
    rows = warehouse.rows(
        "select customer_id, name from core.dim_customer "
        "where customer_id = $asked or name = $asked order by customer_id <> $asked, customer_id",
        {"asked": asked},
    )
    if rows and (rows[0]["customer_id"] == asked or len(rows) == 1):
        return rows[0]["customer_id"], rows[0]["name"] or rows[0]["customer_id"]
    if rows:
        ids = ", ".join(row["customer_id"] for row in rows[:5])
        raise UserError(f"{len(rows)} customers are called {asked!r}: {ids}. Give the id.")
    likely = warehouse.rows(
        "select text from (select customer_id as text from core.dim_customer "
        "union select name as text from core.dim_customer where name is not null) "
        "order by jaro_winkler_similarity(text, $asked) desc, text limit 20",
        {"asked": asked},
    )
    near = did_you_mean(asked, [row["text"] for row in likely])
    raise UserError(f"No customer has the id or the name {asked!r}{near}.")


def _by_currency(
    warehouse: Warehouse, query: str, asked: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    rows = warehouse.rows((_SQL / f"{query}.sql").read_text(encoding="utf-8"), asked)
    return {currency: list(found) for currency, found in groupby(rows, itemgetter("currency"))}


def _account(
    currency: str,
    moved: list[dict[str, Any]],
    left: list[dict[str, Any]],
    since: dt.date,
    policy: Receivables,
) -> Account:
    opening = sum((row["amount"] for row in moved if row["moved_on"] < since), Decimal(0))
    within = [row for row in moved if row["moved_on"] >= since]
    items = tuple(
        OpenItem(
            row["kind"], row["document_id"], row["instalment_seq"], row["document_date"],
            row["due_date"], row["open_amount"], row["bucket"], row["is_overdue"],
        )
        for row in left
    )  # fmt: skip
    buckets = tuple(
        (bucket, sum((item.amount for item in items if item.bucket == bucket.id), Decimal(0)))
        for bucket in policy.buckets
    )
    return Account(currency, opening, tuple(_with_balance(opening, within)), items, buckets)


def _with_balance(opening: Decimal, rows: list[dict[str, Any]]) -> Iterator[Movement]:
    balance = opening
    for row in rows:
        balance += row["amount"]
        yield Movement(row["moved_on"], row["kind"], row["document_id"], row["amount"], balance)
