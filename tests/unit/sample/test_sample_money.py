"""The company's money adds up: documents among themselves, ledger, commission, quotas.

Ledger and commission are worked out here a second time, row by row and in `Decimal`, from the
files alone and by the definitions in the manifest.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from sample_files import Row, Sample, day, money

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
    expected = sample.manifest["gl_expected_difference"]
    assert len(expected) == len(ledger) == 50
    for entry in expected:
        as_of = date.fromisoformat(entry["period_end"])
        account = entry["account"]
        difference = ledger[accounts[account], as_of] - computed[account](sample, as_of)
        assert difference == Decimal(entry["difference"]), entry
    assert any(Decimal(entry["difference"]) != 0 for entry in expected)


def commissions(sample: Sample) -> dict[tuple[str, str], Decimal]:
    """Commission by employee and month: the plan applied line by line, in order."""
    rate = rates(sample)
    invoices = {row["发票编号"]: row for row in sample.clean("invoice")}
    deal_of = {row["订单编号"]: row["商机编号"] for row in sample.clean("sales_order")}
    cleared = {
        row["收款编号"]
        for row in sample.clean("receipt")
        if row["到账日期"] and not row["退票日期"]
    }
    splits: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in sorted(sample.clean("opportunity_split"), key=lambda row: row["员工工号"]):
        if row["分成类型"] == "分成":
            splits[row["商机编号"]].append((row["员工工号"], money(row["比例(%)"])))
    reps = [
        (row["employee_id"], day(row["valid_from"]), day(row["valid_to"] or "9999-12-31"))
        for row in sample.clean("assignment")
        if row["role"] == "rep"
    ]

    @cache
    def is_rep(employee: str, on: date) -> bool:
        return any(who == employee and first <= on <= last for who, first, last in reps)

    running: dict[str, Decimal] = defaultdict(Decimal)
    credits: list[tuple[str, date, str, str, Decimal]] = []
    allocations = sorted(
        sample.clean("receipt_allocation"), key=lambda row: (row["核销日期"], row["收款编号"])
    )
    for row in allocations:
        if row["收款编号"] not in cleared:
            continue
        invoice = invoices[row["发票编号"]]
        share = money(invoice["不含税金额"]) / money(invoice["价税合计"])
        before = running[row["发票编号"]]
        after = before + money(row["核销金额"])
        running[row["发票编号"]] = after
        one = (
            Decimal(1)
            if invoice["币种"] == "CNY"
            else rate[invoice["币种"], day(invoice["开票日期"])]
        )
        credit = (cents(after * share) - cents(before * share)) * one
        deal = splits.get(deal_of[invoice["订单编号"]]) or [(invoice["业务员工号"], Decimal(100))]
        given = Decimal(0)
        for employee, pct in deal:
            part = cents(credit * (given + pct) / 100) - cents(credit * given / 100)
            given += pct
            on = day(row["核销日期"])
            if is_rep(employee, on):
                credits.append((employee, on, row["收款编号"], row["发票编号"], part))
    quota: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in sample.clean("quota"):
        if row["measure"] == "collections_net" and row["scope_kind"] == "employee":
            quota[row["scope_id"], quarter(day(row["period_start"]))] += money(row["amount"])
    position: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    earned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for employee, on, _, _, part in sorted(credits, key=lambda credit: credit[1:4]):
        at = employee, quarter(on)
        line = cents(commission(position[at] + part, quota[at])) - cents(
            commission(position[at], quota[at])
        )
        position[at] += part
        earned[employee, f"{on:%Y-%m}"] += line
    return dict(earned)


def quarter(on: date) -> int:
    return on.year * 4 + (on.month - 1) // 3


def commission(position: Decimal, quota: Decimal) -> Decimal:
    """Marginal tiers: to 60 % 1 %, to 100 % 2 %, to 130 % 3 %, above 4 %; no quota: 1 %."""
    if quota == 0:
        return position * Decimal("0.01")
    limits = [quota * part / 100 for part in (0, 60, 100, 130)]
    upper = [*limits[1:], Decimal("Infinity")]
    return sum(
        (
            max(Decimal(0), min(position, high) - low) * pct / 100
            for low, high, pct in zip(limits, upper, (1, 2, 3, 4), strict=True)
        ),
        Decimal(0),
    )


def test_payroll_pays_the_plan_but_for_five_planted_deviations(sample: Sample) -> None:
    earned = {
        key: amount
        for key, amount in commissions(sample).items()
        if amount > 0 and key[1] <= "2026-10"
    }
    paid = {
        (row["employee_id"], row["period"]): money(row["paid_amount"])
        for row in sample.clean("payroll_commission")
    }
    found = {
        key: (earned.get(key, Decimal(0)), paid.get(key, Decimal(0)))
        for key in earned.keys() | paid.keys()
        if earned.get(key) != paid.get(key)
    }
    planted = {
        (entry["scope_id"], entry["period"]): (Decimal(entry["expected"]), Decimal(entry["found"]))
        for entry in sample.manifest["planted"]
        if entry["kind"].startswith("payroll")
    }
    assert found == planted
    assert len(planted) == 5
    assert len(earned) > 500


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
