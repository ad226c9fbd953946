"""What sales operations' page says of few cases, of nothing, and of a quota's period."""

from __future__ import annotations

from decimal import Decimal as D
from types import SimpleNamespace as Row

from pipelines.reporting.sales_ops import allocation as section_allocation
from pipelines.reporting.sales_ops import contact as section_contact
from pipelines.reporting.sales_ops import leads as section_leads
from pipelines.reporting.sales_ops.contact import Answered
from pipelines.reporting.shared import hygiene as section_hygiene
from pipelines.reporting.shared.hygiene import Hygiene
from tests.support.pages.reading import EN
from tests.support.pages.warehouses import SUNDAY


def test_only_clear_differences_between_teams_are_named():
    company = Answered(leads=400, on_time=320, late=60, never=20)
    assert Answered(40, 16, 20, 4).against(company) == "bad"
    assert Answered(10, 7, 3, 0).against(company) == "neutral"
    assert Answered(60, 60, 0, 0).against(company) == "good"
    assert section_contact.answered([]) is None


def test_a_share_of_few_deals_is_never_judged():
    company = Hygiene(open_deals=200, stale=20, past_due=20, incomplete=20, flawed=40)

    def verdict(flawed: int, deals: int) -> str:
        return section_hygiene.verdict(Row(flawed_deals=flawed, open_deals=deals), company)

    assert verdict(4, 4) == "neutral"
    assert verdict(9, 10) == "bad"
    assert verdict(0, 40) == "good"
    assert verdict(3, 10) == "neutral"


def test_nothing_is_divided_by_nothing():
    assert section_leads.per(D(100), 0) is None
    assert section_leads.per(None, 3) is None
    assert section_leads.per(D(100), 3).amount == D("33.33333333")


def test_a_quotas_period_is_named_where_it_is_a_month():
    month = Row(period_start=SUNDAY.replace(day=1), period_end=SUNDAY.replace(day=30))
    weeks = Row(period_start=SUNDAY.replace(day=2), period_end=SUNDAY)
    assert EN.text(section_allocation.quota_period(month)) == "November 2026"
    assert EN.text(section_allocation.quota_period(weeks)) == "2–15 Nov"
