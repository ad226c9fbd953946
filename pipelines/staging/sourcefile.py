"""Source files (`sources/*.yaml`): how one export maps to one canonical table.

Belongs here: the model of a source file and its validation. Does not belong here: reading the
export (`landing/`) or the SQL that applies the mapping (`stage.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipelines.errors import UserError
from pipelines.staging.contract import Table, canonical_tables
from pipelines.yamlfile import YamlFile, did_you_mean, read_yaml, validate

_AMOUNTS = ("money", "number")
DateOrder = Literal["ymd", "dmy", "mdy"]


def _as_text(value: Any) -> Any:
    """YAML reads `是: true` as a boolean and `1: a` as a number; a value map holds texts."""
    if not isinstance(value, dict):
        return value
    return {_scalar(key): _scalar(inner) for key, inner in value.items()}


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


ValueMap = Annotated[dict[str, str], BeforeValidator(_as_text)]


class ColumnSource(BaseModel):
    """Where a canonical column comes from: a header (or its aliases), a unit, a value map.

    `default` is taken where the field is empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    headers: tuple[str, ...] = Field(alias="from")
    unit: Literal["元", "万元"] = "元"
    map: ValueMap | str | None = None
    default: str | None = None


def _column(value: Any) -> Any:
    if isinstance(value, str):
        return {"from": (value,)}
    if isinstance(value, dict) and isinstance(value.get("from"), str):
        return {**value, "from": (value["from"],)}
    return value


class SourceFile(BaseModel):
    """One `sources/<name>.yaml`.

    `only` keeps the rows whose field under a header holds one of the values; `rows: distinct` makes
    one row of those that agree in the key, for a table that an export only holds repeated (the
    teams in a list of people).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    system: Literal["crm", "erp", "hr"]
    table: str
    files: tuple[str, ...] = Field(min_length=1)
    sheet: str | None = None
    required: bool = True
    export: Literal["full", "delta"] = "full"
    date_order: DateOrder = "ymd"
    rows: Literal["all", "distinct"] = "all"
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    columns: dict[str, Annotated[ColumnSource, BeforeValidator(_column)]]
    constants: ValueMap = Field(default_factory=dict)
    maps: dict[str, ValueMap] = Field(default_factory=dict)

    def value_map(self, column: str) -> dict[str, str]:
        """The value map of a column, resolved from the named maps; empty when it has none."""
        mapping = self.columns[column].map
        if isinstance(mapping, str):
            return self.maps[mapping]
        return mapping or {}

    @property
    def headers(self) -> set[str]:
        named = {header for column in self.columns.values() for header in column.headers}
        return named | set(self.only)


def load_sources(folder: Path, stages: tuple[str, ...]) -> list[SourceFile]:
    """Read every source file of a workspace, in order of their names.

    Args:
        folder: the workspace's `sources/`; absent means no mapped sources.
        stages: stage ids of the process in force, against which stage maps are checked.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    found: dict[str, Path] = {}
    sources = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        text = read_yaml(path)
        source = validate(text, SourceFile)
        if source.source in found:
            raise text.error(
                ("source",), f"{source.source!r} is also the name of {found[source.source]}."
            )
        found[source.source] = path
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
        if mapped.unit != "元" and table.columns[column].type not in _AMOUNTS:
            raise text.error(
                ("columns", column, "unit"),
                f"a unit is for amounts; {column} is a {table.columns[column].type}.",
            )
        _check_values(text, source, table, column, stages)
    for column, value in source.constants.items():
        _check_value(text, table, column, ("constants", column), value, stages)
    missing = [
        c.name
        for c in table.columns.values()
        if c.required and c.name not in source.columns and c.name not in source.constants
    ]
    if missing:
        raise text.error(
            ("columns",), f"{table.name} requires {', '.join(missing)}; map it or give a constant."
        )


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


def allowed_values(table: Table, column: str, stages: tuple[str, ...]) -> tuple[str, ...]:
    """The values a column may hold; empty when it is free."""
    allowed = table.allowed.get(column, ())
    return stages if allowed == ("process.stages",) else allowed


def canonical_source(table: Table) -> SourceFile:
    """The mapping of a file that already carries the canonical names."""
    return SourceFile(
        source=f"canonical_{table.name}",
        system="crm",
        table=table.name,
        files=(f"**/{table.name}*",),
        required=False,
        columns={c: ColumnSource(headers=(c,)) for c in table.exported},
    )


def require_table(name: str) -> Table:
    """The canonical table of that name, or a sentence with the nearest one."""
    tables = canonical_tables()
    if name not in tables:
        raise UserError(f"{name!r} is not a canonical table{did_you_mean(name, tables)}.")
    return tables[name]
