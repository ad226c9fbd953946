"""What a check that did not hold means for whoever reads the figures.

Belongs here: the short list in the banner of every page, without a table or a file in it. Does not
belong here: what the check found in its own words, with file and line (`verdicts.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from pipelines.checks.reconciliations import Reconciliation, all_reconciliations
from pipelines.reporting.model.page import FailedCheck
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Message,
    Money,
    Text,
    message,
    verbatim,
)
from pipelines.sources.contract import canonical_tables

_OF_HR = (
    "agreed_target", "appraisal_", "assignment", "employee", "leave", "org_unit", "salary",
    "training_result",
)  # fmt: skip
_OF_FINANCE = (
    "commission_", "expense", "fx_rate", "gl_balance", "invoice", "payroll_commission", "receipt",
    "write_off",
)  # fmt: skip
_REASONS = 3
# how the id of a check on an export begins, or what it holds, and what that means
_KINDS = (
    ("stage_names_known", "stages"),
    ("export_present", "absent"),
    ("export_not_lost", "absent"),
    ("rows_not_lost", "absent"),
    ("table_row_count", "absent"),
    ("share in quarantine", "share"),
    (" → ", "keys"),
)


@cache
def _reconciliations() -> dict[str, Reconciliation]:
    return {check.check: check for check in all_reconciliations()}


def concern(
    check_id: str,
    guards: str,
    *,
    offenders: int,
    has_run: bool,
    blocking: bool,
    amount: Decimal | None = None,
) -> FailedCheck:
    """A check in its reader's words: what is wrong, what that does to figures, who is asked.

    Args:
        guards: the table it looks at, `schema.name`.
        offenders: rows that break it; 0 where it counts none.
        has_run: whether it came to a verdict at all.
        amount: how much money is in question, in base currency.
    """
    export = guards.removeprefix("staging.")
    known = _reconciliations().get(check_id)
    if known is not None and known.guards == guards:  # exports have an account of rows of their own
        name: Text = Bilingual(zh=known.zh, en=known.en)
        effect: Text = Bilingual(zh=known.effect_zh, en=known.effect_en)
        asks, guards = known.asks, known.figures_of
    else:
        kind = next((kind for sign, kind in _KINDS if sign in check_id), "rows")
        name = _of_export(f"concern.{kind}", export)
        effect = message(f"concern.{kind}.effect")
        asks = who_answers_for(export)
    if not has_run:
        effect = message("concern.not_run")
    return FailedCheck(
        id=check_id, guards=guards, name=name, meaning=_meaning(offenders, effect, asks),
        blocking=blocking, has_run=has_run, in_question=_in_question(amount),
    )  # fmt: skip


def _in_question(amount: Decimal | None) -> Message | None:
    return message("concern.in_question", amount=Money(amount=abs(amount))) if amount else None


def not_computed(reasons: Sequence[str] = ()) -> list[FailedCheck]:
    """A report that broke on the way, with the first reasons for those who can set them right."""
    named: list[Text] = [verbatim(reason) for reason in reasons[:_REASONS]]
    told = message("concern.asks.sales_ops")
    return [
        FailedCheck(id="not_computed", name=name, meaning=told, blocking=True)
        for name in named or [message("concern.not_computed")]
    ]


def who_answers_for(export: str) -> str:
    """Whose export it is: `hr`, `finance` or `sales_ops`."""
    if export.startswith(_OF_HR):
        return "hr"
    return "finance" if export.startswith(_OF_FINANCE) else "sales_ops"


def _of_export(key: str, export: str) -> Message:
    named = message(f"export.{export}" if export in canonical_tables() else "concern.data")
    return message(key, export=named)


def _meaning(offenders: int, effect: Text, asks: str) -> Message:
    who = message(f"concern.asks.{asks}")
    if not offenders:
        return message("concern.effect", effect=effect, who=who)
    cases = Count(value=offenders, unit="cases")
    return message("concern.counted", cases=cases, effect=effect, who=who)
