"""Commands of the commission books: close a month, prove the ledger, rehearse a plan."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.options import AS_OF, JSON, WORKSPACE

if TYPE_CHECKING:
    from pipelines.closing.prove import Proof
    from pipelines.ledger.kinds import LedgerKind
    from pipelines.ledger.store import ClosedPeriod


@click.command()
@click.argument("period", nargs=-1, required=True, metavar="[commission|appraisal] PERIOD")
@WORKSPACE
@AS_OF
@click.option("--by", help="Who closes; your login name by default.")
@JSON
def close(
    period: tuple[str, ...], workspace: Path, as_of: dt.date | None, by: str | None, as_json: bool
) -> None:
    """Freeze a commission month (2026-10) or an appraised period (appraisal 2026-Q3) for ever.

    Everything is computed first. The month is not closed while a blocking check fails, a dispute is
    open, a difference is unexplained and not accepted, or an earlier month is open; every reason is
    told. Later changes are posted to the open month, line by line, with their cause. An appraisal
    is not closed while a decision about it is not applied or something written about people is in
    quarantine; later changes are adjustments of the next period. What is closed stands in the
    folder ledger/ of the workspace: back it up.
    """
    from pipelines.cli.console import RunDisplay
    from pipelines.closing.close import close_period
    from pipelines.workspace.dates import business_date
    from pipelines.workspace.workspace import open_workspace

    kind, month = _what_to_close(period)
    opened = open_workspace(workspace)
    now = dt.datetime.now(dt.UTC)
    day = business_date(opened.settings, as_of, now)
    with RunDisplay(quiet=as_json) as display:
        close_period(
            opened,
            month,
            day,
            now.replace(tzinfo=None),
            by or getpass.getuser(),
            display.progress,
            _as_json if as_json else _said,
            kind,
        )


def _what_to_close(words: tuple[str, ...]) -> tuple[LedgerKind, str]:
    """`2026-10` is a commission month; a word before a period says of which kind it is."""
    from pipelines.errors import UserError
    from pipelines.ledger.kinds import COMMISSION, KINDS

    if len(words) == 1:
        return COMMISSION, words[0]
    kinds = {kind.name: kind for kind in KINDS}
    if len(words) != 2 or words[0] not in kinds:
        raise UserError(
            f"{' '.join(words)!r}: write attain close 2026-10, or attain close appraisal 2026-Q3."
        )
    return kinds[words[0]], words[1]


def _as_json(closed: ClosedPeriod) -> None:
    click.echo(json.dumps({"folder": str(closed.folder), **closed.manifest}, ensure_ascii=False))


def _said(closed: ClosedPeriod) -> None:
    """Said as soon as the month is frozen, whatever becomes of its publication."""
    facts = closed.manifest
    said = "statements" if closed.kind.name == "commission" else "results"
    click.echo(
        f"{closed.period} is closed: {facts['statements']:,} {said}, {facts['lines']:,} lines, "
        f"by {facts['closed_by']}, as of {facts['as_of']}"
    )
    for ledger, amount in facts["totals"].items():
        click.echo(f"  {ledger:12} {Decimal(amount):>18,.2f}")
    for one in facts["accepted"]:
        click.echo(f"  accepted: {one['period']} {one['key']} by {one['approved_by']}")
    click.echo(f"  seal     {closed.seal}")
    click.echo(f"  {closed.folder}: keep it; nothing can compute it again")


@click.command()
@WORKSPACE
@click.option(
    "--seal",
    "signed",
    metavar="MONTH=SEAL",
    multiple=True,
    help="What a signed closing statement says: 2026-10=ab12…, at least its first 16 signs.",
)
@JSON
def verify(workspace: Path, signed: tuple[str, ...], as_json: bool) -> None:
    """Prove that closed months are as they were closed, and that the books add up to them.

    Every line's checksum is made anew and held against the chain, every statement against its
    lines, and closed months with the corrections posted since against a fresh computation. What the
    ledger cannot show of itself, a month that is gone or was forged whole, is held against every
    other place that knows the seals; the oldest disagreement is told first.
    """
    from pipelines.closing.prove import paper_seals
    from pipelines.closing.prove import verify as prove
    from pipelines.workspace.workspace import open_workspace

    proof = prove(open_workspace(workspace), paper_seals(signed))
    if as_json:
        found = {
            "holds": proof.holds,
            "periods": [{"period": p.period, "seal": p.seal} for p in proof.periods],
            "faults": [fault.__dict__ for fault in proof.faults],
            "differences": proof.differences,
            "notes": proof.notes,
            "witnesses": proof.witnesses,
        }
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        for closed in proof.periods:
            facts = closed.manifest
            click.echo(
                f"{closed.period}  {facts['lines']:>9,} lines  {facts['statements']:>6,} statements"
                f"  closed {facts['closed_at']} by {facts['closed_by']}  {closed.seal[:16]}"
            )
        for fault in proof.faults:
            click.echo(f"BROKEN {fault.period}: {fault.what}", err=True)
        for row in proof.differences:
            click.echo("DIFFERS " + ", ".join(f"{k} {v}" for k, v in row.items()), err=True)
        for note in proof.notes:
            click.echo(f"note: {note}")
        if proof.holds:
            click.echo(_holds(proof))
    sys.exit(0 if proof.holds else 1)


def _holds(proof: Proof) -> str:
    if not proof.periods:
        return "no month is closed yet; see attain close --help"
    books = ", and the books equal a fresh computation" if proof.has_books else ""
    places = ", ".join(proof.witnesses) or "no other place"
    return (
        f"the chain holds; statements are the sums of their lines{books}\n"
        f"its seals are known by: {places}"
    )


@click.command()
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@WORKSPACE
@click.option("--from", "first", help="First month shown, 2025-01; the year's first by default.")
@click.option("--to", "last", help="Last month shown; the last run's by default.")
@click.option(
    "--pipeline",
    type=click.Choice(["all", "weighted"]),
    help="Open deals as if won when expected: whole, or at their stage's probability.",
)
@click.option("--collect", help="An invoice, as if the rest of it were paid.")
@click.option(
    "--by", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which --collect is paid."
)
@click.option(
    "--as-dated", is_flag=True, help="PLAN on the days of its own valid_from and valid_to only."
)
@click.option("--rows", type=click.Path(path_type=Path), help="Write payees by month to this XLSX.")
@click.option("--limit", default=20, show_default=True, help="Payees to print.")
@JSON
def simulate(
    plan: Path | None,
    workspace: Path,
    first: str | None,
    last: str | None,
    pipeline: str | None,
    collect: str | None,
    day: dt.datetime | None,
    as_dated: bool,
    rows: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show what PLAN would have paid, what open deals or an invoice would bring. Posts nothing.

    PLAN takes the place of its role's plans as though it had begun with the year of the first month
    shown, whatever dates it bears: so a plan of next year is held against this one, and quotas of a
    quarter or a year are whole. With --as-dated it takes its own days, and the plans in force the
    days around them: what changes once the file lies in policy/commission.

    \b
    attain simulate new_plan.yaml --from 2025-01 --to 2026-10
    attain simulate --collect INV-000330 --by 2026-11-30
    attain simulate --pipeline weighted
    """
    from pipelines.closing.simulate import Collected
    from pipelines.closing.simulate import simulate as rehearse
    from pipelines.errors import UserError
    from pipelines.workspace.workspace import open_workspace

    if plan is None and pipeline is None and collect is None:
        raise UserError("Nothing to simulate: give a PLAN file, --pipeline or --collect.")
    if as_dated and plan is None:
        raise UserError("--as-dated is about the dates of a PLAN; give its file.")
    if (collect is None) != (day is None):
        raise UserError("--collect and --by belong together: which invoice, paid on which day.")
    found = rehearse(
        open_workspace(workspace),
        plan,
        first,
        last,
        pipeline,  # type: ignore[arg-type]
        Collected(collect, day.date()) if collect and day else None,
        as_dated,
    )
    if rows is not None:
        _write_simulation(found.rows, rows)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "what": found.what,
                    "before": found.before,
                    "after": found.after,
                    "payees": found.by_payee(),
                    "rows": found.rows,
                },
                ensure_ascii=False,
                default=str,
            )
        )
        return
    click.echo(f"{found.what} (nothing is posted)")
    click.echo(
        f"  earned {found.before:,.2f} → {found.after:,.2f}  ({found.after - found.before:+,.2f})"
    )
    payees = [row for row in found.by_payee() if row["difference"]]
    for row in payees[:limit]:
        click.echo(
            f"  {row['payee_id']:8} {row['name']:<12} {row['role']:<15} {row['before']:>14,.2f} → "
            f"{row['after']:>14,.2f}  {row['difference']:>+13,.2f}"
        )
    if len(payees) > limit:
        click.echo(f"  … {len(payees) - limit:,} more; --rows FILE.xlsx writes them all by month")


def _write_simulation(rows: list[dict[str, Any]], path: Path) -> None:
    from pipelines.reporting.model.book import Book, Sheet, columns
    from pipelines.reporting.model.values import message
    from pipelines.reporting.workbook.write import write_book

    names = ("payee_id", "name", "role", "period", "before", "after", "difference")
    book = Book(
        title=message("simulation.title"),
        sheets=(
            Sheet(
                id="simulation",
                title=message("simulation.title"),
                columns=columns(
                    "employee:text name:text role:text month:text before:money+ after:money+ "
                    "difference:money+"
                ),
                rows=lambda: ([row[name] for name in names] for row in rows),
            ),
        ),
        currency="CNY",
        year=2000,
    )
    write_book(book, path, "en")
