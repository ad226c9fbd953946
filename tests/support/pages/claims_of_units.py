"""Regions, teams and people as claims: attainment, collectors, how deals are kept, quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from pipelines.reporting.model.page import Page
from pipelines.reporting.model.values import Message, Verbatim
from tests.support.pages.claims import Claim, Published, number, periods, said, sheets
from tests.support.pages.claims import cells as cells_of
from tests.support.pages.claims_of_kpis import ACTIVITY, listed, scope_at, scope_of

UNIT_PAGES = ("region_weekly", "team_weekly")
_HYGIENE = {"flawed": "flawed_deals", "open_deals": "open_deals", "incomplete": "incomplete_deals",
            "stale": "stale_deals", "past_date": "past_due_deals", "activities": "activities",
            "logged_late": "cast(late_activities as double) / nullif(activities, 0)"}  # fmt: skip


def of_attainment(published: Published) -> Iterator[Claim]:
    """Quota, signed amount and attainment of the quarter, on every page that lists them."""
    start = periods(published)[2][1]
    for kind, scope_id, *figures in published.tables.execute(
        "select scope_kind, scope_id, quota, actual, attainment from mart.quota_attainment "
        "where measure = 'contract_amount' and period_kind = 'quarter' "
        "and period_start = cast(? as date)",
        [start],
    ).fetchall():
        named = {"company": "company", "employee": f"rep:{scope_id}"}
        scope = named.get(kind, f"{kind}:{scope_id}")
        for measure, figure in zip(("plan", "actual", "attainment"), figures, strict=True):
            if figure is not None:
                yield Claim(("quota", measure, scope), "mart.quota_attainment", figure)
    for report in ("director_weekly", *UNIT_PAGES):
        for page in published.pages_of(report):
            for row, cells in listed(page, "quota"):
                scope = scope_at(row)
                for measure in ("plan", "actual", "attainment"):
                    figure = number(cells[measure])
                    if scope is not None and figure is not None:
                        yield Claim(("quota", measure, scope), f"{page.stem} quota", figure)
            for tile in page.tiles:
                if tile.kpi_id == "quota_attainment" and (figure := number(tile.value)) is not None:
                    yield Claim(
                        ("quota", "attainment", scope_of(page)), f"{page.stem} tile", figure
                    )


def of_collectors(published: Published) -> Iterator[Claim]:
    """What each person is to collect that is past due: pages of units beside the person's own."""
    for report in UNIT_PAGES:
        for page in published.pages_of(report):
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for row, cells in listed(page, "overdue"):
                who = row.to.reader_id if row.to is not None else ""
                for measure, column in (("overdue", "overdue"), ("overdue items", "items"),
                                        ("over 90", "over_90")):  # fmt: skip
                    figure = number(cells[column])
                    assert figure is not None
                    sums[column] += figure
                    yield Claim((measure, who, published.day), f"{page.stem} overdue", figure)
            for name, column in (("unit.overdue.headline.amount", "overdue"),
                                 ("unit.overdue.headline.n", "items")):  # fmt: skip
                for place, figure in said(page, name):
                    quantity = ("collected by", column, scope_of(page))
                    yield Claim(quantity, place, figure)
                    yield Claim(quantity, f"{page.stem} overdue", sums[column])
    yield from _own(published)
    for who, items, old in published.tables.execute(
        "select collector_id, sum(items), "
        "sum(case when days_past_due > 90 then open_amount_base else 0 end) "
        "from mart.receivable_item where as_of_date = cast(? as date) and is_overdue "
        "and open_amount_base > 0 and collector_id is not null group by collector_id",
        [published.day],
    ).fetchall():
        yield Claim(("overdue items", who, published.day), "mart.receivable_item", items)
        yield Claim(("over 90", who, published.day), "mart.receivable_item", old)


def _own(published: Published) -> Iterator[Claim]:
    """The same on the pages of the people themselves."""
    for page in published.pages_of("rep_weekly"):
        who = page.reader.id
        for measure, name in (("overdue items", "rep.lead.invoices.n"),
                              ("overdue items", "rep.invoices.chase.n"),
                              ("over 90", "tile.over_90")):  # fmt: skip
            for place, figure in said(page, name):
                yield Claim((measure, who, published.day), place, figure)
        for tile in page.tiles:
            if tile.kpi_id != "overdue_amount":
                continue
            for compared in tile.comparisons:
                figure = number(compared.shown)  # type: ignore[arg-type]
                if getattr(compared.label, "id", "") == "tile.over_90" and figure is not None:
                    yield Claim(("over 90", who, published.day), f"{page.stem} tile", figure)


def _name(cell: object) -> str:
    return cell.text if isinstance(cell, Verbatim) else str(getattr(cell, "zh", cell))


def of_hygiene(published: Published) -> Iterator[Claim]:
    """How each person's deals are kept: sales operations, regions, teams and the table."""
    pages = [page for name in ("sales_ops", *UNIT_PAGES) for page in published.pages_of(name)]
    for page in pages:
        for _, cells in listed(page, "hygiene"):
            for column in _HYGIENE:
                figure = number(cells[column])
                if figure is not None:
                    yield Claim(
                        ("kept", column, _name(cells["rep"])), f"{page.stem} hygiene", figure
                    )
    for name, *figures in published.tables.execute(
        f"select person.name, {', '.join(_HYGIENE.values())} from mart.crm_hygiene as kept "
        "inner join core.dim_employee as person on kept.employee_id = person.employee_id "
        "where kept.as_of_date = cast(? as date) "
        "qualify count(*) over (partition by person.name) = 1",
        [published.day],
    ).fetchall():
        for column, figure in zip(_HYGIENE, figures, strict=True):
            if figure is not None:
                yield Claim(("kept", column, name), "mart.crm_hygiene", Decimal(str(figure)))


def of_unit_books(published: Published) -> Iterator[Claim]:
    """The workbook beside a unit's page: each person's quota, week, deals and overdue items."""
    week = periods(published)[0][0]
    counted = {"flawed": "flawed", "all_open_deals": "open_deals", "incomplete": "incomplete",
               "stale": "stale", "past_date": "past_date"}  # fmt: skip
    for report in UNIT_PAGES:
        for page in published.pages_of(report):
            sheet, place = sheets(page), f"{page.stem} workbook"
            overdue: dict[str, Decimal] = defaultdict(Decimal)
            for row in cells_of(sheet["overdue"]):
                overdue[row["person_id"]] += row["amount"]
            for row in cells_of(sheet["people"]):
                who = row["person_id"]
                stated = [
                    (("quota", "plan", f"rep:{who}"), row["quarter_quota"]),
                    (("quota", "actual", f"rep:{who}"), row["quarter_signed"]),
                    (("quota", "attainment", f"rep:{who}"), row["attainment"]),
                    *((("kpi", one, f"rep:{who}", week), row[one]) for one in ACTIVITY),
                    (("overdue", who, published.day), row["overdue"]),
                    (("over 90", who, published.day), row["over_90"]),
                    (("overdue items", who, published.day), row["overdue_items"]),
                    (("overdue", who, published.day), overdue[who]),
                ]
                if row["all_open_deals"]:
                    name = _name(row["person"])
                    stated += [(("kept", of, name), row[one]) for one, of in counted.items()]
                for quantity, figure in stated:
                    if figure is not None:
                        yield Claim(quantity, place, Decimal(figure))


def of_contacts(published: Published) -> Iterator[Claim]:
    """First contacts by person add up to the company's, on time and in all, and to the KPI's."""
    page = published.page("sales_ops")
    found = list(listed(page, "contact"))
    for column, part in (("leads", "denominator"), ("on_time", "numerator")):
        figures = [number(cells[column]) for _, cells in found]
        if figures:
            total = sum((figure for figure in figures if figure is not None), Decimal(0))
            yield Claim(("first contacts", column), f"{page.stem} contact", total)
        (stated,) = published.tables.execute(
            f"select {part} from mart.kpi_value where kpi_id = 'first_contact_on_time_rate' and "
            "scope_kind = 'company' and period_kind = 'rolling_13w' "
            "and period_end = cast(? as date)",
            [published.day],
        ).fetchall()
        yield Claim(("first contacts", column), "mart.kpi_value", stated[0])


def of_allocation(published: Published) -> Iterator[Claim]:
    """Quotas beside their parts: the table of gaps, the table of sums, tile, lead and the mart."""
    page = published.page("sales_ops")
    gaps: dict[str, Decimal] = defaultdict(Decimal)
    for _, cells in listed(page, "allocation_sums"):
        over, under = number(cells["over"]), number(cells["under"])
        assert over is not None
        assert under is not None
        gaps["over"] += over
        gaps["under"] += under
    for side, figure in gaps.items():
        yield Claim(("allocated", side), f"{page.stem} allocation_sums", figure)
    beyond = [number(cells["allocated_beyond"]) for _, cells in listed(page, "allocation")]
    if beyond:
        for side, of in (("over", max), ("under", min)):
            figure = sum((of(one, Decimal(0)) for one in beyond if one is not None), Decimal(0))
            yield Claim(("allocated", side), f"{page.stem} allocation", figure)
    for tile in page.tiles:
        if tile.kpi_id == "quota_gaps" and (count := number(tile.value)) is not None:
            yield Claim(("allocated", "gaps"), f"{page.stem} tile", count)
    yield Claim(("allocated", "gaps"), f"{page.stem} allocation", Decimal(len(beyond)))
    for over, under, gaps_found in published.tables.execute(
        "select sum(greatest(over_allocated, 0)), sum(least(over_allocated, 0)), "
        "sum(case when over_allocated <> 0 then 1 else 0 end) from mart.quota_allocation "
        "where parts > 0 and year(period_start) = year(cast(? as date))",
        [published.day],
    ).fetchall():
        yield Claim(("allocated", "over"), "mart.quota_allocation", over)
        yield Claim(("allocated", "under"), "mart.quota_allocation", under)
        yield Claim(("allocated", "gaps"), "mart.quota_allocation", Decimal(gaps_found))


# What a table states by person, team, region and company, and by what else it is told apart.
_BY_SCOPE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "receivable_ageing": (
        ("as_of_date", "bucket"),
        ("open_amount_base", "owed_amount_base", "overdue_amount_base", "disputed_amount_base",
         "revaluation_base", "items", "watch_items", "doubtful_items", "bad_debt_items"),
    ),
    "receivable_metric": (
        ("as_of_date",),
        ("outstanding", "overdue", "ecl_provision", "disputed", "credit_sales", "opening",
         "due_amount_base", "collected_amount_base"),
    ),
    "pipeline_movement": (("period_kind", "period_start", "cause"), ("amount", "deals")),
    "funnel_stage": (
        ("mode", "process_id", "stage_id", "period_kind", "period_start"),
        ("entered", "advanced", "lost", "regressed", "open"),
    ),
    "quarter_forecast": (
        ("quarter_start", "days_before_end"),
        ("signed_amount", "deals", "open_amount", "weighted_amount", "actual_amount"),
    ),
    "quota_attainment": (("period_kind", "period_start", "measure"), ("actual",)),
}  # fmt: skip


def of_scope_sums(published: Published) -> Iterator[Claim]:
    """What is published by person, team, region and company adds up to the company's."""
    for name, (apart, measures) in _BY_SCOPE.items():
        kinds = [
            kind
            for (kind,) in published.tables.execute(
                f"select distinct scope_kind from mart.{name} "
                "where scope_kind in ('company', 'region', 'team', 'employee')"
            ).fetchall()
        ]
        if name == "quota_attainment":
            # only those have a row who have a quota of that measure
            kinds = [kind for kind in kinds if kind in ("company", "region")]
        sums = ", ".join(f"round(sum({measure}), 2)" for measure in measures)
        for kind in kinds:
            for row in published.tables.execute(
                f"select {', '.join(f'cast({column} as varchar)' for column in apart)}, {sums} "
                f"from mart.{name} where scope_kind = ? group by all",
                [kind],
            ).fetchall():
                keys, figures = row[: len(apart)], row[len(apart) :]
                for measure, figure in zip(measures, figures, strict=True):
                    if figure is not None and (kind == "company" or figure != 0):
                        quantity = ("sum", f"{name}.{measure}", *keys)
                        yield Claim(quantity, f"mart.{name} of {kind}", Decimal(figure))


def of_ramps(published: Published) -> Iterator[Claim]:
    """What a starter signed each month: curves on the pages of region and team, and the quota."""
    by_name: dict[str, str] = {}
    for who, name in published.tables.execute(
        "select employee_id, name from core.dim_employee "
        "qualify count(*) over (partition by name) = 1"
    ).fetchall():
        by_name[name] = who
    for report in UNIT_PAGES:
        for page in published.pages_of(report):
            yield from _curves(page, by_name)
    for who, month, quota, actual in published.tables.execute(
        "select scope_id, strftime(period_start, '%Y-%m'), quota, actual "
        "from mart.quota_attainment where scope_kind = 'employee' and period_kind = 'month' "
        "and measure = 'contract_amount'"
    ).fetchall():
        yield Claim(("month", "plan", who, month), "mart.quota_attainment", quota)
        yield Claim(("month", "actual", who, month), "mart.quota_attainment", actual)


def _curves(page: Page, by_name: dict[str, str]) -> Iterator[Claim]:
    for found in page.sections:
        if not found.id.startswith("ramp") or not isinstance(found.topic, Message):
            continue
        person = found.topic.params.get("person")
        who = by_name.get(_name(person)) if person is not None else None
        if who is None:
            continue
        for _, cells in listed(page, found.id):
            for measure in ("plan", "actual"):
                figure = number(cells[measure])
                if figure is not None:
                    yield Claim(
                        ("month", measure, who, cells["month"].key), f"{page.stem} ramp", figure
                    )
