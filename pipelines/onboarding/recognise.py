"""What attain understands of the exports, before anything is computed (`attain check`).

Belongs here: reading every export as a run would and saying what was recognised. Does not belong
here: guessing what a file that no source reads may be (`starter/`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.checks.accidents import sentences
from pipelines.checks.file_accidents import FileAccidents
from pipelines.checks.findings import Finding
from pipelines.checks.refused_values import STYLES
from pipelines.checks.words import say
from pipelines.errors import UserError
from pipelines.landing.land import Export, by_sheet, content_of, land_export, take_inventory
from pipelines.landing.parquet import Landed
from pipelines.policy.quality import Quality, QuarantineShares
from pipelines.sources.contract import canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcefile import unfinished_drafts
from pipelines.sources.sourcemodel import SourceFile, alternatives
from pipelines.staging.mapping import (
    Load,
    column_texts,
    landed_relation,
    line_expression,
    names_of,
    text_expression,
)
from pipelines.staging.reading import Reading
from pipelines.staging.trial import Refusal, Trial, tried
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal
from pipelines.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.onboarding.strangers import Guess

_SAMPLES = 3


@dataclass(frozen=True)
class ColumnSeen:
    """A canonical column, the header or expression it comes from, and some of its values."""

    column: str
    type: str
    header: str | None
    samples: tuple[str, ...]
    constant: str | None = None
    read: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSeen:
    """A file (or sheet) and what is recognised in it; `unused` are headers nothing reads.

    `refused` of its rows would go to quarantine, for what `refusals` say.
    """

    file: str
    sheet: str | None
    source: str
    written_in: str
    table: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    unused: tuple[str, ...]
    problem: str | None = None
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """Everything found in the input folders; `drafts` are source files that are not read yet,
    `hints` what the settings may better say."""

    files: list[FileSeen]
    missing: list[str]
    unknown: list[str]
    problems: list[str] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        from dataclasses import asdict

        return asdict(self)


def recognise(
    workspace: Workspace,
    sources: Sequence[SourceFile],
    stages: tuple[str, ...] = (),
    only: Path | None = None,
    quality: Quality | None = None,
) -> Recognition:
    """Read every export as a run would, into a folder that is thrown away.

    Args:
        stages: the names of the stages in force, which a guessed mapping may name.
        only: look at this file alone.
        quality: from which share of refused rows a run blocks, and which accidents are told of.

    Raises:
        UserError: an input folder does not exist, or `only` does not lie in one.
    """
    from pipelines.onboarding.strangers import Names, guesses_of, strangers

    inventory = take_inventory(workspace, sources)
    exports, unknown = list(inventory.exports), list(inventory.unknown)
    unread = strangers(workspace, unknown)
    if only is not None:
        wanted = only.resolve()
        exports = [export for export in exports if export.path.resolve() == wanted]
        unread = [export for export in unread if export.path.resolve() == wanted]
        unknown = [export.name for export in unread]
        if not exports and not unread:
            raise UserError(f"{only}: lies in no input folder of attain.yaml, or is no export.")
    settings = workspace.settings
    reading = Reading(stages, settings.time_zone, base_currency=settings.base_currency)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        apart = _Elsewhere(workspace, Path(folder))
        files = [
            _see(con, apart, sheet, reading, quality or Quality())
            for export in exports
            for sheet in by_sheet(apart, export, content_of(export))
        ]
        given = Names()
        guesses = [
            guess for export in unread for guess in guesses_of(con, apart, export, stages, given)
        ]
    missing = [] if only is not None else list(_by_file(inventory.missing))
    problems = [f"{f.file}: {f.problem}" for f in files if f.problem]
    problems += [] if only is not None else _required(inventory.missing)
    drafts = list(unfinished_drafts(workspace.sources, stages).values()) if only is None else []
    hints = _currency_hint(workspace, files) if only is None else []
    return Recognition(files, missing, unknown, problems, guesses, drafts, hints)


def _currency_hint(workspace: Workspace, files: Sequence[FileSeen]) -> list[str]:
    """Where every amount is in one currency that is not the base, the base is probably not meant.

    An export without a currency is in the base, whichever that is.
    """
    base = workspace.settings.base_currency
    named = {
        text.upper()
        for file in files
        for column in file.columns
        if column.column == "currency" and file.table != "fx_rate"
        for text in (*column.samples, *([column.constant] if column.constant else []))
    }
    if len(named) != 1 or base in named:
        return []
    [currency] = named
    return [
        f"every amount that names its currency is in {currency}, and attain.yaml says "
        f"base_currency: {base}; say base_currency: {currency}, or give rates (fx_rate)"
    ]


def _by_file(missing: Sequence[SourceFile]) -> dict[str, SourceFile]:
    """A sentence for each source file without exports; a wide sheet is many sources of one file."""
    return {
        f"{' or '.join(s.files)}: no such export ({s.written_in}"
        + (")" if s.required else ", optional)"): s
        for s in missing
    }


def _required(missing: Sequence[SourceFile]) -> list[str]:
    return [text for text, source in _by_file(missing).items() if source.required]


class _Elsewhere(Workspace):
    """The same workspace with its landed files in another folder."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        super().__init__(workspace.root, workspace.settings)
        object.__setattr__(self, "_folder", folder)

    @property
    def landed(self) -> Path:
        folder: Path = object.__getattribute__(self, "_folder")
        return folder


def _see(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    export: Export,
    reading: Reading,
    quality: Quality,
) -> FileSeen:
    seen = FileSeen(
        file=export.name,
        sheet=export.sheet,
        source=export.source.described_in,
        written_in=export.source.written_in,
        table=export.source.table,
        rows=0,
        columns=(),
        unused=(),
    )
    found = land_export(con, workspace, export, content_of(export))
    if found.landed is None:
        return replace(seen, problem=found.problem)
    unmet = export.source.unmet_choice(found.landed.names)
    if unmet is not None:
        return replace(seen, problem=unmet)
    columns = tuple(_columns(con, export, found.landed))
    used = {header for column in columns for header in column.read} | _deciding(export.source)
    table = canonical_tables()[export.source.table]
    trial = tried(con, table, Load(0, found, found.landed, found.landed.rows), reading)
    alone = FileAccidents(
        Warehouse(con, Path(":memory:")), table, quality, [found], workspace.landed
    ).look_at_each()
    return replace(
        seen,
        rows=found.landed.rows,
        columns=columns,
        problem=_too_much(table.name, trial, quality.quarantine) or _blocking(alone),
        refused=trial.refused,
        refusals=trial.refusals,
        remarks=(
            *(one.en for one in alone if one.severity != "block"),
            *_remarks(con, export, found.landed, trial),
        ),
        unused=tuple(
            n for n in found.landed.names if n not in used and clean_header(n) not in used
        ),
    )


def _remarks(
    con: duckdb.DuckDBPyConnection, export: Export, landed: Landed, trial: Trial
) -> Iterator[str]:
    """What a source file may state, so that refused values are read or names are sure."""
    source = export.source
    told = landed.notes.get("unproved_encoding")
    if told and "mixed_encoding" not in landed.notes:
        yield say(sentences()["mixed_encoding.unproved"]["en"], {"file": export.name, **told})
    texts = column_texts(canonical_tables()[source.table], source, names_of(landed, export))
    for refusal in trial.refusals:
        for style in STYLES:
            if refusal.rule != f"{refusal.column}.{style.rule}":
                continue
            count, value = con.execute(
                f"select count(*), arg_min(x, line) from (select {texts[refusal.column]} as x, "
                f"{line_expression(landed)} as line from {landed_relation(landed)}) "
                f"where regexp_matches(x, {literal(style.pattern)})"
            ).fetchone() or (0, None)
            if count:
                words = {"column": refusal.column, "count": min(count, refusal.rows)}
                yield say(sentences()[style.accident]["en"], {**words, "value": value})


def _too_much(table: str, trial: Trial, shares: QuarantineShares) -> str | None:
    """What a run would say of an export of which it refuses too much."""
    limit = shares.limit(table, "block", "rows")
    blocks = limit is not None and trial.rows >= shares.least_rows
    share = limit if blocks and limit is not None else 100
    if not trial.refused or 100 * trial.refused < share * trial.rows:
        return None
    return f"{trial.refused:,} of {trial.rows:,} rows cannot be read, so a run would stop at them"


def _blocking(findings: Sequence[Finding]) -> str | None:
    """What a run would stop at, of what a file gives away alone."""
    return next((one.en for one in findings if one.severity == "block"), None)


def _deciding(source: SourceFile) -> set[str]:
    """Headers by which rows are chosen are used, too."""
    keys = (*source.kept, *source.left_out, *source.each)
    joined = set(source.join.on) if source.join else set()
    return joined | {header for key in keys for header in alternatives(key)}


def _columns(con: duckdb.DuckDBPyConnection, export: Export, landed: Landed) -> list[ColumnSeen]:
    source = export.source
    table = canonical_tables()[source.table]
    present = {clean_header(name).lower(): name for name in landed.names}
    sql = names_of(landed, export)
    columns = []
    for name, mapped in source.columns.items():
        wanted = [present.get(clean_header(header).lower()) for header in mapped.headers]
        found = tuple(header for header in wanted if header is not None)
        samples: tuple[str, ...] = ()
        shown = None
        if found or mapped.reads_place:
            computed = mapped.expression is not None or len(found) != 1
            text = text_expression(source, name, sql) if computed else identifier(found[0])
            samples = _samples(con, landed, text)
            shown = mapped.expression or " or ".join(found or mapped.own)
        columns.append(ColumnSeen(name, table.columns[name].type, shown, samples, None, found))
    for name, value in source.constants.items():
        columns.append(ColumnSeen(name, table.columns[name].type, None, (), value))
    return columns


def _samples(con: duckdb.DuckDBPyConnection, landed: Landed, text: str) -> tuple[str, ...]:
    rows = con.execute(
        f"select distinct {text} as x from read_parquet({literal(str(landed.parquet))}) "
        f"where trim({text}) <> '' order by 1 limit {_SAMPLES}"
    ).fetchall()
    return tuple(str(row[0]) for row in rows)
