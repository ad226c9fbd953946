"""Receipts of figures: what was said, signed, in a line that can be kept beside the figure.

Belongs here: writing and reading that line. Does not belong here: whether it is still so
(`proof.py`). The line holds all it says, so nothing is kept of a question; nobody without the
workspace's secret can write one.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import re
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from pathlib import Path

KEY = Path("portal", "receipts.key")
_FORM = "attain1"
_SIGNED = 16  # bytes of the signature: nobody guesses 128 bits
_LINE = re.compile(rf"{_FORM}\.([\w-]+)\.([\w-]+)")


@dataclass(frozen=True)
class Claim:
    """What a receipt says: which value, as of when, and what it was.

    `as_of` is None where it was not known; `definition` is the mark of the KPI's definition.
    """

    kpi_id: str
    scope_kind: str
    scope_id: str
    period_kind: str
    period_start: dt.date
    as_of: dt.date | None
    definition: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    no_data_reason: str | None


def write_receipt(claim: Claim, key: bytes) -> str:
    """The line of a claim."""
    said = json.dumps([_told(one) for one in astuple(claim)], ensure_ascii=False)
    body = _text(said.encode())
    return f"{_FORM}.{body}.{_text(_signature(body, key))}"


def read_receipt(line: str, key: bytes) -> Claim | None:
    """What a line claims; None where it is none of ours, or was changed by a single sign."""
    found = _LINE.fullmatch("".join(line.split()))
    if found is None:
        return None
    body, signed = found.groups()
    # the text is compared, not the bytes: the last sign of base64 holds bits that say nothing
    if not hmac.compare_digest(_text(_signature(body, key)), signed):
        return None
    return _claim(json.loads(_bytes(body)))


def plain(number: Decimal | None) -> str | None:
    """A number as written: exactly, without zeros that say nothing."""
    if number is None:
        return None
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _told(one: object) -> object:
    if isinstance(one, Decimal):
        return plain(one)
    return one.isoformat() if isinstance(one, dt.date) else one


def _claim(told: list[str | int | None]) -> Claim:
    named = {field.name: one for field, one in zip(fields(Claim), told, strict=True)}
    for name in ("period_start", "as_of"):
        named[name] = dt.date.fromisoformat(str(named[name])) if named[name] else None  # type: ignore[assignment]
    for name in ("value", "numerator", "denominator"):
        named[name] = None if named[name] is None else Decimal(str(named[name]))  # type: ignore[assignment]
    return Claim(**named)  # type: ignore[arg-type]


def _signature(body: str, key: bytes) -> bytes:
    return hmac.new(key, f"{_FORM}.{body}".encode(), hashlib.sha256).digest()[:_SIGNED]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b"null"
