"""The deals behind a unit's CRM hygiene: whose, and what is to be set right in each.

Belongs here: the list of deals. How many each person has stands in `shared/hygiene.py`.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import day, empty, money, table
from pipelines.reporting.model.values import Count, Days, Message, message, verbatim
from pipelines.reporting.shared.deals import deal_name, joined, record_urls, stage_age
from pipelines.reporting.shared.hygiene import hygiene_section
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.unit.unit import Unit

# A lead goes through so many with their people; the rest are the smaller ones of each.
_SHOWN = 60


@shows(hygiene_section)
def hygiene(context: Context, unit: Unit) -> Section:
    """The unit's people by the deals in which something is to be set right."""
    return hygiene_section(context, unit.people)


@shows(queries=("hygiene_deals",), kpis=("opportunity_completeness",))
def crm_section(context: Context, unit: Unit) -> Section | None:
    """Those deals, person by person; none where nothing is to be set right."""
    topic = message("unit.crm.topic")
    reason = context.lacks("opportunity")
    definitions = context.definition("opportunity_completeness")
    if reason is not None:
        return empty(
            "crm", topic, message("hygiene.no_deals"), reason, definitions=definitions
        )  # fmt: skip
    deals = crm_deals(context, unit)
    if not deals:
        return None
    owners = {deal.owner_id for deal in deals}
    return Section(
        id="crm",
        topic=topic,
        message=message(
            "unit.crm.headline",
            deals=Count(value=len(deals), unit="deals"),
            people=Count(value=len(owners), unit="people"),
        ),
        what=(message("unit.crm.what"),),
        table=table(
            "owner:text deal:text customer:text amount:money in_stage:text due:day "
            "to_set_right:text",
            [
                (
                    context.person(deal.owner_id),
                    deal_name(deal),
                    verbatim(deal.customer_name or "—"),
                    money(deal.amount_base),
                    stage_age(context, deal),
                    day(deal.expected_close_date),
                    joined(faults(deal)),
                )
                for deal in deals
            ],
            first=_SHOWN,
            to=[unit_place(context, "employee", deal.owner_id) for deal in deals],
            records=record_urls(context, deals),
            record="deal",
        ),
        definitions=definitions,
    )


def crm_deals(context: Context, unit: Unit) -> list[Record]:
    """The unit's deals in which something is to be set right, by owner."""
    grouped = context.grouped("hygiene_deals", "owner_id")
    return [deal for person in sorted(unit.people) for deal in grouped.get(person, [])]


def faults(deal: Record) -> tuple[Message, ...]:
    """What is to be set right in a deal."""
    found = []
    if deal.missing_fields and deal.missing_fields > 0:
        found.append(message("unit.crm.incomplete", n=Count(value=int(deal.missing_fields))))
    if deal.is_idle:
        found.append(message("deal.idle", days=Days(value=deal.idle_days)))
    if deal.is_past_due:
        found.append(message("deal.past_due"))
    return tuple(found)
