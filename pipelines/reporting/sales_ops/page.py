"""Sales operations' week: what in exports, process and quotas they must set right, and with whom.

Belongs here: the order of sections, and which of them may be shown while a blocking check keeps
tables as they were. Lead (`sales_ops_lead.py`), tiles and sections live in their own modules.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Page, Reader, Section, SectionNotice
from pipelines.reporting.model.values import Bilingual, message
from pipelines.reporting.sales_ops import allocation as section_allocation
from pipelines.reporting.sales_ops import contact as section_contact
from pipelines.reporting.sales_ops import hygiene as section_hygiene
from pipelines.reporting.sales_ops import leads as section_leads
from pipelines.reporting.sales_ops import quarantine as section_quarantine
from pipelines.reporting.sales_ops import tiles as sales_ops_tiles
from pipelines.reporting.sales_ops.lead import lead
from pipelines.reporting.sales_ops.tiles import tiles
from pipelines.reporting.shared import exports as section_exports
from pipelines.reporting.shared import verdicts as section_verdicts

QUERIES = (
    *sales_ops_tiles.QUERIES,
    *section_allocation.QUERIES,
    *section_contact.QUERIES,
    *section_exports.QUERIES,
    *section_hygiene.QUERIES,
    *section_leads.QUERIES,
    *section_quarantine.QUERIES,
)

Build = Callable[[Context], Section | None]
# Each section with what it reads; what a blocking check kept as it was is not shown as of today.
_SECTIONS: tuple[tuple[str, str, tuple[str, ...], Build], ...] = (
    ("exports", "exports.topic", (), section_exports.exports_section),
    ("verdicts", "verdicts.topic", (), section_verdicts.verdicts_section),
    ("owners", "owners.topic", section_quarantine.QUERIES, section_quarantine.owners_section),
    ("rules", "rules.topic", section_quarantine.QUERIES, section_quarantine.rules_section),
    ("hygiene", "hygiene.topic", section_hygiene.QUERIES, section_hygiene.hygiene_section),
    ("contact", "contact.topic", section_contact.QUERIES, section_contact.contact_section),
    ("leads", "leads.topic", section_leads.QUERIES, section_leads.funnel_section),
    ("cost", "cost.topic", section_leads.QUERIES, section_leads.cost_section),
    (
        "allocation", "allocation.topic", section_allocation.QUERIES,
        section_allocation.allocation_section,
    ),
    (
        "allocation_sums", "allocation.sums_topic", section_allocation.QUERIES,
        section_allocation.summary_section,
    ),
)  # fmt: skip


def build(context: Context) -> list[Page]:
    """One page, for the function."""
    sections = [
        made(context) if context.is_renewed(*queries) else withheld(section_id, topic)
        for section_id, topic, queries, made in _SECTIONS
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
            sections=tuple(section for section in sections if section is not None),
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
