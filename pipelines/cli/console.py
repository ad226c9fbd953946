"""What commands show on the screen: progress, summaries, tables of words.

Belongs here: printing. Does not belong here: finding out what to print.
"""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.books.quarantine import Listing as QuarantineListing
    from pipelines.explain.explain import Explanation
    from pipelines.onboarding.recognise import Recognition
    from pipelines.onboarding.strangers import Guess
    from pipelines.run.outcome import Outcome

_LAYERS = {
    "start": "starting",
    "land": "landing exports",
    "stage": "typing rows",
    "check": "checking",
    "compute": "computing",
    "report": "building reports",
    "publish": "publishing",
}


class StepDisplay:
    """A line that says what long work is doing; plain lines where there is no terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet)
        self._live = self._console.is_terminal and not quiet
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> StepDisplay:
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._progress.stop()

    def step(self, message: str) -> None:
        """Say what is being done now."""
        if self._live:
            self._progress.update(self._task, description=message)
        else:
            self._console.print(message, highlight=False, markup=False)


class RunDisplay(StepDisplay):
    """The progress of a run: a live line, or one line for each layer."""

    def __init__(self, quiet: bool = False) -> None:
        super().__init__(quiet)
        self._layer = ""
        self._count = 0
        self._began = time.perf_counter()

    def __enter__(self) -> RunDisplay:
        super().__enter__()
        return self

    def progress(self, layer: str, message: str) -> None:
        """Called by the run for everything it begins."""
        self._count += 1
        words = _LAYERS.get(layer, layer)
        if self._live:
            self.step(f"{words}: {message}")
        elif layer != self._layer and layer not in ("check", "compute"):
            self.step(f"{time.perf_counter() - self._began:6.1f} s  {words}")
        self._layer = layer


def print_outcome(outcome: Outcome) -> None:
    """The summary of a run; what was blocked stands on the last lines."""
    console = Console(highlight=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    if not outcome.changed:
        table.add_row("nothing changed", f"since the run {outcome.run_id}; the reports stand")
    table.add_row("as of", str(outcome.as_of))
    table.add_row(
        "rows",
        f"{outcome.rows_landed:,} in · {outcome.rows_accepted:,} accepted · "
        f"{outcome.rows_quarantined:,} in quarantine",
    )
    table.add_row("checks", _checks(outcome))
    table.add_row(
        "reports",
        " · ".join(f"{name} {pages}" for name, pages in outcome.reports.items()) or "none",
    )
    table.add_row("time", f"{outcome.seconds:.1f} s")
    table.add_row("open", outcome.reports_path)
    console.print(table)
    for warning in outcome.warnings[:8]:
        console.print(f"note: {warning}", markup=False, soft_wrap=True)
    if len(outcome.warnings) > 8:
        console.print(f"note: {len(outcome.warnings) - 8} more; see attain status", markup=False)
    for name in outcome.kept:
        console.print(f"kept: {name} was not renewed; its last good pages stay", markup=False)
    for sentence in outcome.blocked:
        console.print(f"blocked: {sentence}", markup=False, soft_wrap=True)


def _checks(outcome: Outcome) -> str:
    counts = outcome.checks
    return (
        f"{counts.get('passed', 0)} passed · {counts.get('failed', 0)} failed · "
        f"{counts.get('errored', 0)} errored"
    )


def print_explanation(found: Explanation, language: str, limit: int, rows: Path | None) -> None:
    """A value with its definition, sums and first rows."""
    console = Console(highlight=False)
    kpi = found.kpi
    label, what, formula = (
        getattr(text, language) for text in (kpi.label, kpi.description, kpi.formula)
    )
    console.print(f"{label} ({found.kpi_id})", markup=False)
    console.print(f"  {what}", markup=False, soft_wrap=True)
    console.print(f"  = {formula}", markup=False)
    where = f"{found.scope_kind} {found.scope_id}"
    console.print(f"  {where} · {found.from_date} … {found.to_date}", markup=False)
    value = found.value
    if value["no_data_reason"]:
        console.print(f"  no data: {value['no_data_reason']}", markup=False)
        return
    console.print(f"  value {_plain(value['value'])}", markup=False)
    if value["numerator"] is not None:
        console.print(
            f"  numerator {_plain(value['numerator'])}"
            + (
                f" / denominator {_plain(value['denominator'])}"
                if value["denominator"] is not None
                else ""
            )
            + f" · n = {value['n']}",
            markup=False,
        )
    for other, part in found.parts.items():
        sums = f"{_plain(part.get('numerator'))} / {_plain(part.get('denominator'))}"
        console.print(
            f"    {other}: {_plain(part.get('value'))} ({sums}, n = {part.get('n')})", markup=False
        )
    failed = [check for check in found.checks if check["status"] != "passed"]
    console.print(
        f"  {len(found.checks)} checks of the tables it needs, {len(failed)} not passed",
        markup=False,
    )
    for check in failed:
        console.print(
            f"    {check['check_id']} on {check['table_name']}: {check['status']}, "
            f"{check['offenders']:,} rows",
            markup=False,
        )
    if found.adds_up is not None:
        console.print(
            f"  {found.row_count:,} rows "
            + ("add up to it exactly" if found.adds_up else "DO NOT add up to it"),
            markup=False,
        )
    else:
        console.print(f"  {found.row_count:,} rows", markup=False)
    if found.rows:
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        for name in found.columns:
            table.add_column(name, overflow="fold")
        for row in found.rows[:limit]:
            table.add_row(*(_plain(row[name]) for name in found.columns))
        Console(highlight=False, width=200).print(table)
        if found.row_count > limit:
            console.print(f"  … {found.row_count - limit:,} more; --rows FILE.xlsx writes them all")
    if rows:
        console.print(f"  {len(found.rows):,} rows written to {rows}", markup=False)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    if "." in text and text.replace(".", "").replace("-", "").isdigit():
        text = text.rstrip("0").rstrip(".")
    return text


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
            f"{file.file}{sheet} → {file.table} ({file.rows:,} rows, sources/{file.source}.yaml)",
            markup=False,
        )
        if file.problem:
            console.print(f"  PROBLEM: {file.problem}", markup=False, soft_wrap=True)
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
    for guess in found.guesses:
        _print_guess(console, guess, workspace, written)
    guessed = {guess.file for guess in found.guesses}
    for name in (name for name in found.unknown if name not in guessed):
        console.print(
            f"unknown: {name}: no source reads it; describe it in sources/*.yaml",
            markup=False,
            soft_wrap=True,
        )


def _print_guess(console: Console, guess: Guess, workspace: Path, written: bool) -> None:
    """What a file that no source reads may be, and how to begin its mapping."""
    if not guess.fits:
        console.print(
            f"unknown: {guess.file}: no source reads it; {guess.problem}. "
            "Describe it in sources/*.yaml",
            markup=False,
            soft_wrap=True,
        )
        return
    say = f"unknown: {guess.file}: no source reads it. It may be {guess.fits[0]}."
    console.print(say, markup=False, soft_wrap=True)
    for other in guess.fits[1:]:
        console.print(f"  or {other}", markup=False, soft_wrap=True)
    if not written:
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


def print_status(found: dict[str, Any]) -> None:
    """The state of a workspace."""
    console = Console(highlight=False)
    console.print(f"workspace {found['workspace']}", markup=False)
    console.print(f"as of {found['as_of']} · published {found['published']}", markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("table", "files", "landed", "accepted", "quarantined"):
        table.add_column(name, justify="left" if name == "table" else "right")
    for row in found["loads"]:
        table.add_row(
            row["table_name"],
            *(f"{row[name]:,}" for name in ("files", "landed", "accepted", "quarantined")),
        )
    console.print(table)
    for row in found["checks"]:
        console.print(f"checks {row['status']} ({row['severity']}): {row['count']}", markup=False)
    for row in found["quarantine"]:
        console.print(
            f"quarantine {row['table_name']} {row['rule_id']}: {row['count']}", markup=False
        )


def print_quarantine(
    found: QuarantineListing, language: str, limit: int, xlsx: Path | None, show_contacts: bool
) -> None:
    """Counts by table and rule, then the first rows."""
    from pipelines.books.quarantine import problem, shown_value

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
        said = problem(row["rule_id"], row["column_name"] or "", language)
        text = shown_value(row, show_contacts)
        value = f" {text!r}" if text else ""
        owner = f" · {row['owner_id']}" if row["owner_id"] else ""
        console.print(
            f"{row['file']} line {row['line']}:{value} {said}{owner}", markup=False, soft_wrap=True
        )
    if found.total > limit:
        console.print(f"… {found.total - limit:,} more: --limit, --table, --owner, --xlsx")
    if xlsx:
        console.print(f"{found.total:,} rows written to {xlsx}", markup=False)
