"""What is printed of exports: what was recognised, known systems, rows in quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from pipelines.checks.words import Count
from pipelines.landing.file.kind import way_out

if TYPE_CHECKING:
    from pipelines.books.quarantine import Listing as QuarantineListing
    from pipelines.onboarding.recognise import FileSeen, Recognition
    from pipelines.onboarding.strangers import Guess


def print_recognition(found: Recognition, workspace: Path, written: bool = False) -> None:
    """What was recognised, file by file and column by column; what other files may be."""
    console = Console(highlight=False, width=160)
    if not (found.files or found.missing or found.unknown):
        console.print(
            "no exports yet: the input folders of attain.yaml hold no CSV, XLSX or Parquet"
        )
    for file in found.files:
        sheet = f" · sheet {file.sheet}" if file.sheet else ""
        console.print(
            f"{file.file}{sheet} → {file.table} ({Count(file.rows):row}, {file.written_in})",
            markup=False,
        )
        if file.problem:
            console.print(f"  PROBLEM: {file.problem}", markup=False, soft_wrap=True)
        _print_refusals(console, file)
        if not file.columns:
            continue
        table = Table(box=None, padding=(0, 2, 0, 2), header_style="dim")
        for name in ("column", "type", "from", "values"):
            table.add_column(name, overflow="fold")
        for column in file.columns:
            source = column.header or (
                f"constant {column.constant}" if column.constant is not None else "— not in file"
            )
            table.add_row(column.column, column.type, source, " | ".join(column.samples))
        console.print(table)
        if file.unused:
            console.print(f"  not used: {', '.join(file.unused)}", markup=False)
    for text in found.missing:
        console.print(f"missing: {text}", markup=False, soft_wrap=True)
    for text in found.hints:
        console.print(f"hint: {text}", markup=False, soft_wrap=True)
    for text in found.drafts:
        console.print(f"draft: {text}", markup=False, soft_wrap=True)
    for guess in found.guesses:
        _print_guess(console, guess, workspace, written)
    guessed = {guess.file for guess in found.guesses}
    for name in (name for name in found.unknown if name not in guessed):
        console.print(
            f"unknown: {name}: "
            + (way_out(name) or "no source reads it; describe it in sources/*.yaml"),
            markup=False,
            soft_wrap=True,
        )


def _print_refusals(console: Console, file: FileSeen) -> None:
    """The values that a run would not read, rule by rule, and what may be stated about them."""
    from pipelines.books.quarantine import problem

    if file.refused and not file.problem:
        say = f"  {file.refused:,} of {Count(file.rows):row} would be in quarantine"
        console.print(say, markup=False, soft_wrap=True)
    for refusal in file.refusals:
        value = f" {refusal.value!r}" if refusal.value is not None else ""
        console.print(
            f"  not read: {problem(refusal.rule, refusal.column, 'en', refusal.value)}: "
            f"{Count(refusal.rows):row}, line {refusal.line}{value}",
            markup=False,
            soft_wrap=True,
        )
    for remark in file.remarks:
        console.print(f"  {remark}", markup=False, soft_wrap=True)


def _print_guess(console: Console, guess: Guess, workspace: Path, written: bool) -> None:
    """What a file that no source reads may be, and how to begin its mapping."""
    name = f"{guess.file} · {guess.sheet}" if guess.sheet else guess.file
    if not guess.fits:
        console.print(
            f"unknown: {name}: no source reads it; {guess.problem}. Describe it in sources/*.yaml",
            markup=False,
            soft_wrap=True,
        )
        return
    say = f"unknown: {name}: no source reads it. It may be {guess.fits[0]}."
    console.print(say, markup=False, soft_wrap=True)
    for other in guess.fits[1:]:
        console.print(f"  or {other}", markup=False, soft_wrap=True)
    if not written and not (workspace / "sources" / f"{guess.draft_name}.yaml").exists():
        begin = f"begin sources/{guess.draft_name}.yaml with: attain check --write"
        console.print(f"  {begin} -w {workspace}", markup=False, soft_wrap=True)
    if guess.vendor is not None:
        all_of_it = f"all source files for it: attain preset {guess.vendor} -w {workspace}"
        console.print(f"  {all_of_it}", markup=False, soft_wrap=True)


def print_presets(tables: dict[str, list[str]]) -> None:
    """The known systems and the tables that their exports fill."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("preset", no_wrap=True)
    table.add_column("tables", overflow="fold")
    for vendor, names in tables.items():
        table.add_row(vendor, ", ".join(names))
    Console(highlight=False, width=120).print(table)


def print_quarantine(
    found: QuarantineListing, language: str, limit: int, xlsx: Path | None, show_contacts: bool
) -> None:
    """Counts by table and rule, then the first rows."""
    from pipelines.books.quarantine import sentence

    console = Console(highlight=False)
    if not found.total:
        console.print("nothing is in quarantine" if language == "en" else "没有被隔离的行")
        return
    counts = Table("table", "rule", "rows", "amount", "owners", "since", box=None)
    for row in found.counts:
        amount = f"{row['amount']:,.2f}" if row["amount"] is not None else ""
        since = f"{row['first_seen_at']:%Y-%m-%d}"
        counts.add_row(
            row["table_name"],
            row["rule_id"],
            f"{row['row_count']:,}",
            amount,
            str(row["owners"]),
            since,
        )
    console.print(counts)
    for row in found.rows[:limit]:
        console.print(sentence(row, language, show_contacts), markup=False, soft_wrap=True)
    if found.total > limit:
        console.print(f"… {found.total - limit:,} more: --limit, --table, --owner, --xlsx")
    if xlsx:
        console.print(f"{Count(found.total):row} written to {xlsx}", markup=False)
