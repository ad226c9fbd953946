"""The letter and the workbook of a statement of account, in both languages.

Belongs here: what the customer reads. Does not belong here: what the account holds (`account.py`).
Nothing is masked: the customer reads their own documents.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from markupsafe import Markup

from pipelines.errors import UserError
from pipelines.policy.receivables import Receivables
from pipelines.reporting.account.account import Account, Movement, OpenItem, Statement
from pipelines.reporting.language.numbers import LANGUAGES, LanguageCode
from pipelines.reporting.model.book import Book, Cell, Sheet, columns
from pipelines.reporting.model.page import file_name
from pipelines.reporting.model.values import Bilingual, Message, Money, message, verbatim
from pipelines.reporting.publish.build import write_text
from pipelines.reporting.publish.render import environment, words
from pipelines.reporting.workbook.write import write_book
from pipelines.workspace.workspace import OWNER_ONLY, Label

_MOVEMENTS = "day:date kind:text document:text charged:foreign credited:foreign balance:foreign"
_KINDS = ("html", "xlsx")
_ITEMS = (
    "document:text kind:text instalment:int document_date:date due_date:date still_open:foreign"
)


def write_statement(
    statement: Statement, company: Label, policy: Receivables, folder: Path, replace: bool = False
) -> list[Path]:
    """Write a statement as page and workbook in both languages; returns the files.

    Raises:
        UserError: one is there already, or the folder cannot be written.
    """
    stem = f"{file_name(statement.customer_id)}_{statement.until}"
    files = [folder / f"{stem}.{language}.{kind}" for language in LANGUAGES for kind in _KINDS]
    there = next((file for file in files if file.exists()), None)
    if there is not None and not replace:
        raise UserError(f"{there} is there already. Give another --out, or --replace.")
    try:
        folder.mkdir(parents=True, mode=OWNER_ONLY, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            for language in LANGUAGES:
                written = Path(beside, f"{stem}.{language}")
                write_text(
                    written.with_name(f"{written.name}.html"),
                    letter(statement, company, policy, language),
                )
                write_book(_book(statement), written.with_name(f"{written.name}.xlsx"), language)
            for file in files:
                Path(beside, file.name).replace(file)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror or error}).") from None
    return files


def letter(
    statement: Statement, company: Label, policy: Receivables, language: LanguageCode
) -> str:
    """The statement as a page of its own, made for A4: style and all in one file."""
    terms, year = policy.account_statement, statement.until.year
    return environment().get_template("account.html").render(
        w=words(language, statement.accounts[0].currency, year),
        company=Bilingual(zh=company.zh, en=company.en),
        statement=statement,
        accounts=[_Shown(account, language, year) for account in statement.accounts],
        since=verbatim(statement.since.isoformat()),
        until=verbatim(statement.until.isoformat()),
        bank=[Bilingual(zh=line.zh, en=line.en) for line in terms.bank],
        by_document=policy.ageing.by == "document_date",
        note=Bilingual(zh=terms.note.zh, en=terms.note.en) if terms.note else None,
        verbatim=verbatim,
    )  # fmt: skip


class _Shown:
    """An account with its amounts in words of its own currency."""

    def __init__(self, account: Account, language: LanguageCode, year: int) -> None:
        self.account = account
        self.w = words(language, account.currency, year)

    def money(self, amount: Decimal) -> Markup:
        """An amount to the cent."""
        return self.w.html(Money(amount=amount, exact=True))

    def sentence(self) -> Markup:
        """What the customer is asked for, in one sentence."""
        closing = self.account.closing
        amount = Money(amount=abs(closing), exact=True)
        if closing == 0:
            return self.w.say("account.settled")
        if closing < 0:
            return self.w.say("account.in_credit", amount=amount)
        overdue = self.account.overdue
        if overdue <= 0:
            return self.w.say("account.owed_not_due", amount=amount)
        return self.w.say("account.owed", amount=amount, overdue=Money(amount=overdue, exact=True))

    def bucket_names(self) -> list[Bilingual]:
        return [Bilingual(zh=b.label.zh, en=b.label.en) for b, _ in self.account.buckets]


def _book(statement: Statement) -> Book:
    sheets: list[Sheet] = []
    for account in statement.accounts:
        sheets += (
            Sheet(
                f"movements_{account.currency}",
                message("account.sheet_movements", currency=verbatim(account.currency)),
                columns(_MOVEMENTS),
                lambda account=account: _movement_rows(account, statement),  # type: ignore[misc]
                total=False,
            ),
            Sheet(
                f"items_{account.currency}",
                message("account.sheet_items", currency=verbatim(account.currency)),
                columns(_ITEMS),
                lambda account=account: _item_rows(account.items),  # type: ignore[misc]
                total=False,
            ),
        )
    return Book(
        title=message("account.title"),
        sheets=tuple(sheets),
        currency=statement.accounts[0].currency,
        year=statement.until.year,
    )


def _movement_rows(account: Account, statement: Statement) -> Iterator[Sequence[Cell]]:
    yield (statement.since, message("account.opening"), None, None, None, account.opening)
    for one in account.movements:
        yield (
            one.day, kind_text(one.kind), verbatim(one.document_id), charged(one), credited(one),
            one.balance,
        )  # fmt: skip
    yield (statement.until, message("account.closing"), None, None, None, account.closing)


def _item_rows(items: Iterable[OpenItem]) -> Iterator[Sequence[Cell]]:
    for one in items:
        yield (
            verbatim(one.document_id), kind_text(one.kind), one.instalment_seq or None,
            one.document_date, one.due_date, one.amount,
        )  # fmt: skip


def kind_text(kind: str) -> Message:
    """What a movement or an open item is, in words."""
    return message(f"account.kind.{kind}")


def charged(one: Movement) -> Decimal | None:
    """What the customer owes more for."""
    return one.amount if one.amount > 0 else None


def credited(one: Movement) -> Decimal | None:
    """What the customer owes less for."""
    return -one.amount if one.amount < 0 else None
