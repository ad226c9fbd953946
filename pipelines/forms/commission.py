"""Forms of a commission month: disputes by payee, and what waits for an approval or an answer.

Belongs here: who is asked for what. Does not belong here: what becomes of it (`sql/commission`).
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.forms.form import Field, Form, Language, Sheet, word
from pipelines.reporting.model.page import file_name
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.yamlfile import did_you_mean

_QUERIES = Path(__file__).with_name("queries")

_DISPUTES = (
    Field("dispute", width=30), Field("employee"), Field("name"), Field("month", width=11),
    Field("line", width=30), Field("source"), Field("amount", "amount"),
    Field("claimed", "amount", open=True, hint="amount"), Field("reason", open=True, width=40),
    Field("opened", "day", open=True, hint="day"),
)  # fmt: skip
_APPROVALS = (
    Field("approval", width=34), Field("kind", width=24), Field("month", width=11),
    Field("key", width=24), Field("expected", "amount"), Field("actual", "amount"),
    Field("amount", "amount"),
    Field("status", "choice", open=True, hint="outcome", choices="choices"),
    Field("reason", open=True, width=40), Field("approver", open=True),
    Field("decided", "day", open=True, hint="day"), Field("choices", hidden=True),
)  # fmt: skip
_DECISIONS = (
    Field("dispute", width=22), Field("employee"), Field("name"), Field("month", width=11),
    Field("line", width=24), Field("source"), Field("claimed", "amount"), Field("reason", width=40),
    Field("opened", "day"), Field("opened_by"),
    Field("status", "choice", open=True, hint="outcome", choices="choices"),
    Field("decision", open=True, width=40), Field("decided_by", open=True),
    Field("decided", "day", open=True, hint="day"), Field("choices", hidden=True),
)  # fmt: skip

_DISPUTE = ("dispute", "employee", "month", "line")


def commission_forms(
    warehouse: Warehouse, month: str, today: dt.date, language: Language
) -> list[Form]:
    """For every payee of a month a form to dispute a line, and one form for whoever decides.

    Args:
        month: `2026-10`.
        today: the day that stands beside a dispute or decision until somebody writes another.

    Raises:
        UserError: nobody has a statement of that month.
    """
    _require(warehouse, month)
    lines = warehouse.rows(_text("lines"), [month])
    forms = [
        _disputes_form(month, payee, list(rows), today)
        for payee, rows in groupby(lines, key=itemgetter("payee_id"))
    ]
    return [*forms, _decisions_form(warehouse, month, today, language)]


def _require(warehouse: Warehouse, month: str) -> None:
    if not warehouse.exists("mart.commission_statement"):
        raise UserError(f"{warehouse.path.name}: nothing has been computed yet. Run: attain run", 1)
    known = [
        row["period"]
        for row in warehouse.rows(
            "select distinct period from mart.commission_statement order by period desc"
        )
    ]
    if not known:
        raise UserError("Nobody has a commission statement yet, of any month.")
    if month not in known:
        raise UserError(
            f"{month!r}: nobody has a statement of a month of that name"
            f"{did_you_mean(month, known)}. The newest are {', '.join(known[:6])}."
        )


def _text(name: str) -> str:
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _disputes_form(month: str, payee: str, rows: list[dict[str, Any]], today: dt.date) -> Form:
    return Form(
        f"attain-disputes-{month}-{file_name(payee)}.xlsx",
        (
            Sheet("disputes", _DISPUTES, [
                (f"{month}-{payee}-{row['line_id']}", payee, row["name"], month, row["line_id"],
                 row["source_id"], row["amount"], None, None, today)
                for row in rows
            ], _DISPUTE),
        ),
    )  # fmt: skip


def _decisions_form(warehouse: Warehouse, month: str, today: dt.date, language: Language) -> Form:
    differences = warehouse.rows(_text("approvals"), [month])
    disputes = warehouse.rows(_text("disputes"), [month])
    yes_or_no = ",".join(word(name, language) for name in ("approved", "refused"))
    outcomes = ",".join(word(name, language) for name in ("accepted", "rejected", "withdrawn"))
    return Form(
        f"attain-approvals-{month}.xlsx",
        (
            Sheet("approvals", _APPROVALS, [
                (row["approval_id"], row["kind"], row["period"], row["key"], row["expected"],
                 row["actual"], row["amount"], None, row["reason"], None, today, yes_or_no)
                for row in differences
            ], ("approval", "kind", "month", "key")),
            Sheet("decisions", _DECISIONS, [
                (row["dispute_id"], row["payee_id"], row["name"], row["period"], row["line_id"],
                 row["source_id"], row["claimed_amount"], row["reason"], row["opened"],
                 row["opened_by"], None, None, None, today, outcomes)
                for row in disputes
            ], _DISPUTE),
        ),
    )  # fmt: skip
