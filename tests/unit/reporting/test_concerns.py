"""Warnings in the words of who reads the figures: what is wrong, what it does, who is asked."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from pipelines.checks.reconciliations import Reconciliation, all_reconciliations
from pipelines.models.catalog import tables_above
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import FailedCheck, Quality, Reader
from pipelines.reporting.model.values import verbatim
from pipelines.reporting.reports import REPORTS
from pipelines.reporting.shared.concerns import concern, not_computed, who_answers_for
from pipelines.sources.contract import canonical_tables
from tests.support.laboratory import models as shipped_models

# a table with its schema, a column or check by its name, a file
TECHNICAL = re.compile(r"\b(staging|core|mart|policy)\.\w|\w_\w|\.(csv|xlsx|ya?ml)\b")
OF_EXPORTS = (
    "landed_is_accounted", "export_present", "export_not_lost:crm", "rows_not_lost",
    "table_row_count_to_be_between:row count", "unexpected_rows:share in quarantine (block)",
    "unexpected_rows:customer_id → customer", "column_values_to_not_be_null:owner_id",
    "stage_names_known", "decimals_destroyed:net_amount",
)  # fmt: skip


def said(check: FailedCheck, language: str) -> str:
    speak = speaker(language, "CNY", 2026)  # type: ignore[arg-type]
    return f"{speak.text(check.name)}: {speak.text(check.meaning)}"


def found(check_id: str, table: str, offenders: int = 3, has_run: bool = True) -> FailedCheck:
    return concern(check_id, table, offenders=offenders, has_run=has_run, blocking=False)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_reader_is_told_of_a_table_a_column_or_a_file(language: str) -> None:
    checks = [found(check.check, check.guards) for check in all_reconciliations()]
    checks += [
        found(check_id, f"staging.{table}")
        for table in canonical_tables() for check_id in OF_EXPORTS
    ]  # fmt: skip
    for check in checks:
        assert not TECHNICAL.search(said(check, language)), check.id


@pytest.mark.parametrize(
    ("language", "expected"), [("zh", "涉及 ¥1.23万。"), ("en", "¥12.3k in question.")]
)
def test_how_much_is_in_question_is_for_those_who_may_know(language: str, expected: str) -> None:
    check = concern("invoices_take_what_they_are_owed", "core.fct_settlement", offenders=5,
                    has_run=True, blocking=False, amount=Decimal("12345.67"))  # fmt: skip
    assert check.in_question is not None
    said = speaker(language, "CNY", 2026).text(check.in_question)  # type: ignore[arg-type]
    assert said == expected
    quality = Quality(checks_passed=1, quarantined_amount=Decimal(5)).with_failed((check,))
    person = quality.seen_by(Reader(kind="employee", id="E1", name=verbatim("E1")))
    assert [one.in_question for one in person.failed] == [None]
    assert quality.seen_by(Reader(kind="region", id="R", name=verbatim("R"))) == quality


def test_what_is_wrong_what_it_does_and_who_is_asked() -> None:
    settled = found("invoices_take_what_they_are_owed", "core.fct_settlement", 5)
    assert said(settled, "en") == (
        "no invoice takes more than it is owed: 5 cases. What is too much stands as the "
        "customer's credit and lowers no other invoice. Finance can put it right."
    )
    assert settled.in_question is None
    share = found("unexpected_rows:share in quarantine (warn)", "staging.opportunity", 1)
    assert said(share, "en") == (
        "opportunities: many rows could not be used: 1 case. Figures from them are too low by "
        "what these rows hold. Sales operations can put it right."
    )
    assert said(found("export_present", "staging.salary", 0), "zh") == (
        "薪资没有交来数据: 由其计算的数字保持原样，或为未知。请人力资源处理。"
    )


def test_a_check_that_came_to_no_verdict_says_so() -> None:
    check = found("receivables_tie_to_ledger", "mart.receivable_metric", 0, has_run=False)
    assert (check.verdict, "nobody knows" in said(check, "en")) == ("errored", True)


@pytest.mark.parametrize("check", all_reconciliations(), ids=lambda check: check.check)
def test_every_check_says_its_own_effect(check: Reconciliation) -> None:
    assert check.effect_en in said(found(check.check, check.guards), "en")


@pytest.mark.parametrize("check", all_reconciliations(), ids=lambda check: check.check)
def test_every_check_is_about_a_table_that_some_page_is_computed_from(
    check: Reconciliation,
) -> None:
    models = shipped_models().values()
    reports = [report for report in REPORTS.values() if not report.after_checks]
    assert any(check.figures_of in tables_above(models, report.reads) for report in reports)


def test_a_report_that_broke_says_so_and_its_reasons_where_they_can_be_set_right() -> None:
    [told] = not_computed()
    assert said(told, "en") == (
        "this report could not be computed: Sales operations can put it right."
    )
    reasons = [f"mart.a{number} could not be computed: disk full" for number in range(5)]
    assert [check.name for check in not_computed(reasons)] == [verbatim(r) for r in reasons[:3]]


def test_an_export_that_shares_a_check_s_name_speaks_of_itself() -> None:
    """The account of rows is a check of the run, and of each export."""
    assert said(found("landed_is_accounted", "staging.lead"), "en").startswith("leads are not as")


@pytest.mark.parametrize(
    ("table", "who"),
    [("salary", "hr"), ("appraisal_input", "hr"), ("invoice_order", "finance"),
     ("commission_dispute", "finance"), ("lead", "sales_ops"), ("quota", "sales_ops")],
)  # fmt: skip
def test_whoever_keeps_an_export_is_asked(table: str, who: str) -> None:
    assert who_answers_for(table) == who


def test_a_page_says_what_it_is_computed_from_and_counts_that() -> None:
    of_deals = found("stage_names_known", "staging.opportunity")
    of_quotas = found("quota_parts_add_up", "mart.quota_allocation")
    of_money = concern("receivable_scopes_add_up", "mart.receivable_ageing", offenders=1,
                       has_run=True, blocking=True)  # fmt: skip
    whole = Quality(checks_passed=9).with_failed((of_deals, of_quotas, of_money))
    assert (whole.checks_warned, whole.checks_failed) == (2, 1)
    page = whole.about({"staging.opportunity", "core.quota_day"})
    assert page.failed == (of_deals, of_quotas)  # whoever reads quotas, not their breakdown
    assert (page.checks_passed, page.checks_warned, page.checks_failed) == (9, 2, 0)
