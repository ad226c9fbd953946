"""Sales operations' week: what in exports, process and quotas they must set right, and with whom.

Belongs here: the order of sections, and which of them may be shown while a blocking check keeps
tables as they were. Lead (`sales_ops_lead.py`), tiles and sections live in their own modules.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Page, Reader, Section, SectionNotice
from pipelines.reporting.model.scope import company_of
from pipelines.reporting.model.shows import Builder, declared, sections, shows
from pipelines.reporting.model.values import Bilingual, message
from pipelines.reporting.sales_ops import allocation as section_allocation
from pipelines.reporting.sales_ops import leads as section_leads
from pipelines.reporting.sales_ops import quarantine as section_quarantine
from pipelines.reporting.sales_ops.contact import contact_section
from pipelines.reporting.sales_ops.lead import lead
from pipelines.reporting.sales_ops.question import question_section
from pipelines.reporting.sales_ops.tiles import tiles
from pipelines.reporting.shared.all_kpis import kpi_section
from pipelines.reporting.shared.exports import exports_section
from pipelines.reporting.shared.hygiene import hygiene_section
from pipelines.reporting.shared.verdicts import verdicts_section


@shows(kpi_section)
def further_kpis(context: Context) -> Section | None:
    """What else of the catalogue sales operations can move."""
    return kpi_section(context, company_of(context), "sales_ops")


# What a blocking check kept as it was is not shown as of today; these two speak of that itself.
RUN = (exports_section, verdicts_section)
COMPUTED: dict[str, tuple[str, Builder]] = {
    "owners": ("owners.topic", section_quarantine.owners_section),
    "rules": ("rules.topic", section_quarantine.rules_section),
    "question": ("question.topic", question_section),
    "hygiene": ("hygiene.topic", hygiene_section),
    "contact": ("contact.topic", contact_section),
    "leads": ("leads.topic", section_leads.funnel_section),
    "cost": ("cost.topic", section_leads.cost_section),
    "allocation": ("allocation.topic", section_allocation.allocation_section),
    "allocation_sums": ("allocation.sums_topic", section_allocation.summary_section),
    "kpis": ("kpis.topic", further_kpis),
}


@shows(*RUN, *(builder for _, builder in COMPUTED.values()), lead, tiles)
def build(context: Context) -> list[Page]:
    """One page, for the function."""
    computed = [
        made(context)
        if context.is_renewed(*declared(made).queries)
        else withheld(section_id, topic)
        for section_id, (topic, made) in COMPUTED.items()
    ]
    return [
        Page(
            report="sales_ops",
            reader=Reader(
                kind="function",
                id="sales_ops",
                name=Bilingual(zh="销售运营", en="Sales operations"),
            ),
            period=context.week,
            as_of=context.as_of,
            company=context.company,
            currency=context.currency,
            lead=lead(context),
            freshness=context.freshness,
            quality=context.quality,
            tiles=tiles(context),
            sections=(*sections(RUN, context), *(one for one in computed if one is not None)),
        )
    ]


def withheld(section_id: str, topic: str) -> Section:
    """A section whose tables a blocking check kept: old figures are not shown as new ones."""
    return Section(
        id=section_id,
        topic=message(topic),
        message=message("ops.withheld"),
        notice=SectionNotice(severity="failed", text=message("ops.withheld_why")),
    )
