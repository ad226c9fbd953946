"""All claims of what is published, by what they are of, and where two disagree.

A new section, table, sheet or page joins by a function in one of the modules of claims, named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from tests.support.pages import claims_of_days as days
from tests.support.pages import claims_of_kpis as kpis
from tests.support.pages import claims_of_pay as pay
from tests.support.pages import claims_of_units as units
from tests.support.pages.claims import (
    Claim,
    Published,
    Quantity,
    of_appraisal,
    of_commission,
    of_funnel,
    of_kpis,
    of_overdue_people,
    of_receivables,
    of_sales_ops,
    of_statement_books,
    of_sums,
)

CLAIMS: tuple[Callable[[Published], Iterable[Claim]], ...] = (
    of_kpis,
    kpis.of_published_kpis,
    kpis.of_kpi_tables,
    kpis.of_activity,
    of_receivables,
    of_overdue_people,
    of_commission,
    of_appraisal,
    of_sums,
    of_statement_books,
    of_funnel,
    of_sales_ops,
    units.of_attainment,
    units.of_collectors,
    units.of_hygiene,
    units.of_unit_books,
    units.of_contacts,
    units.of_allocation,
    units.of_scope_sums,
    units.of_ramps,
    days.of_days,
    days.of_days_in_tables,
    pay.of_results,
    pay.of_forms,
)


def claims(published: Published) -> dict[Quantity, list[Claim]]:
    """All claims by what they are of."""
    found: dict[Quantity, list[Claim]] = defaultdict(list)
    for source in CLAIMS:
        for claim in source(published):
            found[claim.quantity].append(claim)
    return dict(found)


def disagreements(found: dict[Quantity, list[Claim]]) -> list[str]:
    """Quantities that two places state differently, in whole cents or to six digits of a ratio."""
    wrong = []
    for quantity, stated in sorted(found.items()):
        figures = {round(claim.figure, 2 if abs(claim.figure) >= 1 else 6) for claim in stated}
        if len(figures) > 1:
            said_by = "; ".join(sorted({f"{c.figure:f} in {c.place}" for c in stated}))
            wrong.append(f"{' '.join(quantity)}: {said_by}")
    return wrong
