"""The canonical tables as typed data (`canonical.yaml`).

Belongs here: names, types, keys, references and row rules. Does not belong here: how an export
maps to them (`sourcefile.py`) or the SQL made of them (`sql/staging/`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.workspace.yamlfile import read_yaml, validate

ColumnType = Literal[
    "text", "timestamp", "date", "money", "number", "rate", "pct", "integer", "boolean"
]

SQL_TYPES: dict[str, str] = {
    "text": "varchar",
    "timestamp": "timestamp",
    "date": "date",
    "money": "decimal(18, 4)",
    "number": "decimal(18, 4)",
    "rate": "decimal(18, 8)",
    "pct": "decimal(9, 4)",
    "integer": "bigint",
    "boolean": "boolean",
}


class Derivation(BaseModel):
    """The text of another column, in the rows in which a column holds a value.

    A table of changes keeps values of many kinds in one column of text; each kind is typed, and
    refused when it cannot be read, in a column of its own.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    column: str
    value: str


class Column(BaseModel):
    """A canonical column: its type and whether a row may be without it.

    A column with a `derivation` is made in staging; no export carries it. A part of a key that an
    export may leave out is, where a row states none, what the column `otherwise` says, else 0.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    required: bool
    derivation: Derivation | None = None
    otherwise: str | None = None

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


class Reference(BaseModel):
    """A column that names a row of another table; `rejects` quarantines a row that misses it."""

    model_config = ConfigDict(frozen=True)

    column: str
    table: str
    rejects: bool


class Range(BaseModel):
    model_config = ConfigDict(frozen=True)

    column: str
    least: int | None
    most: int | None

    def holds(self, value: Any) -> bool:
        """Whether a value of the column lies within."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)


class Lasting(BaseModel):
    """What becomes of a row that a later full export no longer lists: it ends, and stays known.

    `ends` is the day from which it is no longer; where rows are dated (`starts`), its last day.
    """

    model_config = ConfigDict(frozen=True)

    ends: str
    starts: str | None = None


class Succession(BaseModel):
    """A row says that one id of a table has become another, for good and for all of its past."""

    model_config = ConfigDict(frozen=True)

    old: str
    new: str
    table: str


SEAL = "␟"
"""Between the values of the columns that a row of a form is `sealed` by."""


class Table(BaseModel):
    """One canonical table of the contract."""

    model_config = ConfigDict(frozen=True)

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    amount: str | None = None
    references: tuple[Reference, ...] = ()
    allowed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    usually: tuple[tuple[str, str], ...] = ()
    happened: tuple[str, ...] = ()
    products: tuple[tuple[str, str, str], ...] = ()
    sums: tuple[tuple[str, str, str], ...] = ()
    contact: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    lasting: Lasting | None = None
    names: tuple[tuple[str, ...], ...] = ()
    succession: Succession | None = None

    @property
    def exported(self) -> dict[str, Column]:
        """The columns that an export may carry."""
        return {c.name: c for c in self.columns.values() if c.derivation is None}

    def of_type(self, *types: str) -> list[str]:
        """Names of the columns of these types."""
        return [column.name for column in self.columns.values() if column.type in types]

    @property
    def owner_column(self) -> str | None:
        """The column that names who must fix a row."""
        return next((c for c in ("owner_id", "employee_id") if c in self.columns), None)


class _Derived(BaseModel):
    """A derived column as `canonical.yaml` writes it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: ColumnType
    source: str = Field(alias="from")
    where: dict[str, str] = Field(min_length=1, max_length=1)


class _Written(BaseModel):
    """A table as `canonical.yaml` writes it."""

    model_config = ConfigDict(extra="forbid")

    grain: str
    key: list[str]
    columns: dict[str, str]
    derived: dict[str, _Derived] = Field(default_factory=dict)
    otherwise: dict[str, str] = Field(default_factory=dict)
    amount: str | None = None
    references: dict[str, str] = Field(default_factory=dict)
    allowed: dict[str, list[str] | str] = Field(default_factory=dict)
    ranges: dict[str, tuple[int | None, int | None]] = Field(default_factory=dict)
    orders: list[tuple[str, str]] = Field(default_factory=list)
    usually: list[tuple[str, str]] = Field(default_factory=list)
    happened: list[str] = Field(default_factory=list)
    products: list[tuple[str, str, str]] = Field(default_factory=list)
    sums: list[tuple[str, str, str]] = Field(default_factory=list)
    contact: list[str] = Field(default_factory=list)
    sealed: list[str] = Field(default_factory=list)
    lasting: list[str] = Field(default_factory=list, max_length=2)
    names: list[list[str]] = Field(default_factory=list)
    succession: tuple[str, str, str] | None = None

    @field_validator("columns")
    @classmethod
    def _types_known(cls, value: dict[str, str]) -> dict[str, str]:
        for column, kind in value.items():
            if kind.removesuffix("!") not in SQL_TYPES:
                raise ValueError(f"{column}: unknown type {kind!r}")
        return value

    @model_validator(mode="after")
    def _columns_exist(self) -> _Written:
        named = {*self.key, *self.references, *self.allowed, *self.ranges}
        for several in (self.orders, self.usually, self.products, self.sums):
            named |= {c for columns in several for c in columns}
        named |= {
            *self.happened,
            *self.contact,
            *self.sealed,
            *self.lasting,
            *self.otherwise,
            *self.otherwise.values(),
        }
        named |= {c for derived in self.derived.values() for c in (derived.source, *derived.where)}
        if self.amount is not None:
            named.add(self.amount)
        if self.succession is not None:
            named |= {*self.succession[:2]}
        unknown = sorted(named - {*self.columns, *self.derived})
        if unknown:
            raise ValueError(f"no such column: {', '.join(unknown)}")
        return self


@cache
def contact_columns() -> tuple[str, ...]:
    """Columns that hold people outside the company, of whatever table."""
    return tuple(sorted({name for table in canonical_tables().values() for name in table.contact}))


@cache
def canonical_tables() -> dict[str, Table]:
    """All canonical tables by name, parents before the tables that refer to them."""
    source = read_yaml(Path(__file__).with_name("canonical.yaml"))
    tables: dict[str, Table] = {}
    for name in source.data:
        part = type(source)(
            source.path,
            source.data[name],
            {loc[1:]: line for loc, line in source.lines.items() if loc and loc[0] == name},
        )
        tables[name] = _table(name, validate(part, _Written))
    return _parents_first(tables)


def _table(name: str, written: _Written) -> Table:
    columns = {
        column: Column(
            name=column,
            type=kind.removesuffix("!"),
            required=kind.endswith("!")
            or (column in written.key and column not in written.otherwise),
            otherwise=written.otherwise.get(column),
        )
        for column, kind in written.columns.items()
    }
    for column, derived in written.derived.items():
        [(where, value)] = derived.where.items()
        derivation = Derivation(source=derived.source, column=where, value=value)
        columns[column] = Column(
            name=column, type=derived.type, required=False, derivation=derivation
        )
    return Table(
        name=name,
        grain=written.grain,
        key=tuple(written.key),
        columns=columns,
        amount=written.amount,
        references=tuple(
            Reference(column=c, table=t.removesuffix("!"), rejects=t.endswith("!"))
            for c, t in written.references.items()
        ),
        allowed={c: (v,) if isinstance(v, str) else tuple(v) for c, v in written.allowed.items()},
        ranges=tuple(
            Range(column=c, least=least, most=most) for c, (least, most) in written.ranges.items()
        ),
        orders=tuple(written.orders),
        usually=tuple(written.usually),
        happened=tuple(written.happened),
        products=tuple(written.products),
        sums=tuple(written.sums),
        contact=tuple(written.contact),
        sealed=tuple(written.sealed),
        lasting=_lasting(*written.lasting),
        names=tuple(tuple(one) for one in written.names),
        succession=_succession(written.succession),
    )


def _succession(named: tuple[str, str, str] | None) -> Succession | None:
    return Succession(old=named[0], new=named[1], table=named[2]) if named else None


def _lasting(*named: str) -> Lasting | None:
    if not named:
        return None
    return Lasting(ends=named[-1], starts=named[0] if len(named) > 1 else None)


def _parents_first(tables: dict[str, Table]) -> dict[str, Table]:
    """What says which ids became which comes first of all: whatever names them is read by it."""
    ordered: dict[str, Table] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        if (succession := tables[name].succession) is not None:
            visit(succession.table)
        for reference in tables[name].references:
            if reference.rejects and reference.table != name:
                visit(reference.table)
        ordered[name] = tables[name]

    for name in sorted(tables, key=lambda name: tables[name].succession is None):
        visit(name)
    return ordered
