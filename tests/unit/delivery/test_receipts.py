"""Receipts of figures: what is written is read, and what was changed is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.delivery.questions.receipt import Claim, plain, read_receipt, write_receipt
from pipelines.workspace.secret import secret

KEY = bytes(range(32))
CLAIM = Claim(
    "collections", "employee", "E023", "month", dt.date(2026, 10, 1), dt.date(2026, 11, 15),
    "969672a03876", Decimal("1234.50000000"), Decimal("1234.5"), None, 3, None,
)  # fmt: skip


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM,
        replace(CLAIM, as_of=None),
        replace(CLAIM, value=None, numerator=None, n=None, no_data_reason="missing_export:receipt"),
        replace(CLAIM, value=Decimal("-0.00000001"), denominator=Decimal(0)),
        replace(CLAIM, scope_kind="customer", scope_id="华东 “甲”\n公司"),
    ],
)
def test_what_is_written_is_read(claim: Claim) -> None:
    assert read_receipt(write_receipt(claim, KEY), KEY) == claim


def test_a_receipt_may_be_wrapped_but_no_sign_of_it_changed() -> None:
    line = write_receipt(CLAIM, KEY)
    assert read_receipt(f"  {line[:40]}\n{line[40:]} ", KEY) == CLAIM
    for place, sign in enumerate(line):
        other = "B" if sign == "A" else "A"
        assert read_receipt(line[:place] + other + line[place + 1 :], KEY) is None
    assert read_receipt(line[:-1], KEY) is None
    assert read_receipt(line, bytes(32)) is None
    assert read_receipt("", KEY) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", "1000"), ("0.10", "0.1"), ("-0.00", "0"), ("100", "100"), ("1E-8", "0.00000001")],
)
def test_numbers_are_written_exactly(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_a_secret_is_made_once_and_its_owner_s_alone(tmp_path: Path) -> None:
    made = secret(tmp_path / "portal" / "receipts.key")
    assert len(made) == 32
    assert secret(tmp_path / "portal" / "receipts.key") == made
    assert [path.name for path in (tmp_path / "portal").iterdir()] == ["receipts.key"]
    assert (tmp_path / "portal" / "receipts.key").stat().st_mode & 0o077 == 0
