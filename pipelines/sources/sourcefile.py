"""Source files (`sources/*.yaml`): how one export maps to one canonical table.

Belongs here: loading them and holding them against the canonical tables. Does not belong here:
what may be written in one (`sourcemodel.py`), reading the export (`landing/`) or the SQL that
applies the mapping (`mapping.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from pipelines.errors import UserError
from pipelines.sources import expression as expressions
from pipelines.sources.contract import Table, canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.repeated import expand
from pipelines.sources.sourcemodel import (
    ColumnSource,
    SourceFile,
    allowed_values,
    alternatives,
    canonical_source,
)
from pipelines.workspace.yamlfile import YamlFile, did_you_mean, read_yaml, validate

__all__ = ["ColumnSource", "SourceFile", "allowed_values", "canonical_source", "load_sources"]

_AMOUNTS = ("money", "number")
_NUMBERS = (*_AMOUNTS, "rate", "pct", "integer")


def load_sources(folder: Path, stages: tuple[str, ...]) -> list[SourceFile]:
    """Read every source file of a workspace, in order of their names.

    A source file with `each` gives one source for each of its columns; a draft that lacks something
    gives none (`unfinished_drafts`). After them come those of the forms.

    Args:
        folder: the workspace's `sources/`; absent means no mapped sources.
        stages: names the process in force has for its stages, against which stage maps are checked.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    found: dict[str, Path] = {}
    sources = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        for source in read_source(path, stages):
            if source.draft and source.lacks(canonical_tables()[source.table]):
                continue
            if source.source in found:
                raise read_yaml(path).error(
                    ("source",), f"{source.source!r} is also the name of {found[source.source]}."
                )
            found[source.source] = path
            sources.append(source)
    return [*sources, *form_sources()]


@cache
def form_sources() -> tuple[SourceFile, ...]:
    """What reads the workbooks that `attain forms` writes, in every workspace."""
    folder = Path(__file__).with_name("forms")
    return tuple(
        source for path in sorted(folder.glob("*.yaml")) for source in read_source(path, ())
    )


def unfinished_drafts(folder: Path, stages: tuple[str, ...]) -> dict[Path, str]:
    """A sentence for each draft that is not read yet, saying what it lacks."""
    found = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        for source in read_source(path, stages):
            lacks = source.lacks(canonical_tables()[source.table])
            if source.draft and lacks:
                found[path] = (
                    f"{path.parent.name}/{path.name} is a draft and not read yet: {source.table} "
                    f"requires {', '.join(lacks)}; map it below columns, or give a constant"
                )
    return found


def read_source(path: Path, stages: tuple[str, ...]) -> list[SourceFile]:
    """Read one source file; see `load_sources`."""
    sources = []
    for text in expand(read_yaml(path)):
        source = validate(text, SourceFile)
        _check(text, source, stages)
        sources.append(source)
    return sources


def _check(text: YamlFile, source: SourceFile, stages: tuple[str, ...]) -> None:
    tables = canonical_tables()
    if source.table not in tables:
        raise text.error(
            ("table",),
            f"{source.table!r} is not a canonical table{did_you_mean(source.table, tables)}.",
        )
    table = tables[source.table]
    for section in ("columns", "constants"):
        for column in getattr(source, section):
            if column not in table.exported:
                near = did_you_mean(column, table.exported)
                raise text.error((section, column), f"{table.name} has no such column{near}.")
    for column, mapped in source.columns.items():
        if isinstance(mapped.map, str) and mapped.map not in source.maps:
            raise text.error(
                ("columns", column, "map"),
                f"no map named {mapped.map!r} below maps{did_you_mean(mapped.map, source.maps)}.",
            )
        _check_origin(text, column, mapped)
        _check_numbers(text, source, table, column)
        _check_values(text, source, table, column, stages)
    for column, value in source.constants.items():
        _check_value(text, table, column, ("constants", column), value, stages)
    _check_header(text, source)
    missing = source.lacks(table)
    if missing and not source.draft:
        raise text.error(
            ("columns",), f"{table.name} requires {', '.join(missing)}; map it or give a constant."
        )


def _check_origin(text: YamlFile, column: str, mapped: ColumnSource) -> None:
    """A column is read from a header or computed from some."""
    where = ("columns", column)
    if mapped.expression is None:
        if not mapped.own:
            raise text.error(
                where, "expected a header, `from` with its aliases, or an `expression`."
            )
        return
    problem = expressions.fault(mapped.expression)
    if problem is None and not mapped.headers:
        problem = "{} stands for the headers below `from`, and there are none."
    if problem is not None:
        raise text.error((*where, "expression"), problem)


def _check_numbers(text: YamlFile, source: SourceFile, table: Table, column: str) -> None:
    mapped, kind = source.columns[column], table.columns[column].type
    if mapped.unit != "元" and kind not in _AMOUNTS:
        raise text.error(
            ("columns", column, "unit"), f"a unit is for amounts; {column} is a {kind}."
        )
    for key in ("decimal", "thousands"):
        if getattr(mapped, key) is not None and kind not in _NUMBERS:
            raise text.error(
                ("columns", column, key), f"{key} is for numbers; {column} is a {kind}."
            )
    try:
        source.number_style(column)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise text.error(("columns", column, "decimal"), f"{message}.") from None


def _check_header(text: YamlFile, source: SourceFile) -> None:
    """Where the source file itself gives the header, every name it uses stands in it."""
    if not source.header:
        return
    known = {clean_header(name).lower() for name in source.header}
    if len(known) < len(source.header):
        raise text.error(("header",), "a name stands twice in it.")
    if source.join is not None:
        known |= {clean_header(name).lower() for name in source.join.columns}

    def hold(where: tuple[str, ...], names: Iterable[str]) -> None:
        if not known & {clean_header(name).lower() for name in names}:
            first = next(iter(names))
            near = did_you_mean(first, source.header)
            raise text.error(where, f"{first!r} does not stand below header{near}.")

    for column, mapped in source.columns.items():
        hold(("columns", column), mapped.headers)
    for section, names in (("only", source.kept), ("except", source.left_out)):
        for name in names:
            hold((section, name), alternatives(name))


def _check_values(
    text: YamlFile, source: SourceFile, table: Table, column: str, stages: tuple[str, ...]
) -> None:
    mapping, default = source.columns[column].map, source.columns[column].default
    where = ("maps", mapping) if isinstance(mapping, str) else ("columns", column, "map")
    for value, target in source.value_map(column).items():
        _check_value(text, table, column, (*where, value), target, stages)
    if default is not None:
        _check_value(text, table, column, ("columns", column, "default"), default, stages)


def _check_value(
    text: YamlFile,
    table: Table,
    column: str,
    where: tuple[str, ...],
    value: str,
    stages: tuple[str, ...],
) -> None:
    allowed = allowed_values(table, column, stages)
    if allowed and value not in allowed:
        kind = "a stage of the process in force" if column == "stage" else "an allowed value"
        raise text.error(where, f"{value!r} is not {kind}{did_you_mean(value, allowed)}.")


def require_table(name: str) -> Table:
    """The canonical table of that name, or a sentence with the nearest one."""
    tables = canonical_tables()
    if name not in tables:
        raise UserError(f"{name!r} is not a canonical table{did_you_mean(name, tables)}.")
    return tables[name]


def expected_days(sources: Iterable[SourceFile]) -> dict[str, int]:
    """After how many days an export of each table is late, where its sources say so."""
    days: dict[str, int] = {}
    for source in sources:
        if source.expected_every is not None:
            known = days.get(source.table, source.expected_every)
            days[source.table] = min(known, source.expected_every)
    return days
