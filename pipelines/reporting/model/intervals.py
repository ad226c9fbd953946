"""How far a rate of few cases can be trusted.

Wilson's score interval (E. B. Wilson, 1927), in decimal arithmetic, so that it is the same on
every machine.
"""

from __future__ import annotations

from decimal import Decimal

_Z = Decimal("1.959963984540054")  # 97.5 % quantile of the normal distribution
_PLACES = Decimal("0.00000001")


def wilson(hits: int, n: int) -> tuple[Decimal, Decimal]:
    """The 95 % interval of hits ÷ n, both ends in 0…1.

    Raises:
        ValueError: n is not positive, or hits is not within 0…n.
    """
    if n <= 0 or not 0 <= hits <= n:
        raise ValueError(f"no interval for {hits} of {n}")
    size, share, square = Decimal(n), Decimal(hits) / n, _Z * _Z
    middle = share + square / (2 * size)
    half = _Z * (share * (1 - share) / size + square / (4 * size * size)).sqrt()
    scale = 1 + square / size
    low, high = (middle - half) / scale, (middle + half) / scale
    return max(low, Decimal(0)).quantize(_PLACES), min(high, Decimal(1)).quantize(_PLACES)


def differ(first: tuple[Decimal, Decimal], second: tuple[Decimal, Decimal]) -> bool:
    """Whether two intervals lie apart, so that their order says something."""
    return first[0] > second[1] or second[0] > first[1]
