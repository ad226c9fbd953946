"""Headers that are like one that is known: `Opportunity Close Date` for `Close Date`.

Belongs here: comparing words, and whether the values of a column are of its type. Does not belong
here: headers that are known (`vocabulary.py`).
"""

from __future__ import annotations

import difflib
import re
from functools import cache

from pipelines.onboarding.evidence import Values
from pipelines.onboarding.vocabulary import normal, patterns
from pipelines.sources.contract import canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.staging.fields import DATES, NUMBERS

_LIKE = 0.86
_WORD = re.compile(r"[A-Za-z0-9À-ÿ]+|[^\W_]+")
_SHORTEST = 4  # letters; shorter words stand in too many headers
_DATE = re.compile(
    r".*\d{1,4}\s?[-/.年 ]\s?(\d{1,2}|[A-Za-z]{3,9}).*"  # 2026-01-05, 5 Jan
    r"|\d{5}|\d{8}"  # a spreadsheet's day, 20260105
)
_NUMBER = re.compile(r"[^\d]{0,4}\d[\d.,'\s]*\D{0,4}")
# Words that mean the same in a header; `""` are words that say nothing.
_MEANINGS = {
    word: meaning
    for meaning, words in {
        "create": "created creation create opened open added entered",
        "close": "closed closing close closure",
        "lose": "lost loss lose",
        "win": "won win",
        "when": "date time at on day timestamp datetime",
        "party": "account customer client company organization organisation buyer",
        "owner": "owner owned salesperson salesman rep representative agent seller assignee "
        "assigned",
        "amount": "amount value sum",
        "id": "id no nr number code key",
        "expect": "expected estimated est forecast planned target",
        "": "the of for to in is by name record full total sales",
    }.items()
    for word in words.split()
}
_VAGUE = {"when", "id", "amount", "party", "owner"}  # say too little alone
_ALONE = _VAGUE - {"owner"}  # who owns a record is said by one word
_NOUNS = {
    "opportunity": {"opportunity", "deal", "opp"},
    "invoice": {"invoice", "bill"},
    "receipt": {"receipt", "payment"},
    "lead": {"lead"},
    "sales_order": {"order"},
    "activity": {"activity", "task", "event"},
    "contract": {"contract"},
    "quote": {"quote", "quotation", "estimate"},
    "product": {"product", "item"},
    "employee": {"employee", "user"},
}
_SAME = 0.95
_SHAPES = {
    **dict.fromkeys(DATES, _DATE),
    **dict.fromkeys(NUMBERS, _NUMBER),
    "boolean": re.compile(r"true|false|yes|no|y|n|0|1|是|否", re.IGNORECASE),
}


def like_headers(
    table: str, headers: list[str], taken: set[str], values: Values
) -> dict[str, tuple[str, str]]:
    """Columns of a table by the header that is like one known for them, and that known one.

    Args:
        headers: those of the file that nothing reads yet; taken: columns that are read already.

    A header is like a known one by its letters or by what its words mean (Closing Date, Close
    Time), or holds all of its words beside others where the column is a date or a number; and its
    values have the shape of the column.
    """
    known = _known(table)
    ranked = []
    for header in headers:
        for name, column in known.items():
            likeness = _likeness(table, header, name, column)
            if likeness and column not in taken:
                ranked.append((likeness, header, name, column))
    found: dict[str, tuple[str, str]] = {}
    used: set[str] = set()
    for _, header, name, column in sorted(ranked, key=lambda one: (-one[0], one[1:])):
        if column in found or header in used:
            continue
        if _has_shape(values, header, canonical_tables()[table].columns[column].type):
            found[column] = header, name
            used.add(header)
    return found


@cache
def _known(table: str) -> dict[str, str]:
    """The headers that patterns of a table read as they are, with their columns."""
    found: dict[str, str] = {}
    for pattern in patterns():
        if pattern.table == table:
            for column, mapped in pattern.source.columns.items():
                if mapped.expression is None:
                    for name in mapped.own:
                        found.setdefault(clean_header(name), column)
    return found


def _likeness(table: str, header: str, name: str, column: str) -> float:
    kind = canonical_tables()[table].columns[column].type
    meant, wanted = meanings(header, table), meanings(name, table)
    if wanted and meant == wanted and (wanted - _ALONE or len(wanted) > 1):
        return _SAME
    ours, theirs = normal(header), normal(name)
    if min(len(ours), len(theirs)) >= _SHORTEST:
        match = difflib.SequenceMatcher(None, ours, theirs)
        if match.real_quick_ratio() >= _LIKE and match.quick_ratio() >= _LIKE:
            ratio = match.ratio()
            if ratio >= _LIKE:
                return ratio
    says = wanted - (_VAGUE - {"amount"} if kind in NUMBERS else _VAGUE)
    if kind in (*DATES, *NUMBERS) and says and wanted < meant:
        return len(wanted) / len(meant) * _LIKE
    return 0


def meanings(header: str, table: str) -> frozenset[str]:
    """What the words of a header mean, without those that only name the table or say nothing."""
    words = (word.lower() for word in _WORD.findall(clean_header(header)))
    nouns = _NOUNS.get(table, set())
    meant = (_MEANINGS.get(word, word) for word in words if word not in nouns)
    return frozenset(one for one in meant if one)


def _has_shape(values: Values, header: str, kind: str) -> bool:
    shape = _SHAPES.get(kind)
    samples = values.samples(header, 5)
    return shape is None or all(shape.fullmatch(text) for text in samples)
