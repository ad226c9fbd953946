"""A published output folder and a browser to look at it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
DAILY = "T05"
"""A team whose next day asks more than its page shows at once."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`reports/latest` after two weeks: the director's newest page is marked as not renewed."""
    from pipelines.reporting.model.page import FailedCheck
    from pipelines.reporting.model.values import Period, verbatim
    from pipelines.reporting.publish.build import Edition, StaleNotice, write_build
    from pipelines.reporting.publish.publish import publish
    from tests.support.pages.example_pages import director_page, rep_page
    from tests.support.pages.example_parts import CHINA

    root = tmp_path_factory.mktemp("workspace")
    page = director_page()
    check = FailedCheck(id="x", name=verbatim("ledger"), meaning=verbatim("off"), blocking=True)
    edition = Edition(
        company=page.company,
        as_of=page.as_of,
        reports=("director_weekly", "rep_weekly"),
        quality=page.quality,
    )
    first = [page, *(rep_page(number) for number in range(15))]
    later = page.as_of + timedelta(weeks=1)
    second = [
        rep_page(number).model_copy(update={"period": Period.week_of(later), "as_of": later})
        for number in range(15)
    ]
    notice = StaleNotice(
        report="director_weekly", at=datetime(2026, 11, 23, 3, 0, tzinfo=CHINA), checks=(check,)
    )
    for run, pages, stale in (("r1", first, ()), ("r2", second, (notice,))):
        build = root / ".attain" / "build" / run
        write_build(build, pages, edition.model_copy(update={"stale": stale}))
        publish(root / "reports", build, run)
    return root / "reports" / "latest"


@pytest.fixture(scope="session")
def company_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`reports/latest` of the sample company: of each report the company's page, or a reader's."""
    from pipelines.reporting.drilldown.drilldown import drilldowns
    from pipelines.reporting.publish.build import Edition, write_build
    from pipelines.reporting.publish.entries import entry_of
    from pipelines.reporting.publish.publish import publish
    from pipelines.reporting.publish.site import Site
    from pipelines.reporting.reports import REPORTS, quality
    from pipelines.warehouse.duck import Warehouse
    from tests.support.laboratory import shipped
    from tests.support.pages.warehouses import SUNDAY, compute, opened, sample_workspace

    root = tmp_path_factory.mktemp("company")
    file = compute(sample_workspace(root))
    build = root / ".attain" / "build" / "r1"
    with opened(file) as con:  # workbooks read their rows as they are written
        built = {name: list(report.build(con, SUNDAY)) for name, report in REPORTS.items()}
        status, freshness = quality(con)
        figures = [*built["director_weekly"], *built["finance"], *built["rep_weekly"][:2]]
        behind, _ = drilldowns(Warehouse(con, file), shipped()[1].catalogue, figures)
        pages = [
            *built["director_weekly"], *built["finance"], *built["appraisal"][::15],
            *(page for page in built["appraisal"] if page.report == "appraisal_fairness"),
            *built["kpi_browser"][:2], *built["region_weekly"][:1], *built["team_weekly"][:1],
            *(page for page in built["team_daily"] if page.reader.id == DAILY),
            *built["rep_weekly"][:2], *built["commission_statement"][:2], *built["sales_ops"],
        ]  # fmt: skip
        edition = Edition(
            company=pages[0].company,
            as_of=SUNDAY,
            reports=tuple(REPORTS),
            quality=status,
            freshness=freshness,
        )
        write_build(build, pages, edition, behind, site=Site(map(entry_of, pages)))
    publish(root / "reports", build, "r1")
    return root / "reports" / "latest"


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; install it to look at pages as readers do")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, site):
    """Open a page of the example site; see `opener`."""
    yield from opener(browser, site)


@pytest.fixture
def visit_company(browser, company_site):
    """Open a page of the sample company's reports; see `opener`."""
    yield from opener(browser, company_site)


def opener(browser, site: Path) -> Iterator[Callable[..., Any]]:
    """A function that opens a page; console errors and failed requests are in its `.trouble`."""
    contexts = []

    def go(path: str, width: int = 1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda m: page.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("requestfailed", lambda request: page.trouble.append(request.url))
        page.goto((site / path).as_uri())
        return page

    yield go
    for context in contexts:
        context.close()
