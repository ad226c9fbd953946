"""Whether a text is one mail address.

Belongs here: the form of an address (RFC 5321, 4.1.2, without quoted names and numbers of hosts).
Does not belong here: whose it is (`readers.py`).
"""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 254


def is_address(text: str) -> bool:
    """Whether every server takes a text as one address: no second one behind it, no name beside it,
    and no letters that a server has to announce first (RFC 6531), which many do not."""
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None
