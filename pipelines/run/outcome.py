"""What came of a run: for the summary on the screen and for `--json`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipelines.books.quarantine import faults_of_forms, sentence
from pipelines.checks.findings import Finding, first_problem
from pipelines.checks.words import Count
from pipelines.landing.file.kind import way_out
from pipelines.run.session import Session


@dataclass
class Outcome:
    """What a run did, for the summary on the screen and for `--json`."""

    run_id: str
    as_of: dt.date
    changed: bool
    rows_landed: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    checks: dict[str, int] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reports: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    without_pages: list[str] = field(default_factory=list)
    reports_path: str = ""
    seconds: float = 0.0
    seconds_by_layer: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return 1 if self.blocked else 0


def outcome_of(
    session: Session, errors: Sequence[str], not_renewed: Sequence[str], shown: Collection[str]
) -> Outcome:
    """What a run did.

    Args:
        not_renewed: the reports that were blocked.
        shown: the reports that have pages now, of this run or an earlier one.
    """
    statuses = [finding.status for finding in session.findings]
    warned = [f for f in session.findings if f.severity == "warn" and f.status != "passed"]
    staged = session.staged.values()
    return Outcome(
        run_id=session.run_id,
        as_of=session.as_of,
        changed=True,
        rows_landed=sum(s.landed for s in staged),
        rows_accepted=sum(s.accepted for s in staged),
        rows_quarantined=sum(s.quarantined for s in staged),
        checks={s: statuses.count(s) for s in ("passed", "failed", "errored")},
        blocked=[f"{f.table}: {f.en}" + _shown(f) for f in session.blocked] + list(errors),
        warnings=list(session.notes)
        + _of_forms(session)
        + [f"{f.table}: {f.en}" + _shown(f) for f in warned]
        + [
            f"{source.files[0]}: no such export ({source.written_in}, optional)"
            for source in {s.described_in: s for s in session.inventory.missing}.values()
            if not source.required
        ]
        + [
            f"{name}: {way_out(name) or 'no source reads this file'}"
            for name in session.inventory.unknown
        ]
        + _accepted(session),
        reports={name: len(pages) for name, pages in session.pages.items()},
        kept=[name for name in not_renewed if name in shown],
        without_pages=[name for name in not_renewed if name not in shown],
        reports_path=str(session.workspace.reports / "latest" / "index.html") if shown else "",
        seconds_by_layer={name: round(s, 3) for name, s in session.seconds.items()},
    )


def _of_forms(session: Session) -> list[str]:
    """What came back filled and cannot be used, said at once: nobody looks for it in quarantine."""
    if not session.warehouse.exists("mart.quarantine"):  # a first run that was blocked
        return []
    faults = faults_of_forms(session.warehouse)
    if not faults:
        return []
    return [
        f"filled forms: {Count(len(faults)):cell} cannot be used; "
        f"{sentence(faults[0], 'en', show_contacts=False)}. "
        "Correct the form and drop it again; attain quarantine lists every cell"
    ]


def _accepted(session: Session) -> list[str]:
    """What was taken for true that was less than before; and what was confirmed in vain."""
    taken = [
        f"{loss.table}: {loss.rows_now:,} rows accepted where {loss.rows_before:,} were before, "
        f"by {session.accepting.by}"
        for loss in session.accepted
    ]
    in_vain = [name for name in session.accepting.tables if name not in {
        loss.table for loss in session.accepted}]  # fmt: skip
    return taken + [f"--accept-empty {name}: nothing of it was lost" for name in in_vain]


def _shown(finding: Finding) -> str:
    if finding.status == "errored":
        return f" — errored: {finding.evidence[0].get('error', '')}" if finding.evidence else ""
    if not finding.offenders or finding.is_counted:
        return ""
    rows = f"{Count(finding.offenders):row}"
    return f" — broken by {rows}" + first_problem(finding.evidence)
