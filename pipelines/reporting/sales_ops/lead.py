"""What sales operations must act on, in a few sentences.

Belongs here: whom to ask, what blocks, what is late, how the process is kept. What a blocking check
keeps as it was is not spoken of.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, Listing, Message, Money, Ratio, Shown, message
from pipelines.reporting.sales_ops import allocation as section_allocation
from pipelines.reporting.sales_ops import contact as section_contact
from pipelines.reporting.sales_ops import quarantine as section_quarantine
from pipelines.reporting.shared import exports as section_exports
from pipelines.reporting.shared import verdicts as section_verdicts
from pipelines.reporting.shared.hygiene import hygiene_of
from pipelines.reporting.shared.quality import has_verdicts


@shows(
    queries=(
        "checks", "exports", "quarantine_owners", "crm_hygiene", "first_contact",
        "quota_allocation",
    )
)  # fmt: skip
def lead(context: Context) -> tuple[Message, ...]:
    """The sentences that hold today: what blocks first, then the rows in quarantine."""
    kept, checks = (_quarantine_lead(context),), _checks_lead(context)
    blocked = any(section_verdicts.blocks(row) for row in section_verdicts.broken(context))
    return (
        *(checks + kept if blocked else kept + checks),
        *_exports_lead(context),
        *_hygiene_lead(context),
        *_contact_lead(context),
        *_allocation_lead(context),
    )


def _quarantine_lead(context: Context) -> Message:
    rows, amount = section_quarantine.kept(context)
    if not rows:
        return message("ops.lead.clean")
    people, nobody = section_quarantine.people_waiting(context), section_quarantine.unowned(context)
    shown = Count(value=rows, unit="rows")
    said: dict[str, Shown] = {"rows": message("value.plain", value=shown)}
    if amount:
        money = Money(amount=amount)
        said["rows"] = message("ops.lead.rows_worth", rows=shown, amount=money)
    unowned = Count(value=nobody)
    if not people:
        return message("ops.lead.kept_unowned", **said)
    first = people[0]
    return message(
        "ops.lead.kept_mixed" if nobody else "ops.lead.kept",
        people=Count(value=len(people), unit="people"),
        name=context.person(first.owner_id),
        most=Count(value=first.row_count),
        nobody=unowned,
        **said,
    )


def _checks_lead(context: Context) -> tuple[Message, ...]:
    if not has_verdicts(context.con):
        return ()
    rows = section_verdicts.broken(context)
    if not rows:
        return (message("ops.lead.checks_hold"),)
    blocking = [row for row in rows if section_verdicts.blocks(row)]
    if not blocking:
        return (message("ops.lead.checks_warn", n=Count(value=len(rows))),)
    names = tuple(dict.fromkeys(row.table_name for row in blocking))
    return (
        message(
            "ops.lead.checks_block",
            n=Count(value=len(blocking)),
            exports=Listing(items=tuple(section_verdicts.subject(name) for name in names[:3])),
        ),
    )


def _exports_lead(context: Context) -> tuple[Message, ...]:
    if not context.is_renewed("exports"):
        return ()
    late = section_exports.late_tables(context)
    if not late:
        return (message("ops.lead.none_late"),) if section_exports.exports(context) else ()
    names = Listing(items=tuple(message(f"export.{name}") for name in late))
    return (message("ops.lead.late", exports=names),)


def _hygiene_lead(context: Context) -> tuple[Message, ...]:
    if context.lacks("opportunity") is not None or not context.is_renewed("crm_hygiene"):
        return ()
    now, before = hygiene_of(context)
    if now is None or not now.flawed:
        return ()
    share: dict[str, Shown] = {
        "n": Count(value=now.flawed),
        "deals": Count(value=now.open_deals, unit="deals"),
    }
    if before is None:
        return (message("ops.lead.hygiene", **share),)
    change = now.past_due - before.past_due
    name = "ops.lead.hygiene_same"
    if change:
        name = "ops.lead.hygiene_worse" if change > 0 else "ops.lead.hygiene_better"
    return (
        message(
            name,
            past_due=Count(value=now.past_due),
            before=Count(value=before.past_due),
            **share,
        ),
    )


def _contact_lead(context: Context) -> tuple[Message, ...]:
    if context.lacks("lead") is not None or not context.is_renewed("first_contact"):
        return ()
    company = section_contact.company_answers(context)
    if company is None:
        return ()
    said: dict[str, Shown] = {
        "rate": Ratio(value=company.rate),
        "leads": Count(value=company.leads, unit="leads"),
        "never": Count(value=company.never),
    }
    worst = section_contact.worst_team(context)
    if worst is None:
        return (message("ops.lead.contact", **said),)
    return (message("ops.lead.contact_team", team=context.unit(worst), **said),)


def _allocation_lead(context: Context) -> tuple[Message, ...]:
    if not context.is_renewed("quota_allocation"):
        return ()
    off = section_allocation.gaps(context)
    if not off:
        return ()
    return (section_allocation.said_of(context, off, "ops.lead.over", "ops.lead.under"),)
