"""Which table a file that no source reads most likely is.

Belongs here: comparing headers, choosing a table and a mapping. Does not belong here: what
values show (`evidence.py`) or writing the source file (`draft.py`).
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipelines.onboarding.evidence import Values
from pipelines.onboarding.likeness import like_headers
from pipelines.onboarding.vocabulary import Pattern, found_in, normal, patterns
from pipelines.sources.contract import canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import PLACES, ColumnSource

_PREFIX = re.compile(r"\w[\w ]*?(?: - |: ?|\.|/|_)(?=\w)")
_MOST_STAGES = 40
_KEY = re.compile(r"(?i)(?:(?<![a-z])(?:id|no|nr|number|code|key)|编号|编码|单号|号码?)[.]?$")
# Numbers of people and firms, which are nobody's records.
_OTHER = re.compile(
    r"(?i)phone|mobile|fax|\btel|post|zip|tax|vat|bank|iban|手机|电话|传真|税号|[账帐]号"
)
_WORDED = ("stage", "outcome", "status")
_ENDED = re.compile(r"\b(won|lost)\b|赢单|输单|丢单|成交|失单", re.IGNORECASE)
# What is paid and what is open are written alike, and mean the opposite.
PAID = re.compile(r"balance|paid|outstanding|amount due|open amount|余额|已收|未收|回款", re.I)
_NEVER_LIKE = ("open_amount",)
_FEWEST = 2  # one common header such as "name" says nothing, unless the file is named so too
_NAME_COUNTS = 3  # columns that a fitting file name is worth
_MISSING_COSTS = 0.75  # columns that an absent required one costs


@dataclass(frozen=True)
class Fit:
    """A table a file may be: the pattern that fits best, and the headers its columns come from.

    `like` are columns whose header is not known but like one that is, with that one; `alone` is a
    column that is read from the header of another for want of its own.
    """

    pattern: Pattern
    columns: dict[str, ColumnSource]
    missing: tuple[str, ...]
    headers: int
    like: Mapping[str, str] = field(default_factory=dict)
    alone: str | None = None

    @property
    def table(self) -> str:
        return self.pattern.table

    @property
    def vendor(self) -> str | None:
        """The preset of a known system, whose source files are better than any guess."""
        preset = self.pattern.preset
        return None if preset == "canonical" or preset.startswith("generic") else preset

    @property
    def sentence(self) -> str:
        """`opportunity: 9 of 12 columns by the preset salesforce; missing stage`."""
        preset = self.pattern.preset
        origin = "the canonical names" if preset == "canonical" else f"the preset {preset}"
        needs = f"; without the required {', '.join(self.missing)}" if self.missing else ""
        used = len(_headers_of(self.columns))
        return f"{self.table} by {origin}: {used} of its {self.headers} columns{needs}"


def best_fits(name: str, names: tuple[str, ...], values: Values) -> list[Fit]:
    """The tables a file may be, best first; at most one for each table, empty when none fits.

    Args:
        name: the file's name; names: its headers; values: what stands below them.
    """
    headers = {normal(header): header for header in reversed(names)}
    for header, bare in _without_prefix(names).items():
        headers.setdefault(normal(bare), header)
    best: dict[str, tuple[float, Fit]] = {}
    for pattern in patterns():
        columns = {
            column: mapping
            for column, mapped in pattern.source.columns.items()
            if (mapping := found_in(mapped, headers)) is not None
        }
        read = _headers_of(columns)
        named_so = _is_named_so(name, pattern)
        if len(read) < (1 if named_so else _FEWEST):
            continue
        missing = _missing(pattern, columns)
        score = len(read) + len(columns) / 100 - _MISSING_COSTS * len(missing)
        score += _NAME_COUNTS if named_so else 0
        if pattern.table not in best or score > best[pattern.table][0]:
            fit = Fit(pattern, columns, missing, len(names))
            best[pattern.table] = (score, fit)
    ranked = sorted((pair for pair in best.values() if pair[0] > 0), key=lambda pair: -pair[0])
    fits = [_completed(fit, headers) for _, fit in ranked] or _by_likeness(names, values)
    found = (_with_words(_with_key(_with_like(f, names, values), names, values), names, values)
             for f in fits)  # fmt: skip
    return [_with_net(_with_outcome(fit, values)) for fit in found]


def _headers_of(columns: Mapping[str, ColumnSource]) -> set[str]:
    """The headers of the file that some columns are read from."""
    return {h for mapped in columns.values() for h in mapped.headers if h not in PLACES}


def _by_likeness(names: tuple[str, ...], values: Values) -> list[Fit]:
    """Tables of which no header is known, but several are like known ones; the best alone."""
    best: tuple[int, Fit] | None = None
    for pattern in patterns():
        if pattern.preset == "canonical":
            found = like_headers(pattern.table, list(names), set(), values)
            if len(found) >= _FEWEST and (best is None or len(found) > best[0]):
                best = len(found), Fit(pattern, {}, _missing(pattern, {}), len(names))
    return [best[1]] if best else []


def _with_like(fit: Fit, names: tuple[str, ...], values: Values) -> Fit:
    """The fit with columns from headers that are like known ones."""
    if fit.pattern.source.each:
        return fit
    used = {header for mapped in fit.columns.values() for header in mapped.headers}
    is_invoice = fit.table == "invoice"
    unread = [name for name in names if name not in used and not (is_invoice and PAID.search(name))]
    taken = {*fit.columns, *fit.pattern.source.constants, *_NEVER_LIKE}
    found = like_headers(fit.table, unread, taken, values)
    columns = fit.columns | {c: ColumnSource(own=(header,)) for c, (header, _) in found.items()}
    order = [c for c in canonical_tables()[fit.table].exported if c in columns]
    return replace(
        fit,
        columns={c: columns[c] for c in order},
        missing=tuple(c for c in fit.missing if c not in columns),
        like={c: known for c, (_, known) in found.items()},
    )


def _with_key(fit: Fit, names: tuple[str, ...], values: Values) -> Fit:
    """The fit with its key from a header that says only that it is one (`Copper ID`).

    It is the first that is filled in each row and never twice with the same.
    """
    keys = [key for key in canonical_tables()[fit.table].key if key in fit.missing]
    if len(keys) != 1 or not fit.columns or fit.pattern.source.each:
        return fit
    used = _headers_of(fit.columns)
    ids = [name for name in names if _KEY.search(clean_header(name)) and not _OTHER.search(name)]
    likely = [name for name in ids if name not in used]
    header = next((name for name in likely if values.is_key(name)), None)
    return fit if header is None else _taking(fit, keys[0], header)


def _with_words(fit: Fit, names: tuple[str, ...], values: Values) -> Fit:
    """The fit whose stages and outcomes are words: `stage_name` where `stage_id` holds numbers."""
    used = _headers_of(fit.columns)
    for column in _WORDED:
        mapped = fit.columns.get(column)
        if mapped is None or not mapped.own or not _are_codes(values, mapped.own[0]):
            continue
        bare = _KEY.sub("", clean_header(mapped.own[0])).strip("_ -.").lower()
        for name in names:
            begins = bool(bare) and clean_header(name).lower().startswith(bare)
            if begins and name not in used and _is_worded(values, name):
                fit = _taking(fit, column, name)
                break
    return fit


def _are_codes(values: Values, header: str) -> bool:
    samples = values.samples(header, _MOST_STAGES)
    return bool(samples) and all(value.isdigit() for value in samples)


def _is_worded(values: Values, header: str) -> bool:
    samples = values.samples(header, _MOST_STAGES)
    return bool(samples) and not any(any(map(str.isdigit, value)) for value in samples)


def _taking(fit: Fit, column: str, header: str) -> Fit:
    """The fit with a column from a header that is not known, which its draft says."""
    columns = fit.columns | {column: ColumnSource(own=(header,))}
    order = canonical_tables()[fit.table].exported
    return replace(
        fit,
        columns={name: columns[name] for name in order if name in columns},
        missing=tuple(name for name in fit.missing if name != column),
        like={**fit.like, column: column},
    )


def _with_outcome(fit: Fit, values: Values) -> Fit:
    """Deals whose stage says how they ended, where no column of its own does."""
    stage = fit.columns.get("stage")
    if fit.table != "opportunity" or "outcome" in fit.columns or stage is None or not stage.own:
        return fit
    seen = values.samples(stage.own[0], _MOST_STAGES)
    if not any(_ENDED.search(value) for value in seen):
        return fit
    columns = fit.columns | {"outcome": stage}
    order = canonical_tables()[fit.table].exported
    return replace(fit, columns={c: columns[c] for c in order if c in columns})


def _with_net(fit: Fit) -> Fit:
    """A list of invoices with one amount: it is the net amount, too, as far as anybody can tell."""
    gross = fit.columns.get("gross_amount")
    if fit.table != "invoice" or "net_amount" not in fit.missing or gross is None or not gross.own:
        return fit
    if "tax_amount" in fit.columns:
        return fit
    order = canonical_tables()[fit.table].exported
    columns = fit.columns | {"net_amount": gross}
    return replace(
        fit,
        columns={c: columns[c] for c in order if c in columns},
        missing=tuple(c for c in fit.missing if c != "net_amount"),
        alone="net_amount",
    )


def _without_prefix(names: tuple[str, ...]) -> dict[str, str]:
    """Headers without what half of them begin with: `Deal - Title` among others of `Deal - `."""
    begun = [_PREFIX.match(name) for name in names]
    prefixes = Counter(found.group(0) for found in begun if found)
    if not prefixes or prefixes.most_common(1)[0][1] * 2 < len(names):
        return {}
    prefix = prefixes.most_common(1)[0][0]
    return {name: name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def _missing(pattern: Pattern, columns: dict[str, ColumnSource]) -> tuple[str, ...]:
    table = canonical_tables()[pattern.table]
    given = {*columns, *pattern.source.constants}
    return tuple(c.name for c in table.exported.values() if c.required and c.name not in given)


def _is_named_so(name: str, pattern: Pattern) -> bool:
    file = PurePosixPath(name).name
    if file.lower().startswith(pattern.table):
        return True
    last = [PurePosixPath(written).name for written in pattern.source.files]
    return any(fnmatch.fnmatch(file.lower(), written.lower()) for written in last)


def _completed(fit: Fit, headers: dict[str, str]) -> Fit:
    """The fit with columns that other patterns of its table know, from headers not read yet."""
    columns = dict(fit.columns)
    taken = {header for mapped in columns.values() for header in mapped.headers}
    for pattern in patterns():
        if pattern.table != fit.table:
            continue
        for column, mapped in pattern.source.columns.items():
            given = column in columns or column in fit.pattern.source.constants
            mapping = None if given else found_in(mapped, headers)
            if mapping is not None and not taken & set(mapping.headers):
                columns[column] = mapping
                taken |= set(mapping.headers)
    missing = tuple(name for name in fit.missing if name not in columns)
    order = [c for c in canonical_tables()[fit.table].exported if c in columns]
    return Fit(fit.pattern, {c: columns[c] for c in order}, missing, fit.headers)
