"""The shipped sample tells a story: every chart has something to say."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.support.sample_files import Row, Sample, day, money

LAST_DAY = date(2026, 11, 15)


def stages(sample: Sample) -> dict[str, list[tuple[str, str]]]:
    """Stage changes of each deal in order: from, to."""
    moves: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in sample.clean("opportunity_event"):
        if row["变更字段"] == "销售阶段":
            moves[row["商机编号"]].append((row["变更时间"], row["原值"], row["新值"]))
    return {deal: [move[1:] for move in sorted(found)] for deal, found in moves.items()}


ORDER = ["资格确认", "需求分析", "方案报价", "商务谈判", "签约执行"]


def test_stage_changes_form_a_chain_that_ends_where_the_deal_stands(sample: Sample) -> None:
    now = {row["商机编号"]: row for row in sample.clean("opportunity")}
    for deal, moves in stages(sample).items():
        for (_, reached), (left, _) in pairwise(moves):
            assert reached == left, deal
        assert moves[0][0] in ORDER[:2], deal
        assert moves[-1][1] == now[deal]["销售阶段"], deal
    won = {deal for deal, row in now.items() if row["状态"] == "赢单"}
    assert won == {deal for deal, row in now.items() if row["销售阶段"] == "签约执行"}


def test_other_changes_form_chains_too(sample: Sample) -> None:
    now = {row["商机编号"]: row for row in sample.clean("opportunity")}
    changes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(sample.clean("opportunity_event"), key=lambda row: row["变更时间"]):
        changes[row["商机编号"], row["变更字段"]].append(row)
    ends = {"预计金额": "预计金额", "预计成交日期": "预计成交日期", "负责人": "负责人工号"}
    for (deal, field), rows in changes.items():
        for earlier, later in pairwise(rows):
            assert earlier["新值"] == later["原值"], (deal, field)
        if field in ends:
            assert rows[-1]["新值"] == now[deal][ends[field]], (deal, field)
        created, closed = now[deal]["创建时间"], now[deal]["关闭时间"] or "9999"
        assert all(created < row["变更时间"] <= closed for row in rows), (deal, field)


def test_stages_are_skipped_revisited_and_reopened(sample: Sample) -> None:
    paths = stages(sample)
    deals = len(sample.clean("opportunity"))
    steps = {
        deal: [ORDER.index(new) - ORDER.index(old) for old, new in moves]
        for deal, moves in paths.items()
    }
    skipped = sum(any(step > 1 for step in found) for found in steps.values())
    back = sum(any(step < 0 for step in found) for found in steps.values())
    assert 0.02 <= skipped / deals <= 0.12
    assert 0.015 <= back / deals <= 0.08


def test_a_third_of_the_decided_deals_is_won(sample: Sample) -> None:
    outcomes = Counter(row["状态"] for row in sample.clean("opportunity"))
    assert 0.30 <= outcomes["赢单"] / (outcomes["赢单"] + outcomes["输单"]) <= 0.38
    assert outcomes["进行中"] > 100


def test_deals_close_towards_the_end_of_the_quarter_and_rest_in_the_spring_festival(
    sample: Sample,
) -> None:
    signed = [day(row["签订时间"]) for row in sample.clean("contract")]
    quarter_ends = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
    quarter_ends += [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)]
    late = sum(any(end - timedelta(13) <= on <= end for end in quarter_ends) for on in signed)
    full_quarters = sum(date(2025, 1, 1) <= on <= date(2026, 9, 30) for on in signed)
    assert late / full_quarters > 0.25  # 0.15 when spread evenly
    assert not any(date(2026, 2, 15) <= on <= date(2026, 2, 23) for on in signed)


def regions(sample: Sample) -> dict[str, str]:
    """Region of each employee's unit in 2026."""
    parent = {row["unit_id"]: row["parent_unit_id"] for row in sample.clean("org_unit")}
    return {
        row["employee_id"]: parent[row["unit_id"]]
        for row in sample.clean("assignment")
        if row["role"] in ("rep", "team_lead") and not row["valid_to"]
    }


def test_the_east_is_behind_because_large_deals_slipped(sample: Sample) -> None:
    region_of = regions(sample)
    rate = {"CNY": Decimal(1), "USD": Decimal("7.1"), "EUR": Decimal("7.8")}
    quota: dict[str, Decimal] = defaultdict(Decimal)
    for row in sample.clean("quota"):
        if row["measure"] == "contract_amount" and row["period_start"] >= "2026-10":
            quota[row["scope_id"]] += money(row["amount"])
    actual: dict[str, Decimal] = defaultdict(Decimal)
    for row in sample.clean("contract"):
        if day(row["签订时间"]) >= date(2026, 10, 1):
            amount = money(row["不含税金额"]) * rate[row["币种"]]
            actual[region_of[row["负责人工号"]]] += amount
            actual["C-01"] += amount
    share = Decimal(28) / Decimal(61)  # working days gone of those of the quarter
    pace = {unit: actual[unit] / (quota[unit] * share) for unit in actual}
    assert pace["R-EAST"] < Decimal("0.82")
    assert all(pace[unit] > Decimal("0.90") for unit in ("R-SOUTH", "R-NORTH", "R-WEST")), pace
    assert Decimal("0.78") < pace["C-01"] < Decimal("0.98")

    deals = {row["商机编号"]: row for row in sample.clean("opportunity")}
    pushed = {
        row["商机编号"]
        for row in sample.clean("opportunity_event")
        if row["变更字段"] == "预计成交日期"
        and date(2026, 10, 1) <= day(row["原值"]) <= LAST_DAY < day(row["新值"])
    }
    slipped = sample.manifest["slipped_deals"]
    assert len(slipped) >= 2
    for deal in slipped:
        assert deals[deal]["状态"] == "进行中"
        assert region_of[deals[deal]["负责人工号"]] == "R-EAST"
        assert money(deals[deal]["预计金额"]) > 200000
        assert deal in pushed


def test_the_reorganisation_moves_a_team_and_changes_a_lead(sample: Sample) -> None:
    units = {row["unit_id"]: row["parent_unit_id"] for row in sample.clean("org_unit")}
    stays = sample.clean("assignment")
    ended = {row["unit_id"] for row in stays if row["role"] == "team_lead" and row["valid_to"]}
    begun = {row["unit_id"] for row in stays if row["valid_from"] == "2026-01-01"}
    assert units["T07"] == "R-NORTH"
    assert units["T09"] == "R-WEST"
    assert {"T05", "T07"} <= ended
    assert {"T05", "T09"} <= begun
    roles: dict[str, set[str]] = defaultdict(set)
    for row in stays:
        roles[row["employee_id"]].add(row["role"])
    assert sum(found == {"rep", "team_lead"} for found in roles.values()) == 2


def test_people_join_and_leave_and_their_open_deals_are_handed_over(sample: Sample) -> None:
    people = sample.clean("employee")
    left = {row["employee_id"]: row["leave_date"] for row in people if row["leave_date"]}
    joined = [row for row in people if row["hire_date"] >= "2024-11-01"]
    assert len(left) == 5
    assert len(joined) == 6
    open_owners = {
        row["负责人工号"] for row in sample.clean("opportunity") if row["状态"] == "进行中"
    }
    assert not open_owners & set(left)
    handed = {
        row["原值"] for row in sample.clean("opportunity_event") if row["变更字段"] == "负责人"
    }
    assert set(left) <= handed


def test_customers_pay_early_late_and_never(sample: Sample) -> None:
    due = {row["发票编号"]: row["到期日"] for row in sample.clean("invoice")}
    delays = [
        (day(row["核销日期"]) - day(due[row["发票编号"]])).days
        for row in sample.clean("receipt_allocation")
        if not row["期次"]
    ]
    early = sum(delay < -2 for delay in delays) / len(delays)
    late = sum(delay > 30 for delay in delays) / len(delays)
    assert 0.05 < early < 0.4
    assert 0.1 < late < 0.4
    assert len(sample.clean("write_off")) >= 5
    assert sum(bool(row["退票日期"]) for row in sample.clean("receipt")) >= 8
    assert sum(row["发票类型"] == "红字发票" for row in sample.clean("invoice")) >= 15


def test_some_accepted_quotes_go_beyond_the_discount_authority(sample: Sample) -> None:
    accepted = [row for row in sample.clean("quote") if row["状态"] == "已接受"]
    beyond = sum(
        1 - money(row["报价(万元)"]) / money(row["目录价(万元)"])
        > money(row["授权折扣"].rstrip("%")) / 100
        for row in accepted
    )
    assert 0.03 <= beyond / len(accepted) <= 0.10


def test_leads_are_mostly_but_not_always_contacted_within_a_day(sample: Sample) -> None:
    leads = [row for row in sample.clean("lead") if row["首次联系时间"]]
    in_time = sum((day(row["首次联系时间"]) - day(row["分配时间"])).days <= 1 for row in leads)
    assert 0.70 < in_time / len(leads) < 0.97
    assert any(not row["首次联系时间"] for row in sample.clean("lead"))
    statuses = Counter(row["状态"] for row in sample.clean("lead"))
    assert set(statuses) == {"新建", "跟进中", "培育中", "已转化", "无效"}


def test_one_person_was_away_for_half_a_year(sample: Sample) -> None:
    long = [
        row
        for row in sample.clean("leave")
        if (day(row["结束日期"]) - day(row["开始日期"])).days > 150
    ]
    assert [row["假别"] for row in long] == ["产假"]
    away = long[0]
    created = [
        row["创建时间"]
        for row in sample.clean("opportunity")
        if row["负责人工号"] == away["工号"]
        and away["开始日期"] <= row["创建时间"][:10] <= away["结束日期"]
    ]
    assert len(created) <= 2  # at most what was handed over to them
