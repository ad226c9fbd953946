"""What builders of pages declare is what they ask for: nothing else, and nothing in vain."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.policy.catalogue import load_catalogue
from pipelines.reporting.model.queries import query_files
from pipelines.reporting.model.shows import OF_POLICY, Builder, builders, declared, shows
from pipelines.reporting.reports import REPORTS
from pipelines.workspace.resources import shipped
from tests.support.pages.asking import Asking
from tests.support.pages.small_company import CRM_ONLY
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace

VERDICT = (
    "create table mart.check_result as select 'a' as check_id, 'staging.lead' as table_name, "
    "'block' as severity, 'failed' as status, 1 as offenders, '甲' as zh, 'a' as en, "
    "'[]' as evidence, null::decimal(18, 4) as amount"
)
KPIS = set(load_catalogue(sorted(shipped("policy", "kpis").glob("*.yaml"))).kpis)
BUILT = builders()
BUILDERS = pytest.mark.parametrize(
    "builder", BUILT, ids=lambda b: f"{b.__module__.removeprefix('pipelines.')}.{b.__name__}"
)


@pytest.fixture(scope="module")
def asked(sample_warehouse, tmp_path_factory) -> Asking:
    """All reports of the sample company; of one that has a CRM alone, and a check that blocks."""
    small = compute(small_workspace(tmp_path_factory.mktemp("crm"), CRM_ONLY))
    with duckdb.connect(str(small)) as con:
        con.execute(VERDICT)
    everything = frozenset(table for report in REPORTS.values() for table in report.reads)
    with pytest.MonkeyPatch.context() as monkeypatch:
        asking = Asking(monkeypatch, KPIS)
        for file, kept in (
            (sample_warehouse, frozenset()),
            (small, frozenset()),
            (small, everything),
        ):
            with opened(file) as con:
                for report in REPORTS.values():
                    asking.read_books(list(report.build(con, SUNDAY, kept)), report.pages)
    return asking


@BUILDERS
def test_a_builder_asks_for_nothing_it_does_not_declare(asked: Asking, builder: Builder) -> None:
    said = declared(builder)
    assert asked.queries[builder] <= set(said.queries)
    if OF_POLICY not in said.histories:
        assert asked.histories[builder] <= set(said.histories)
    if OF_POLICY not in said.kpis:
        assert asked.kpis[builder] <= {*said.kpis, *said.kpi_ids}


@BUILDERS
def test_a_builder_declares_nothing_it_never_asks_for(asked: Asking, builder: Builder) -> None:
    said, below = declared(builder), [declared(part) for part in declared(builder).parts]
    for kind in ("queries", "kpis", "histories"):
        others = {OF_POLICY, "kpi_values"}.union(*(getattr(part, kind) for part in below))
        assert set(getattr(said, kind)) - others <= getattr(asked, kind)[builder], kind


@BUILDERS
def test_what_is_declared_exists(builder: Builder) -> None:
    said = declared(builder)
    assert set(said.queries) <= set(query_files())
    assert said.kpi_ids <= set(
        load_catalogue(sorted(shipped("policy", "kpis").glob("*.yaml"))).kpis
    )


def test_every_builder_belongs_to_a_report() -> None:
    reached: set[Builder] = set()
    waiting = [report.pages for report in REPORTS.values()]
    while waiting:
        builder = waiting.pop()
        reached.add(builder)
        waiting += declared(builder).parts
    assert set(BUILT) - reached == set()


def test_a_builder_shows_what_its_parts_show_each_once() -> None:
    @shows(queries=("a", "b"), kpis=("one",))
    def part() -> None: ...

    @shows(part, queries=("b", "c"), histories=("two:week",))
    def whole() -> None: ...

    said = declared(whole)
    assert said.queries == ("kpi_values", "b", "c", "a")
    assert said.kpis == ("two:week", "one")
    assert (said.values, said.histories) == (("two:week",), ("two:week",))
    assert said.kpi_ids == {"one", "two"}
