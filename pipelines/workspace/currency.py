"""Currencies whose smallest unit is no cent.

Belongs here: minor units by ISO 4217 (list one, as amended to 2024). A currency that is not listed
has a hundred. Does not belong here: signs of currencies (`reporting/language/numbers.py`) or rates.
"""

from __future__ import annotations

_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_TEN_THOUSANDTHS = "CLF UYW"

MINOR_UNITS: dict[str, int] = {
    **dict.fromkeys(_WHOLE.split(), 1),
    **dict.fromkeys(_THOUSANDTHS.split(), 1_000),
    **dict.fromkeys(_TEN_THOUSANDTHS.split(), 10_000),
}


def decimals_of(currency: str) -> int:
    """Decimals of an amount in whole smallest units: JPY 0, CNY 2, KWD 3."""
    return len(str(MINOR_UNITS.get(currency, 100))) - 1
