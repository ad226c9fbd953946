"""Worked commission cases of vendors, open-source systems and Chinese practice, with their sources.

One company holds them all: a role with a plan of its own for each case. Canonical files and plan
files go in, `mart.commission_line` comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pipelines.run.session import Session
from tests.support.books import computed, rows
from tests.support.cases.commission_books import company

AS_OF = "2026-12-31"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    root = tmp_path_factory.mktemp("cases")
    company().write(root)
    with computed(root, AS_OF) as opened:
        yield opened


def amounts(
    session: Session, who: str, ledger: str = "earned", by: str = "source_id"
) -> list[Decimal]:
    """Sums of a payee's lines by source document, in its order."""
    found = rows(
        session,
        f"select sum(amount) from mart.commission_line where payee_id = '{who}' "
        f"and ledger = '{ledger}' group by {by} order by {by}",
    )
    return [amount for (amount,) in found]


def lines(
    session: Session, who: str, columns: str, ledger: str = "earned"
) -> list[tuple[Any, ...]]:
    return rows(
        session,
        f"select {columns} from mart.commission_line where payee_id = '{who}' "
        f"and ledger = '{ledger}' order by credit_date, line_id",
    )


def statement(session: Session, who: str, columns: str) -> list[tuple[Any, ...]]:
    return rows(
        session,
        f"select {columns} from mart.commission_statement where payee_id = '{who}' order by period",
    )


def test_step_rates_per_transaction(session: Session) -> None:
    """COM-VEN-01, Oracle Fusion IC, examples of calculating earnings using step rates."""
    assert amounts(session, "ven01") == [2, 3, 20, 14, 30, 95]


def test_the_same_tiers_pay_flat_or_in_steps(session: Session) -> None:
    """COM-VEN-03, Oracle Fusion IC, options for splitting attainment across rate tiers."""
    assert amounts(session, "ven03_whole") == [50, 300, 1800]
    assert lines(session, "ven03_whole", "cast(rate * 100 as int)") == [(1,), (2,), (3,)]
    assert amounts(session, "ven03_marginal") == [50, 200, 1200]


def test_the_trace_of_a_blended_rate(session: Session) -> None:
    """COM-VEN-04, Oracle SPM 24B: 2,500 is 1,000 at 1 % and 1,500 at 2 %, blended 1.6 %."""
    found = lines(session, "ven04", "credit_amount, rate, amount")
    assert found == [(1000, Decimal("0.01"), 10), (1500, Decimal("0.02"), 30)]
    assert sum(amount for _, _, amount in found) / 2500 == Decimal("0.016")


def test_a_deal_that_crosses_a_tier_continues_from_the_position_reached(session: Session) -> None:
    """COM-VEN-06, Salesforce Spiff mamount."""
    assert amounts(session, "ven06")[1] == 1100


def test_a_band_pays_the_whole_line_at_both_its_ends_and_nothing_outside(session: Session) -> None:
    """COM-OSS-13, OCA/commission models/commission.py: both ends inclusive, gaps pay nothing."""
    assert amounts(session, "oss13") == [0, 3000, 3200, 0]


def test_marginal_and_whole_read_one_table_of_tiers_differently(session: Session) -> None:
    """02, langejiahua.com 148820: 28,000 as 20,000 + 8,000; the whole-amount reading is 48,000."""
    assert lines(session, "zh02", "amount") == [(20000,), (8000,)]
    assert amounts(session, "zh02_whole") == [48000]
    assert amounts(session, "zh02_flat") == [30000]


def test_a_recoverable_draw_is_owed_and_taken_back_later(session: Session) -> None:
    """COM-VEN-09, Oracle Fusion IC, draw and recovery; months 4 and 5 follow from the rule."""
    found = rows(
        session,
        "select drawn, recovered, balance from commission.draw "
        "where payee_id = 'ven09' and period <= '2026-05' order by period",
    )
    assert found == [(500, 0, 500), (300, 0, 800), (600, 0, 1400), (0, 200, 1200), (0, 1200, 0)]
    assert statement(session, "ven09", "payable, draw_balance")[:5] == [
        (1000, 500),
        (1000, 800),
        (1000, 1400),
        (1000, 1200),
        (1800, 0),
    ]


def test_a_guaranteed_draw_tops_up_the_ramp_month(session: Session) -> None:
    """COM-OSS-24, theodortrampe/commission-calculator: 100 earned, 3,900 on top, 4,000 paid."""
    assert amounts(session, "oss24", by="cause") == [3900, 100]
    assert statement(session, "oss24", "earned, payable, draw_balance") == [(4000, 4000, 0)]


def test_commission_is_released_in_proportion_to_cash(session: Session) -> None:
    """COM-OSS-15, OCA/commission PR 104."""
    assert lines(session, "oss15", "amount, cast(release_date as varchar)", "payable") == [
        (2000, "2026-10-07"),
        (2000, "2026-10-28"),
    ]


def test_earned_and_payable_are_two_numbers(session: Session) -> None:
    """COM-VEN-12, QuotaPath payouts eligibility: half the cash, half the commission."""
    assert statement(session, "ven12", "earned, payable, held") == [(2000, 1000, 1000)]


def test_a_partial_credit_note_takes_its_part_back(session: Session) -> None:
    """COM-OSS-01, OCA/commission test_account_commission: 1.00 and -0.60, in all 0.40."""
    assert [amount for (amount,) in lines(session, "oss01", "amount", "payable")] == [
        1,
        Decimal("-0.6"),
    ]


def test_the_full_reversal_of_an_unpaid_invoice_nets_to_nothing(session: Session) -> None:
    """COM-OSS-02, OCA/commission, PR 503, 463, 607: no spurious -1.00."""
    assert lines(session, "oss02", "amount") == [(1,), (-1,)]
    assert statement(session, "oss02", "earned, payable, held") == [(0, 0, 0)]


def test_a_clawback_takes_what_was_released_and_the_rest_is_not_paid(session: Session) -> None:
    """COM-VEN-14, Centify: half of 1,000 was paid; -500, and the other half never comes."""
    assert lines(session, "ven14", "amount", "payable") == [(500,), (-500,)]
    assert statement(session, "ven14", "held")[-1] == (0,)


def test_a_clawback_of_pay_may_leave_attainment_alone(session: Session) -> None:
    """COM-VEN-15, Salesforce Spiff: 500 of June comes back in August, at June's rate."""
    assert lines(session, "ven15", "period, amount, position_to, cause") == [
        ("2026-06", 500, 10000, "invoice"),
        ("2026-08", -500, None, "clawback"),
    ]
    assert lines(session, "ven15", "reverses_line_id")[1] == lines(session, "ven15", "line_id")[0]


def test_a_cancellation_takes_back_the_recomputed_difference(session: Session) -> None:
    """COM-OSS-29: 110,000 at 5 % is 5,500, 60,000 at 3 % is 1,800; -3,700, not 5 % of the sale."""
    assert amounts(session, "oss29", by="period") == [1800, 3700, -3700]


def test_an_overlay_does_not_roll_up_to_its_manager(session: Session) -> None:
    """COM-VEN-16, Oracle Fusion IC, how team credit rules are processed."""
    found = rows(
        session,
        "select payee_id, sum(credit_amount) from mart.commission_line "
        "where ledger = 'earned' and source_id = 'ven16' group by all order by 1",
    )
    assert found == [("Bill", 100), ("Bob", 100), ("John", 100), ("Steve", 100)]


def test_overrides_climb_the_hierarchy(session: Session) -> None:
    """COM-OSS-27: 50 % to the seller, 2, 1.5 and 1 % above."""
    assert [amounts(session, who) for who in ("U0", "U1", "U2", "U3")] == [
        [50000],
        [2000],
        [1500],
        [1000],
    ]


def test_net_times_contribution_times_rate(session: Session) -> None:
    """COM-OSS-18, frappe/erpnext sales_person_commission_summary."""
    assert lines(session, "oss18", "credit_amount, split_pct, amount") == [(1000, 100, 50)]


def test_attainment_counts_only_the_contributed_share(session: Session) -> None:
    """COM-OSS-19, frappe/erpnext sales_person_target_variance: half of 20 each against 50."""
    for who in ("oss19_a", "oss19_b"):
        assert lines(session, who, "position_to, quota, position_to - quota") == [(10, 50, -40)]


def test_the_most_particular_rule_pays(session: Session) -> None:
    """COM-OSS-07, OCA sale_commission_product_criteria: 10, category 20, product 5 %, SKU 15 %."""
    assert amounts(session, "oss07") == [10, 20, 50, 150]


def test_a_down_payment_takes_its_share_and_the_final_invoice_the_rest(session: Session) -> None:
    """COM-OSS-11, OCA sale_commission_advance."""
    assert amounts(session, "oss11") == [10, 90]


@pytest.mark.parametrize(
    ("number", "expected"), list(enumerate([48000, 50000, 69000, 90000, 172500, "50007.5", 237500]))
)
def test_an_accelerator_multiplies_all_overage(
    session: Session, number: int, expected: object
) -> None:
    """COM-OSS-21, theodortrampe/commission-calculator: 125 and 150 belong to the higher tier."""
    assert amounts(session, f"oss21_{number}") == [Decimal(str(expected))]


def test_a_quota_is_prorated_and_the_rate_is_not(session: Session) -> None:
    """COM-OSS-23: 17 of 31 days of 10,000 is 5,483.87; 6,000 is 109.41 %."""
    found = lines(session, "oss23", "quota, tier_from, rate")
    assert found == [
        (Decimal("5483.87"), 0, Decimal("0.01")),
        (Decimal("5483.87"), 100, Decimal("0.02")),
    ]
    assert round(Decimal(6000) / found[0][0] * 100, 2) == Decimal("109.41")


def test_an_annual_plan_is_prorated_from_the_start_date(session: Session) -> None:
    """COM-VEN-18, seanmmasters.com: 214 of 365 days; quota 469,041.10, variable 43,972.60."""
    assert lines(session, "ven18", "quota") == [(Decimal("469041.10"),)]
    found = rows(
        session,
        "select active_days, days, target_variable from mart.commission_target "
        "where payee_id = 'ven18' and year = '2019'",
    )
    assert found == [(214, 365, Decimal("43972.60"))]


def test_a_pool_is_shared_equally_by_who_qualifies(session: Session) -> None:
    """COM-VEN-20, Core Commissions: 10,000 among the ten who reached 50 % of their quota."""
    found = rows(
        session,
        "select employee_id, amount from commission.pool_share "
        "where pool_id = 'pool:team:POOL0' order by 1",
    )
    assert found == [(f"pool_{place:02}", 1000) for place in range(10)]


def test_a_pool_is_shared_by_weight(session: Session) -> None:
    """COM-VEN-20, SparrowGenie: a quarter of 10 % of 1,200,000 is 30,000."""
    assert amounts(session, "pool_quarter_0") == [30000]
    assert amounts(session, "pool_rest_1") == [90000]


def test_a_pool_is_shared_by_the_number_of_shares_held(session: Session) -> None:
    """COM-VEN-20, InfoTrax: 5 of 5,000 shares of 10,000 are 10; nothing of it is left over."""
    assert amounts(session, "pool_few_0") == [10]
    assert [amounts(session, f"pool_many_{place}") for place in range(1, 6)] == 5 * [[1998]]


def test_a_team_pool_takes_its_percentage_of_the_team_s_sales(session: Session) -> None:
    """02, langejiahua.com 148820: 2 % of 5,000,000."""
    assert amounts(session, "pool_zh_0") == [100000]


def test_late_cash_cuts_the_credit(session: Session) -> None:
    """08, dybbs8.com, 360docs.net: 75 days cost 40 %, 181 all; 0.1 % a day beyond 3 months."""
    assert lines(session, "zh08a", "credit_amount, cut_pct, amount") == [(60000, 40, 600)]
    assert sum(amounts(session, "zh08a_late")) == 0
    assert lines(session, "zh08b", "credit_amount, amount") == [(98000, 980)]
