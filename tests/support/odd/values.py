"""Fields whose text is odd: every way a number, a share or a date is written, and what is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.support.odd.file import Odd, lines, money

_CONTRACT = "contract_id,customer_id,owner_id,net_amount,start_date"
_DAY = dt.date(2026, 1, 5)

AMOUNTS = {
    "1234.5": "1234.5",
    "1,234.50": "1234.5",
    "1,234,567.89": "1234567.89",
    "1 234.50": "1234.5",
    "1\u00a0234.50": "1234.5",
    "１，２３４．５０": "1234.5",
    "¥1,234.50": "1234.5",
    "￥ 1234.50": "1234.5",
    "1,234.50元": "1234.5",
    "$1,234.50": "1234.5",
    "€1234.50": "1234.5",
    "(1,234.50)": "-1234.5",
    "（1,234.50）": "-1234.5",
    "-1,234.50": "-1234.5",
    "－1234.50": "-1234.5",
    "+5": "5",
    "1e5": "100000",
    "1.5E+3": "1500",
    "-0.00": "0",
    ".5": "0.5",
    "5.": "5",
    "  7  ": "7",
    "99999999999999.9999": "99999999999999.9999",
}
NO_AMOUNTS = (
    "", "null", "NULL", "#N/A", "#REF!", "#DIV/0!", "-", "--", "n/a", "NaN", "inf", "-Infinity",
    "100000000000000", "1" * 40, "1e30", "12abc", "1,50", "1.234,50", "1.2.3", "1 2", "=1+1",
    "0x1F", "五千", "1,23,45.00", "$", "()",
)  # fmt: skip
DATES = (
    "2026-01-05", "2026/1/5", "2026年1月5日", "2026.1.5", "20260105", "２０２６-０１-０５", "46027",
    "46027.75", "2026-01-05 00:00:00", "2026-01-05T10:30:00", "2026-01-05 10:30:00.123",
)  # fmt: skip
NO_DATES = (
    "2026-02-30", "2026-13-01", "0000-00-00", "31/02/2026", "05-01-26", "1/5", "yesterday",
    "2026", "99999999", "2026-1", "1900年", "#N/A", "12:30",
)  # fmt: skip
ORDERED = {
    "dmy": ("05.01.2026", "5/1/2026", "05-01-2026", "2026-01-05"),
    "mdy": ("01/05/2026", "1-5-2026", "2026-01-05"),
}
SHARES = {"50%": "50", "50": "50", "５０％": "50", "0.5 %": "0.5", "100%": "100"}
NO_SHARES = ("150%", "-1", "half", "50‰")


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _contract(kind: str, text: str, amount: str, day: str, rows: tuple[object, ...]) -> Odd:
    fields = ",".join(["C1", "K1", "E1", _field(amount), _field(day)])
    shown = text[:24] or "empty"
    return Odd(
        f"contract.csv::{kind} {shown}",
        f"the {kind} {shown!r} is {'read' if rows else 'quarantined'}",
        lines(_CONTRACT, fields, "C2,K1,E1,1,2026-01-05"),
        rows=(*rows, ("C2", money("1"), _DAY)),  # type: ignore[arg-type]
        quarantined=0 if rows else 1,
    )


def _ordered(order: str, text: str) -> Odd:
    return Odd(
        f"contract.csv::{order} {text}",
        f"{text!r} where the source says {order}",
        lines("编号,客户,销售,金额,日期", f"C1,K1,E1,1,{text}"),
        rows=(("C1", money("1"), _DAY),),
        source=f"table: contract\nfiles: ['*.csv']\ndate_order: {order}\n"
        "columns: {contract_id: 编号, customer_id: 客户, owner_id: 销售, net_amount: 金额, "
        "start_date: 日期}\n",
    )


def _share(text: str, value: str | None) -> Odd:
    head = "opportunity_id,owner_id,created_at,stage,probability,amount"
    return Odd(
        f"opportunity.csv::share {text}",
        f"the share {text!r} is {'quarantined' if value is None else 'read'}",
        lines(head, f"O1,E1,2026-01-05,lead,{text},1"),
        rows=() if value is None else (("O1", Decimal(value), money("1")),),
        quarantined=int(value is None),
    )


VALUES = [
    *(
        _contract("amount", t, t, "2026-01-05", (("C1", money(v), _DAY),))
        for t, v in AMOUNTS.items()
    ),
    *(_contract("amount", t, t, "2026-01-05", ()) for t in NO_AMOUNTS),
    *(_contract("date", t, "1", t, (("C1", money("1"), _DAY),)) for t in DATES),
    *(_contract("date", t, "1", t, ()) for t in NO_DATES),
    *(_ordered(order, text) for order, texts in ORDERED.items() for text in texts),
    *(_share(text, value) for text, value in SHARES.items()),
    *(_share(text, None) for text in NO_SHARES),
]
