"""Why a commission line was written, in words; `sql/commission/` names the cause.

Belongs here: causes and their messages. Does not belong here: which cause a line has.
"""

from __future__ import annotations

from pipelines.reporting.model.values import Text, message, verbatim

_KNOWN_CAUSES = frozenset({
    "receipt", "bounce", "invoice", "credit_note", "write_off", "contract", "cancellation", "order",
    "lead", "clawback", "tier_reached", "cap_per_deal", "cap_per_month", "cap_carried", "gate",
    "clawback_limit", "pool", "spiff", "correction", "draw", "draw_recovered", "guarantee", "held",
    "released_at_once", "cash", "hold_back", "payroll", "plan_changed", "split_changed",
    "condition_changed", "quota_changed", "position_moved", "receipt_changed", "receipt_late",
    "receipt_removed", "bounce_late", "invoice_changed", "invoice_late", "invoice_removed",
    "credit_note_changed", "credit_note_late", "credit_note_removed", "contract_changed",
    "contract_late", "contract_removed", "order_changed", "order_late", "order_removed",
    "lead_late", "lead_removed", "payroll_changed", "adjustment_changed", "draw_recomputed",
    "release_recomputed", "limit_recomputed", "pool_recomputed", "accelerator_waits",
    "accelerator_opened", "appraisal", "appraisal_recomputed", "allowance", "allowance_recomputed",
    "forfeited", "forfeit_recomputed", "settled",
})  # fmt: skip


def cause_text(cause: str | None) -> Text | None:
    """A cause in words; one without words is shown as it is."""
    if cause is None:
        return None
    if cause in _KNOWN_CAUSES:
        return message(f"cause.{cause}")
    return verbatim(cause)
