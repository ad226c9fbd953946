"""The company's money adds up: documents among themselves, ledger, commission, quotas.

The ledger is worked out here a second time, row by row and in `Decimal`, from the files alone and
by the definitions in the manifest. Commission is in `test_sample_commission.py`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from tests.support.sample_files import Row, Sample, day, money

CENT = Decimal("0.01")
CREDIT_NOTE = "红字发票"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def total(rows: list[Row], key: str, amount: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row[key]] += money(row[amount])
    return dict(sums)


def rates(sample: Sample) -> dict[tuple[str, date], Decimal]:
    return {
        (row["币种"], day(row["日期"])): Decimal(row["对人民币汇率"])
        for row in sample.clean("fx_rate")
    }


def test_net_and_tax_make_gross(sample: Sample) -> None:
    for row in sample.clean("invoice"):
        net, tax, gross = (money(row[name]) for name in ("不含税金额", "税额", "价税合计"))
        assert net + tax == gross, row
        vat = cents(net * Decimal("0.13")) if row["币种"] == "CNY" else Decimal(0)
        assert tax == vat or row["发票类型"] == CREDIT_NOTE, row


def test_lines_make_orders_and_orders_make_contracts(sample: Sample) -> None:
    orders = {row["订单编号"]: row for row in sample.clean("sales_order")}
    assert total(sample.clean("sales_order_line"), "订单编号", "不含税金额") == {
        number: money(row["不含税金额"]) for number, row in orders.items()
    }
    ordered = total(list(orders.values()), "合同编号", "不含税金额")
    contracts = {row["合同编号"]: money(row["不含税金额"]) for row in sample.clean("contract")}
    complete = [number for number in ordered if ordered[number] == contracts[number]]
    assert all(ordered[number] <= contracts[number] for number in ordered)
    assert len(complete) > 0.9 * len(ordered)  # the rest waits for its second order


def test_a_line_is_quantity_times_price(sample: Sample) -> None:
    for row in sample.clean("sales_order_line"):
        assert money(row["数量"]) * money(row["成交单价"]) == money(row["不含税金额"]), row


def test_the_accepted_quote_the_deal_and_the_contract_say_the_same(sample: Sample) -> None:
    contracts = {row["商机编号"]: money(row["不含税金额"]) for row in sample.clean("contract")}
    deals = {
        row["商机编号"]: money(row["预计金额"])
        for row in sample.clean("opportunity")
        if row["状态"] == "赢单"
    }
    quotes = {
        row["商机编号"]: money(row["报价(万元)"]) * 10000
        for row in sample.clean("quote")
        if row["状态"] == "已接受"
    }
    assert deals == contracts
    assert quotes == contracts


def test_instalments_add_up_to_the_gross(sample: Sample) -> None:
    gross = {row["发票编号"]: money(row["价税合计"]) for row in sample.clean("invoice")}
    parts = total(sample.clean("invoice_instalment"), "发票编号", "分期金额")
    assert len(parts) > 50
    assert parts == {invoice: gross[invoice] for invoice in parts}


def test_splits_add_up_to_a_hundred_percent(sample: Sample) -> None:
    splits = [row for row in sample.clean("opportunity_split") if row["分成类型"] == "分成"]
    shares = total(splits, "商机编号", "比例(%)")
    assert set(shares.values()) == {Decimal(100)}
    won = sum(row["状态"] == "赢单" for row in sample.clean("opportunity"))
    assert 0.09 <= len(shares) / won <= 0.16
    owners = {row["商机编号"]: row["负责人工号"] for row in sample.clean("opportunity")}
    assert {(row["商机编号"], owners[row["商机编号"]]) for row in splits} <= {
        (row["商机编号"], row["员工工号"]) for row in splits
    }


def test_nobody_pays_or_writes_off_more_than_was_invoiced(sample: Sample) -> None:
    open_amount = {row["发票编号"]: money(row["价税合计"]) for row in sample.clean("invoice")}
    bounced = {row["收款编号"] for row in sample.clean("receipt") if row["退票日期"]}
    for row in sample.clean("receipt_allocation"):
        if row["收款编号"] not in bounced:
            open_amount[row["发票编号"]] -= money(row["核销金额"])
    for row in sample.clean("write_off"):
        open_amount[row["发票编号"]] -= money(row["核销金额"])
    assert min(open_amount.values()) == 0
    assert Decimal("0.01") in open_amount.values()  # a cent left open is planted


def test_allocations_do_not_exceed_their_receipt(sample: Sample) -> None:
    amounts = {row["收款编号"]: money(row["收款金额"]) for row in sample.clean("receipt")}
    allocated = total(sample.clean("receipt_allocation"), "收款编号", "核销金额")
    left = {number: amounts[number] - allocated.get(number, Decimal(0)) for number in amounts}
    assert min(left.values()) == 0
    assert sum(value > 0 for value in left.values()) >= 10  # advances and overpayments


def test_foreign_amounts_times_a_rate_are_whole_cents(sample: Sample) -> None:
    foreign = [row for row in sample.clean("invoice") if row["币种"] != "CNY"]
    assert {row["币种"] for row in foreign} == {"USD", "EUR"}
    rate = rates(sample)
    for row in foreign:
        assert money(row["税额"]) == 0
        base = money(row["价税合计"]) * rate[row["币种"], day(row["开票日期"])]
        assert base == cents(base)


def receivable(sample: Sample, as_of: date) -> Decimal:
    """Receivables as of a day by the manifest's definition, from the readable documents."""
    rate = rates(sample)

    def base(row: Row, moment: date) -> Decimal:
        return Decimal(1) if row["币种"] == "CNY" else rate[row["币种"], moment]

    balance = Decimal(0)
    invoice_rate: dict[str, Decimal] = {}
    for row in sample.clean("invoice"):
        issued = day(row["开票日期"])
        invoice_rate[row["发票编号"]] = base(row, issued)
        if row["状态"] == "已过账" and issued <= as_of:
            sign = -1 if row["发票类型"] == CREDIT_NOTE else 1
            balance += sign * money(row["价税合计"]) * base(row, issued)
    allocations: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for row in sample.clean("receipt_allocation"):
        if day(row["核销日期"]) <= as_of:
            allocations[row["收款编号"]].append(
                (money(row["核销金额"]), invoice_rate[row["发票编号"]])
            )
    for row in sample.clean("receipt"):
        received = day(row["收款日期"])
        bounced = day(row["退票日期"]) if row["退票日期"] else date.max
        if received <= as_of < bounced:
            used = allocations[row["收款编号"]]
            rest = money(row["收款金额"]) - sum((part for part, _ in used), Decimal(0))
            balance -= sum((part * own for part, own in used), Decimal(0))
            balance -= rest * base(row, received)
    for row in sample.clean("write_off"):
        if day(row["核销日期"]) <= as_of:
            balance -= money(row["核销金额"])
    return balance


def revenue(sample: Sample, until: date) -> Decimal:
    rate = rates(sample)
    turnover = Decimal(0)
    for row in sample.clean("invoice"):
        issued = day(row["开票日期"])
        if row["状态"] == "已过账" and issued.replace(day=1) == until.replace(day=1):
            sign = -1 if row["发票类型"] == CREDIT_NOTE else 1
            one = Decimal(1) if row["币种"] == "CNY" else rate[row["币种"], issued]
            turnover += sign * money(row["不含税金额"]) * one
    return turnover


def test_the_ledger_differs_from_the_documents_by_the_unreadable_rows(sample: Sample) -> None:
    ledger = {
        (row["科目"], day(row["截止日期"])): money(row["余额"])
        for row in sample.clean("gl_balance")
    }
    accounts = {"receivable": "1122 应收账款", "revenue": "6001 主营业务收入"}
    computed = {"receivable": receivable, "revenue": revenue}
    every = sample.manifest["gl_expected_difference"]
    assert len(every) == len(ledger) == 100
    expected = [entry for entry in every if entry["account"] in accounts]
    assert len(expected) == 50
    for entry in expected:
        as_of = date.fromisoformat(entry["period_end"])
        account = entry["account"]
        difference = ledger[accounts[account], as_of] - computed[account](sample, as_of)
        assert difference == Decimal(entry["difference"]), entry
    assert any(Decimal(entry["difference"]) != 0 for entry in expected)


def test_payroll_differs_from_the_ledger_s_commission_by_five_planted_deviations(
    sample: Sample,
) -> None:
    planted = {
        (entry["scope_id"], entry["period"]): Decimal(entry["found"])
        for entry in sample.manifest["planted"]
        if entry["kind"].startswith("payroll")
    }
    assert len(planted) == 5
    paid = {
        (row["employee_id"], row["period"]): money(row["paid_amount"])
        for row in sample.clean("payroll_commission")
    }
    assert {key: paid.get(key, Decimal(0)) for key in planted} == planted
    assert len(paid) > 500


def test_the_ledger_s_commission_is_earned_month_by_month_and_owed_until_paid(
    sample: Sample,
) -> None:
    """What is owed at a month's end is what was, and what was earned, less what payroll paid."""
    ledger: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for row in sample.clean("gl_balance"):
        ledger[row["科目"]][day(row["截止日期"])] = money(row["余额"])
    expense, owed = ledger["6601.08 销售提成"], ledger["2211.06 应付提成"]
    paid: dict[date, Decimal] = defaultdict(Decimal)
    for row in sample.clean("payroll_commission"):
        paid[day(row["paid_date"]).replace(day=1)] += money(row["paid_amount"])
    ends = sorted(expense)[:-1]  # the last balance is within a month
    for before, end in pairwise(ends):
        assert owed[end] == owed[before] + expense[end] - paid[end.replace(day=1)], end
    assert sum(expense.values()) > 1_000_000


def test_quotas_of_a_unit_are_those_of_its_members_but_for_one(sample: Sample) -> None:
    rows = sample.clean("quota")
    stated = {
        (row["scope_id"], row["measure"], row["period_start"]): money(row["amount"])
        for row in rows
        if row["scope_kind"] == "unit"
    }
    parent = {row["unit_id"]: row["parent_unit_id"] for row in sample.clean("org_unit")}
    stays = [row for row in sample.clean("assignment") if row["role"] == "rep"]
    parts: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["scope_kind"] == "employee":
            unit = next(
                stay["unit_id"]
                for stay in stays
                if stay["employee_id"] == row["scope_id"]
                and stay["valid_from"] <= row["period_end"]
                and (stay["valid_to"] or "9999") >= row["period_start"]
            )
            parts[unit, row["measure"], row["period_start"]] += money(row["amount"])
        elif parent[row["scope_id"]]:
            above = parent[row["scope_id"]], row["measure"], row["period_start"]
            parts[above] += money(row["amount"])
    differing = {key: parts[key] - stated[key] for key in stated if parts[key] != stated[key]}
    assert differing == {("T03", "contract_amount", "2026-11-01"): Decimal(300000)}
    assert {key[1] for key in stated} == {
        "contract_amount",
        "sales_amount",
        "collections",
        "collections_net",
        "new_customers",
    }
    months = {row["period_start"][:7] for row in rows}
    assert min(months) == "2024-11"
    assert max(months) == "2026-12"
    assert len(months) == 26


def test_net_collection_quotas_are_the_gross_ones_without_vat(sample: Sample) -> None:
    amounts = {
        (row["scope_id"], row["measure"], row["period_start"]): money(row["amount"])
        for row in sample.clean("quota")
    }
    gross = {key: value for key, value in amounts.items() if key[1] == "collections"}
    assert gross
    for (scope, _, start), value in gross.items():
        assert amounts[scope, "collections_net", start] == cents(value / Decimal("1.13"))
