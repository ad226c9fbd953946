"""Every KPI of the catalogue has a place; a table of further KPIs shows the warehouse's values."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from pipelines.handbook.kpis import reports_of
from pipelines.policy.catalogue import load_catalogue
from pipelines.reporting.model.shows import OF_POLICY
from pipelines.reporting.reports import REPORTS
from pipelines.workspace.resources import shipped
from tests.support.pages.reading import EN, column, section_of

KPIS = load_catalogue(sorted(shipped("policy", "kpis").glob("*.yaml"))).kpis


@pytest.mark.parametrize("kpi_id", KPIS)
def test_every_kpi_stands_on_the_page_of_somebody(kpi_id):
    assert set(reports_of(kpi_id, KPIS[kpi_id])) - {"kpi_browser"}


def test_an_entry_names_only_reports_that_have_a_place_for_it():
    named = {report for kpi in KPIS.values() for report in kpi.reports}
    assert len(named) > 5
    for report in named:
        assert OF_POLICY in REPORTS[report].declared.kpis, report


def test_nothing_is_said_to_stand_elsewhere_and_put_into_the_table_again():
    for kpi_id, kpi in KPIS.items():
        for report in set(kpi.reports) - {"appraisal"}:
            assert kpi_id not in REPORTS[report].declared.kpi_ids, (kpi_id, report)


@pytest.mark.parametrize("report", sorted({r for k in KPIS.values() for r in k.reports}))
def test_a_page_has_each_kpi_that_the_catalogue_puts_there(sample, pages, report):
    expected = {kpi.label.en: kpi_id for kpi_id, kpi in KPIS.items() if report in kpi.reports}
    shown = [page for page in pages[report] if any(s.id == "kpis" for s in page.sections)]
    if report == "appraisal":
        return
    assert shown
    for page in shown[:3]:
        section = section_of(page, "kpis")
        assert {EN.text(cell) for cell in column(section, "kpi")} == expected.keys()
        kind = page.reader.kind if page.reader.kind != "function" else "company"
        scope = page.reader.id if kind != "company" else "C-01"
        values = {
            (kpi_id, period): value
            for kpi_id, period, value in sample.execute(
                "select kpi_id, period_kind, value from mart.kpi_value where scope_kind = ? "
                "and scope_id = ? and (period_kind, period_start) in (('quarter', "
                "date '2026-10-01'), ('month', date '2026-11-01'), ('week', date '2026-11-09'))",
                [kind, scope],
            ).fetchall()
            if value is not None
        }
        for name, cell in zip(column(section, "kpi"), column(section, "value"), strict=True):
            kpi_id = expected[EN.text(name)]
            found = [values.get((kpi_id, period)) for period in ("quarter", "month", "week")]
            known = [value for value in found if value is not None]
            if cell.id == "value.plain":
                value = cell.params["value"]
                assert D(value.exact_text) == (int(known[0]) if value.kind == "count" else known[0])
            else:
                assert cell.id.startswith("no_data") and not known
