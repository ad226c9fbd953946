"""The model of a source file: what may be written in `sources/<name>.yaml`.

Belongs here: keys, their types and defaults, what follows from them alone. Does not belong here:
loading the files and holding them against the canonical tables (`sourcefile.py`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipelines.sources.contract import Table
from pipelines.sources.headers import clean_header

DateOrder = Literal["ymd", "dmy", "mdy"]
Decimal = Literal[".", ","]
Thousands = Literal[",", ".", "'", " ", ""]
Side = Annotated[str, Field(pattern=r"^[^\W\d_]{1,12}$")]
Unit = Literal["元", "千元", "万元", "百万元", "亿元", "thousand", "million", "written"]
# Each amount says its own unit: 12.29万, 3.2亿, 5k.
WRITTEN = "written"
UNITS: dict[str, int] = {
    "元": 1,
    "千元": 1_000,
    "万元": 10_000,
    "百万元": 1_000_000,
    "亿元": 100_000_000,
    "thousand": 1_000,
    "million": 1_000_000,
    WRITTEN: 1,
}
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "utf-8-sig": "utf-8",
}
# Headers in an expression: `{Amount}`, `{Amount|Value}` (the first that is filled), or `{}` for
# what stands below `from`.
BRACES = re.compile(r"\{([^{}]*)\}")
# What every row of an export has beside its fields: the texts above its header, the name of its
# file and that of its sheet.
TITLE, FILE, SHEET = "@title", "@file", "@sheet"
PLACES = frozenset((TITLE, FILE, SHEET))
# An address of the web that names the record once; braces stand for nothing else.
_RECORD_URL = re.compile(r"https?://[^\s{}<>\"\\]+\{id\}[^\s{}<>\"\\]*")


def alternatives(written: str) -> tuple[str, ...]:
    """The headers of `A|B`: the first that is there and filled is meant."""
    return tuple(name.strip() for name in written.split("|") if name.strip())


def scalar_text(value: Any) -> str:
    """What YAML made of a text that was written without quotes, as it was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _as_text(value: Any) -> Any:
    """YAML reads `是: true` as a boolean and `1: a` as a number; a value map holds texts."""
    if not isinstance(value, dict):
        return value
    return {scalar_text(key): scalar_text(inner) for key, inner in value.items()}


def _as_texts(value: Any) -> Any:
    """`[1, true]` are texts too; what YAML reads as nothing is not guessed."""
    if not isinstance(value, list):
        return value
    return [inner if inner is None else scalar_text(inner) for inner in value]


def _as_empty_texts(value: Any) -> Any:
    """Among texts that mean empty, an unquoted `null` is one of them."""
    return ["null" if v is None else v for v in value] if isinstance(value, list) else value


ValueMap = Annotated[dict[str, str], BeforeValidator(_as_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]


class Numbers(BaseModel):
    """How an export writes its numbers: the decimal sign, and the sign between thousands.

    `minus` and `plus` are words before or behind a number that say its side: CR and DR, 贷 and 借.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    decimal: Decimal = "."
    thousands: Thousands | None = None
    minus: tuple[Side, ...] = ()
    plus: tuple[Side, ...] = ()

    @property
    def grouping(self) -> str:
        """The sign between thousands; where none is named, the one that goes with the decimal."""
        return self.thousands if self.thousands is not None else {".": ",", ",": "."}[self.decimal]

    @property
    def is_plain(self) -> bool:
        return (self.decimal, self.grouping) == (".", ",") and not (self.minus or self.plus)

    @model_validator(mode="after")
    def _two_signs(self) -> Numbers:
        if self.decimal == self.grouping:
            raise ValueError(f"decimal and thousands are both {self.decimal!r}")
        return self


class ColumnSource(BaseModel):
    """Where a canonical column comes from: a header (or its aliases), or an expression over some.

    `default` is taken where the field is empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    own: tuple[str, ...] = Field(default=(), alias="from")
    expression: str | None = None
    unit: Unit = "元"
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    map: ValueMap | str | None = None
    default: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the column may be read from."""
        inner = (self.alternatives(found) for found in BRACES.findall(self.expression or ""))
        return tuple(dict.fromkeys([*self.own, *(name for names in inner for name in names)]))

    @property
    def reads_place(self) -> bool:
        """Whether it is read from where a row stands, which every export has."""
        return bool(PLACES & set(self.headers))

    def alternatives(self, braced: str) -> tuple[str, ...]:
        """The headers that a pair of braces in the expression stands for."""
        return alternatives(braced) or self.own


class Join(BaseModel):
    """Columns of another export, read beside the row that names them: `join` in a source file.

    `on` are the headers that must agree, those of the source's own export with those of the other;
    `columns` the columns taken, by the header under which they are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Texts = Field(min_length=1)
    on: dict[str, str] = Field(min_length=1)
    columns: dict[str, str] = Field(min_length=1)
    sheet: str | None = None

    @field_validator("file", mode="before")
    @classmethod
    def _one_file(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("on", "columns", mode="before")
    @classmethod
    def _by_header(cls, value: Any) -> Any:
        """One header, a list of them, or pairs where the two files call them differently."""
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list):
            return {scalar_text(name): scalar_text(name) for name in value}
        return _as_text(value)

    @property
    def of_other(self) -> tuple[str, ...]:
        """Every header that the other export must have."""
        return tuple(dict.fromkeys([*self.on.values(), *self.columns.values()]))


def _column(value: Any) -> Any:
    if isinstance(value, str):
        return {"from": (value,)}
    if isinstance(value, dict) and isinstance(value.get("from"), str):
        return {**value, "from": (value["from"],)}
    return value


class SourceFile(BaseModel):
    """One `sources/<name>.yaml`.

    A `draft` is read once it lacks nothing that its table requires; until then it stops nobody.
    `only` keeps the rows whose field under a header holds one of the values, `except` leaves such
    rows out (`""` is an empty field); a header that is not there leaves nothing out. `rows:
    distinct` makes one row of those that agree in the key, for a table that an export only holds
    repeated (the teams in a list of people). `lists: active` holds people, customers, products
    and units as they are now: whoever is no longer listed has ended; `all` holds everyone who ever
    was, so that whoever is missing never was. `each` names the one column of a wide sheet that
    this reading of it is about. `join` reads columns of another export beside each row.
    `record_url` is where the system shows one of its records, `{id}` standing for the record's id.
    A `form` is a workbook that `attain forms` wrote; nobody misses one that was not filled.
    `sealed` is the header below which each of its rows repeats what it was written for; a row whose
    cells say something else is not read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: str
    draft: bool = False
    form: bool = False
    system: Literal["crm", "erp", "hr"]
    table: str
    files: tuple[str, ...] = Field(min_length=1)
    sheet: str | None = None
    header: Texts = ()
    encoding: str | None = None
    owner: str | None = None
    record_url: str | None = None
    expected_every: Annotated[int, Field(ge=1)] | None = None
    required: bool = True
    export: Literal["full", "delta"] = "full"
    lists: Literal["active", "all"] = "active"
    date_order: DateOrder = "ymd"
    short_years: Literal[1900, 2000] | None = None
    time_zone: str | None = None
    numbers: Numbers = Numbers()
    empty: Annotated[Texts, BeforeValidator(_as_empty_texts)] = ()
    rows: Literal["all", "distinct"] = "all"
    join: Join | None = None
    kept: dict[str, Texts] = Field(default_factory=dict, alias="only")
    left_out: dict[str, Texts] = Field(default_factory=dict, alias="except")
    sealed: str | None = None
    each: dict[str, ValueMap] = Field(default_factory=dict)
    columns: dict[str, Annotated[ColumnSource, BeforeValidator(_column)]]
    constants: ValueMap = Field(default_factory=dict)
    maps: dict[str, ValueMap] = Field(default_factory=dict)

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from None
        return value

    @field_validator("record_url")
    @classmethod
    def _leads_to_a_record(cls, value: str | None) -> str | None:
        if value is None or _RECORD_URL.fullmatch(value):
            return value
        raise ValueError(
            f"{value!r} is not an address such as https://crm.example.com/deals/{{id}}, "
            "where {id} stands for the id of the record"
        )

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, value: str | None) -> str | None:
        """The name Python gives it; of one that is part of another, the other's."""
        if value is None:
            return None
        try:
            name = codecs.lookup(value).name
            b"A\xe4".decode(name, errors="replace")
        except (LookupError, UnicodeError, ValueError, TypeError):
            raise ValueError(
                f"{value!r} is not an encoding of texts such as utf-8, gb18030, windows-1252"
            ) from None
        return _WIDER.get(name, name)

    @property
    def described_in(self) -> str:
        """The name of the file below `sources/`; a wide sheet is read once for each column."""
        for column in self.each:
            return self.source.removesuffix(f"__{column}")
        return self.source

    @property
    def written_in(self) -> str:
        """Where a reader finds what is said of the export."""
        return "written by attain forms" if self.form else f"sources/{self.described_in}.yaml"

    def value_map(self, column: str) -> dict[str, str]:
        """The value map of a column, resolved from the named maps; empty when it has none."""
        mapping = self.columns[column].map
        if isinstance(mapping, str):
            return self.maps[mapping]
        return mapping or {}

    def number_style(self, column: str) -> Numbers:
        """How the numbers of a column are written: as it says itself, else as its source does."""
        own = self.columns.get(column)
        if own is None or (own.decimal is None and own.thousands is None):
            return self.numbers
        return Numbers(
            decimal=own.decimal or self.numbers.decimal,
            thousands=own.thousands,
            minus=self.numbers.minus,
            plus=self.numbers.plus,
        )

    @property
    def only(self) -> tuple[str, ...]:
        """Headers without which it cannot be said which rows to read."""
        return tuple(h for h in [*self.kept, *self.each] if len(alternatives(h)) == 1)

    def unmet_choice(self, names: Iterable[str]) -> str | None:
        """What a file lacks to say which of its rows are read, as the start of a sentence.

        Args:
            names: the headers of the file.
        """
        present = {clean_header(name).lower() for name in names}
        sealed = (self.sealed,) if self.sealed else ()
        for word, keys in (("only", self.kept), ("each", self.each), ("sealed", sealed)):
            for key in keys:
                headers = alternatives(key)
                if not present & {clean_header(header).lower() for header in headers}:
                    named = " or ".join(map(repr, headers))
                    return f"no column {named}, which `{word}` asks for"
        return None

    def lacks(self, table: Table) -> tuple[str, ...]:
        """The columns that its table requires and that it neither maps nor gives a constant for."""
        given = {*self.columns, *self.constants}
        return tuple(c.name for c in table.columns.values() if c.required and c.name not in given)

    @property
    def reads_all_rows(self) -> bool:
        return self.rows == "all" and not (self.kept or self.left_out or self.each)

    @property
    def headers(self) -> set[str]:
        named = {header for column in self.columns.values() for header in column.headers}
        deciding = {
            h
            for key in (*self.kept, *self.left_out, *self.each, *filter(None, (self.sealed,)))
            for h in alternatives(key)
        }
        joined = set(self.join.on) if self.join else set()
        return named | deciding | joined | set(self.header)


def allowed_values(table: Table, column: str, stages: tuple[str, ...]) -> tuple[str, ...]:
    """The values a column may hold; empty when it is free."""
    allowed = table.allowed.get(column, ())
    return stages if allowed == ("process.stages",) else allowed


def canonical_source(table: Table, export: Literal["full", "delta"] = "full") -> SourceFile:
    """The mapping of a file that already carries the canonical names."""
    return SourceFile(
        source=f"canonical_{table.name}" + ("_delta" if export == "delta" else ""),
        system="crm",
        table=table.name,
        export=export,
        files=(f"**/{table.name}*",),
        required=False,
        columns={c: ColumnSource(own=(c,)) for c in table.exported},
    )
