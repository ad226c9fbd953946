"""The source file that begins the mapping of a file nobody has described yet.

Belongs here: writing it down with what was seen as comments. Does not belong here: guessing
(`guess.py`) or looking at values (`evidence.py`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from pipelines.onboarding.evidence import Values, date_order, empty_texts, number_style
from pipelines.onboarding.guess import PAID, Fit
from pipelines.onboarding.likeness import meanings
from pipelines.onboarding.vocabulary import normal, patterns, present
from pipelines.sources.contract import Table, canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import UNITS, allowed_values, alternatives
from pipelines.staging.fields import DATES, NUMBERS

_DATED = re.compile(r"[-_ .]?\d{4}([-_.年]?\d{1,2}([-_.月]?\d{1,2}日?)?)?$")
_UNIT = re.compile(r"[(\[（【]\s*(?:单位[:：]?)?\s*(\S+?)\s*[)\]）】]")
_CONTACT = re.compile(
    r"phone|mobile|e-?mail|fax|contact|手机|电话|邮箱|邮件|传真|联系人|地址", re.I
)
_MOST_VALUES = 40
_SAMPLES = 3


def draft_name(file: str) -> str:
    """The name of the source file for an export: its own without date and folder."""
    stem = PurePosixPath(file.replace("!", "/")).name.partition(".")[0]
    bare = _DATED.sub("", stem) or stem
    return re.sub(r"[^\w]+", "_", bare).strip("_").lower() or "export"


def draft(
    file: str,
    names: Sequence[str],
    fit: Fit,
    values: Values,
    stages: tuple[str, ...],
    sheet: str | None = None,
    name: str | None = None,
) -> str:
    """The text of the source file.

    Args:
        file: the export's path below its input folder; names: its headers.
        sheet: the sheet or table it is about, where the file holds several.
        name: that of the source file; by default the export's own.
    """
    if fit.pattern.source.each:
        return _copied(file, names, fit, name or draft_name(file))
    table = canonical_tables()[fit.table]
    used = {header for mapped in fit.columns.values() for header in mapped.headers}
    lines = [
        f"# Begun by attain check from the headers of {PurePosixPath(file).name}: {fit.sentence}.",
        "# Read it line by line: what a header means is for you to say.",
        *(f"# missing: {_missing(table, column)}" for column in fit.missing),
        f"source: {_text(name or draft_name(file))}",
        *(["draft: true  # not read before nothing is missing"] if fit.missing else []),
        f"system: {_system(fit.table)}",
        f"table: {fit.table}",
        f"files: [{_quoted(file_pattern(file))}]",
        *([f"sheet: {_text(sheet)}"] if sheet else []),
        *_settings(table, fit, values),
        *_rows_read(names, fit),
        "columns:",
        *(line for column in fit.columns for line in _column(table, fit, column, values, stages)),
        *_closed_at(fit, values, stages, names),
        *_constants(fit),
    ]
    unread = [name for name in names if name not in used]
    if unread:
        lines += _what_is_paid(fit, unread)
        lines.append("# not read:")
        lines += [f"#   {name}: {_seen(values, name)}" for name in unread]
    return "\n".join(lines) + "\n"


def _what_is_paid(fit: Fit, unread: Sequence[str]) -> list[str]:
    """A list of invoices that says what was paid, or what is open, in a column that is not read."""
    said = [name for name in unread if PAID.search(name)]
    if fit.table != "invoice" or not said or "open_amount" in fit.columns:
        return []
    return [
        f"# What is paid is read from receipts and their allocation, not from {said[0]}:",
        "# without either every invoice counts as open; open_amount takes what is.",
    ]


def _copied(file: str, names: Sequence[str], fit: Fit, source: str) -> str:
    """A wide sheet: the preset's own text, over this file and the columns it has."""
    own = {normal(name) for name in names}
    siblings = [
        p.source for p in patterns() if p.source.described_in == fit.pattern.source.described_in
    ]
    each = [
        f"{_text(header)}: {{{', '.join(f'{k}: {_quoted(v)}' for k, v in values.items())}}}"
        for source in siblings
        for header, values in source.each.items()
        if normal(header) in own
    ]
    written = {
        "source": _text(source),
        "files": f"[{_quoted(file_pattern(file))}]",
        "each": f"{{{', '.join(each)}}}",
    }
    lines = []
    for line in fit.pattern.path.read_text(encoding="utf-8").splitlines():
        key = line.partition(":")[0]
        if key != "required":
            lines.append(f"{key}: {written[key]}" if key in written else line)
    return "\n".join(lines) + "\n"


def _rows_read(names: Sequence[str], fit: Fit) -> list[str]:
    """The rows that the pattern reads or leaves out, where the file has the header for it."""
    headers = {normal(name): name for name in reversed(names)}
    source = fit.pattern.source
    lines = []
    for key, section in (("only", source.kept), ("except", source.left_out)):
        parts = [
            f"{_text(found[0])}: [{', '.join(map(_quoted, texts))}]"
            for header, texts in section.items()
            if (found := present(alternatives(header), headers))
        ]
        if parts:
            lines.append(f"{key}: {{{', '.join(parts)}}}")
    return lines


def _missing(table: Table, column: str) -> str:
    allowed = table.allowed.get(column)
    words = f" (one of {', '.join(allowed)})" if allowed and allowed[0] != "process.stages" else ""
    return f"{column}{words}, required: add it below columns, or a fixed value below constants"


def _system(table: str) -> str:
    systems = [p.source.system for p in patterns() if p.table == table and p.preset != "canonical"]
    return max(set(systems), key=systems.count) if systems else "crm"


def file_pattern(file: str) -> str:
    """The file's path with its date left open, so that next week's is read too."""
    path = PurePosixPath(file.partition("!")[0])
    stem, dot, ending = path.name.partition(".")
    bare = _DATED.sub("", stem)
    name = f"{_plain(bare)}*{dot}{ending}" if bare and bare != stem else _plain(path.name)
    return name if path.parent == PurePosixPath() else f"{_plain(str(path.parent))}/{name}"


def _plain(name: str) -> str:
    """A name as a pattern that means only itself: `[1]` is no choice of letters."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _settings(table: Table, fit: Fit, values: Values) -> list[str]:
    dates = _headers(table, fit, DATES)
    numbers = _headers(table, fit, NUMBERS)
    lines = []
    for key, found in (
        ("date_order", date_order(values, dates)),
        ("numbers", number_style(values, numbers)),
    ):
        if found is not None and found.setting is not None:
            lines.append(f"{key}: {found.setting}  # {found.reason}")
        elif found is not None:
            lines.append(f"# {key}: {found.reason}")
    others = [h for h in _headers(table, fit, ("text", "boolean")) if h not in (*dates, *numbers)]
    empty = empty_texts(values, [*dates, *numbers], others)
    if empty:
        lines.append(f"empty: [{', '.join(map(_quoted, empty))}]")
    return lines


def _headers(table: Table, fit: Fit, kinds: Sequence[str]) -> list[str]:
    return [
        header
        for column, mapped in fit.columns.items()
        if table.columns[column].type in kinds
        for header in mapped.own
    ]


def _closed_at(
    fit: Fit, values: Values, stages: tuple[str, ...], names: Sequence[str]
) -> list[str]:
    """When a deal was closed, where no known column says it: the days on which it was won or lost,
    or else the expected day, of those that are closed."""
    used = {header for mapped in fit.columns.values() for header in mapped.headers}
    days = [f"nullif({{{name}}}, '')" for name in names if name not in used
             and meanings(name, fit.table) in ({"win", "when"}, {"lose", "when"})]  # fmt: skip
    if fit.table == "opportunity" and "closed_at" not in fit.columns and days:
        written = f"coalesce({', '.join(days)}, null)"
        return [f"  closed_at: {{expression: {_quoted(written)}}}  # see that they mean this"]
    day, outcome = fit.columns.get("expected_close_date"), fit.columns.get("outcome")
    if fit.table != "opportunity" or "closed_at" in fit.columns or not day or not outcome:
        return []
    if not (day.own and outcome.own):
        return []
    listed, _ = _value_map(fit, "outcome", outcome.own[0], values, stages)
    seen = values.samples(outcome.own[0], _MOST_VALUES)
    ends = sorted(value for value in seen if listed.get(value, value) in ("won", "lost"))
    if not ends:
        return []
    ended = ", ".join("'" + value.replace("'", "''") + "'" for value in ends)
    written = f"case when {{{outcome.own[0]}}} in ({ended}) then {{{day.own[0]}}} end"
    return [f"  closed_at: {{expression: {_quoted(written)}}}  # no column says when it was closed"]


def _column(
    table: Table, fit: Fit, column: str, values: Values, stages: tuple[str, ...]
) -> list[str]:
    mapped = fit.columns[column]
    if mapped.expression is not None:
        return [f"  {column}: {{expression: {_quoted(mapped.expression)}}}"]
    header = mapped.own[0]
    seen = f"  # {_seen(values, header, is_contact=column in table.contact)}"
    parts = [f"from: {_text(header)}"]
    unit = _unit(header)
    if unit is not None and table.columns[column].type in ("money", "number"):
        parts.append(f"unit: {unit}")
    listed, unmapped = _value_map(fit, column, header, values, stages)
    seen += f"; like {fit.like[column]!r}: see that it means this" if column in fit.like else ""
    seen += "; the only amount: see whether tax is in it" if column == fit.alone else ""
    comment = (
        [f"  # {column}: not mapped, so in quarantine: {', '.join(unmapped)}"] if unmapped else []
    )
    if listed:
        parts.append("map: {" + ", ".join(f"{_text(v)}: {t}" for v, t in listed.items()) + "}")
    if len(parts) == 1:
        return [f"  {column}: {_text(header)}{seen}", *comment]
    return [f"  {column}: {{{', '.join(parts)}}}{seen}", *comment]


def _value_map(
    fit: Fit, column: str, header: str, values: Values, stages: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """Values of the file and what they most likely mean; and those that nothing is near to."""
    allowed = allowed_values(canonical_tables()[fit.table], column, stages)
    known = _known_values(fit, column)
    if not allowed and not known:
        return {}, []
    listed: dict[str, str] = {}
    unmapped: list[str] = []
    asked = {text for name, texts in fit.pattern.source.kept.items() for text in texts
             if normal(header) in map(normal, alternatives(name))}  # fmt: skip
    for value in values.samples(header, _MOST_VALUES):
        if asked and value not in asked:
            continue
        target = known.get(value.lower())
        if target is None and allowed:
            target = value if value in allowed else _near(value, known, allowed)
        if target is None and column == "outcome":
            target = _outcome_of(value, fit, header, stages)
        if target is not None and (not allowed or target in allowed):
            if target != value:
                listed[value] = target
        elif allowed:
            unmapped.append(value)
    return listed, unmapped


def _outcome_of(value: str, fit: Fit, header: str, stages: tuple[str, ...]) -> str | None:
    """What a stage says of the outcome, where one header holds both: all but the ends are open."""
    stage = fit.columns.get("stage")
    if stage is None or header not in stage.own:
        return None
    known = _known_values(fit, "stage")
    named = value in stages or value.lower() in known or _near(value, known, stages)
    return "open" if named else None


def _near(value: str, known: dict[str, str], allowed: Sequence[str]) -> str | None:
    begins = [name for name in known if value.lower().startswith(f"{name} ")]
    if begins:
        return known[max(begins, key=len)]
    near = difflib.get_close_matches(value.lower(), [*known, *allowed], n=1, cutoff=0.75)
    return known.get(near[0], near[0]) if near else None


def _known_values(fit: Fit, column: str) -> dict[str, str]:
    """What the presets say that a value of the column means; codes only within their own preset."""
    known: dict[str, str] = {}
    for pattern in sorted(patterns(), key=lambda pattern: pattern != fit.pattern):
        if pattern.table != fit.table or column not in pattern.source.columns:
            continue
        for value, target in pattern.source.value_map(column).items():
            if not value.isdigit() or pattern.preset == fit.pattern.preset:
                known.setdefault(value.lower(), target)
    return known


def _unit(header: str) -> str | None:
    found = _UNIT.search(clean_header(header))
    return found.group(1) if found and found.group(1) in UNITS else None


def _constants(fit: Fit) -> list[str]:
    """Fixed values that the pattern gives and the file does not."""
    constants = fit.pattern.source.constants
    given = [f"{c}: {_text(v)}" for c, v in constants.items() if c not in fit.columns]
    return [f"constants: {{{', '.join(given)}}}"] if given else []


def _seen(values: Values, header: str, is_contact: bool = False) -> str:
    """Some values of a column; none of people outside the company, for the file is passed on."""
    samples = values.samples(header, _SAMPLES)
    if not samples:
        return "empty"
    if is_contact or _CONTACT.search(header) or any("@" in text for text in samples):
        return "values not shown"
    return " | ".join(" ".join(text.split())[:40] for text in samples)


def _text(value: str) -> str:
    """A text as YAML writes it inside `{…}`, quoted where it must be."""
    plain = re.fullmatch(r"[^\W\d][\w ]*", value) and value == value.strip()
    return value if plain and _reads_as(value) == value else _quoted(value)


def _reads_as(value: str) -> Any:
    return yaml.safe_load(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
