"""The seals of closed months as they are known outside of the ledger, and who disagrees with it.

Belongs here: the places that know a seal, closing statements as files, their signatures. Does not
belong here: what the ledger proves of itself (`proof.py`).

A ledger alone cannot show that its newest month, or all of it, is gone, nor that a month was forged
with every sum made anew. So each seal is kept in several places, and all of them have to agree: the
warehouse, every published edition, and a closing statement, a text that people sign, in each folder
that policy names.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.ledger.kinds import COMMISSION, kind_of
from pipelines.ledger.proof import ClosedPeriod, Fault, sums_hold
from pipelines.ledger.stamps import stamps_of, take_stamps, unstamped
from pipelines.policy.books import Seals
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.workspace import OWNER_ONLY, Workspace

NAMESPACE = "attain-ledger"  # what `ssh-keygen -Y sign -n` has to say
_SHOWN = 16
_LINE = re.compile(r"([a-z_ ]+?): (.+)")
_LONGEST = 80
_SIGNED = "签字 Signature"
_PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Witness:
    """A place outside of the ledger, and the seals it knows by month.

    One that is complete knows every month that was ever closed: it is told before a month is put in
    place. Of the others an edition is of its day, and a statement may be missing.
    """

    name: str
    seals: Mapping[str, str]
    is_complete: bool = False


@dataclass(frozen=True)
class Testimony:
    """What all places say: seals, what is wrong with a place itself, places that are not there."""

    witnesses: Sequence[Witness]
    faults: Sequence[Fault]
    notes: Sequence[str]


def prepare_seals(warehouse: Warehouse) -> None:
    """Create the table of seals in the warehouse; one is pending while its month is closed."""
    warehouse.con.execute(
        "create table if not exists meta.seal "
        "(period varchar primary key, seal varchar not null, is_pending boolean not null)"
    )


def announce(warehouse: Warehouse, closed: ClosedPeriod) -> None:
    """Note the seal of a month that is about to be put into the ledger."""
    prepare_seals(warehouse)
    warehouse.con.execute(
        "insert or replace into meta.seal values (?, ?, true)", [closed.period, closed.seal]
    )


def keep_seals(
    workspace: Workspace, policy: Seals, warehouse: Warehouse, months: Sequence[ClosedPeriod]
) -> list[str]:
    """Write the seals of a proved ledger wherever they are missing; what could not be, as notes."""
    prepare_seals(warehouse)
    with warehouse.transaction():
        warehouse.con.execute("delete from meta.seal")
        for closed in months:
            warehouse.con.execute(
                "insert into meta.seal values (?, ?, false)", [closed.period, closed.seal]
            )
    notes = []
    for folder in _folders(workspace, policy):
        try:
            if folder.is_relative_to(workspace.root) and months:
                folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
            for closed in months if folder.is_dir() else ():
                file = folder / f"{closed.period}.txt"
                if not file.exists():
                    working = file.with_suffix(".tmp")
                    working.write_text(statement(closed.manifest), encoding="utf-8")
                    working.replace(file)
        except OSError as error:
            notes.append(f"{folder}: seals could not be written there ({error.strerror or error})")
    if policy.stamps is not None:
        notes += take_stamps(workspace, policy.stamps, _folders(workspace, policy), months)
    return notes


def statement(manifest: Mapping[str, Any]) -> str:
    """The closing statement of a month: what is signed, by hand or by a key."""
    said = "\n".join(f"{name}: {value}" for name, value in _stated(manifest).items())
    kind = kind_of(str(manifest["period"])) or COMMISSION
    return (
        f"{kind.title}\n\n{said}\n\n{kind.covered}"
        f"{_SIGNED} ______________________    日期 Date ______________\n"
    )


def _stated(manifest: Mapping[str, Any]) -> dict[str, str]:
    names = ("period", "number", "closed_at", "closed_by", "as_of", "statements", "lines")
    totals = {f"total {name}": amount for name, amount in manifest["totals"].items()}
    stated = {name: manifest[name] for name in ("company", *names) if name in manifest}
    stated |= totals
    stated |= {"previous": manifest["previous"] or "-", "seal": manifest["seal"]}
    return {name: " ".join(str(value).split()) for name, value in stated.items()}


def _folders(workspace: Workspace, policy: Seals) -> list[Path]:
    return [workspace.root / Path(folder).expanduser() for folder in policy.folders]


def absent_folders(workspace: Workspace, policy: Seals) -> list[str]:
    """Folders for seals outside of the workspace that are not there: a disk that is not mounted."""
    return [
        f"{folder} is not there, and policy/commission_books.yaml keeps seals in it: mount it, or "
        "create it"
        for folder in _folders(workspace, policy)
        if not folder.is_relative_to(workspace.root) and not folder.is_dir()
    ]


def testimony(
    workspace: Workspace,
    policy: Seals,
    warehouse: Warehouse | None,
    months: Sequence[ClosedPeriod],
) -> Testimony:
    """Everything that is known of seals outside of the ledger."""
    witnesses, faults, notes = [], [], absent_folders(workspace, policy)
    if warehouse is not None:
        # one that was lost is new, and is told with the first proof
        is_told = warehouse.exists("meta.seal")
        witnesses.append(Witness("the warehouse", _of_warehouse(warehouse, months), is_told))
    for file in sorted((workspace.reports / "published").glob("*/edition.json")):
        try:
            witnesses.append(Witness(_shown(workspace, file.parent), _of_edition(file)))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            notes.append(f"{_shown(workspace, file)}: what it says of seals cannot be read")
    for folder in _folders(workspace, policy):
        found: dict[str, str] = {}
        for file in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
            if kind_of(file.stem) is not None:
                lines = _lines_of(file)
                said = _said_in(lines)
                if "seal" in said:
                    found[file.stem] = said["seal"]
                faults.extend(_of_statement(workspace, file, lines, months))
        witnesses.append(Witness(_shown(workspace, folder), found))
        if policy.stamps is not None:
            stamped = stamps_of(workspace, policy.stamps, folder)
            newest = max(stamped.times.values(), default=None)
            until = f" until {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
            name = f"the time stamps in {_shown(workspace, folder)}{until}"
            witnesses.append(Witness(name, stamped.seals))
            faults.extend(stamped.faults)
    return Testimony(witnesses, faults, notes)


def _shown(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(
        workspace.root) else str(path)  # fmt: skip


def _of_warehouse(warehouse: Warehouse, months: Sequence[ClosedPeriod]) -> dict[str, str]:
    """Its seals; one that is pending counts if its month did come into the ledger."""
    if not warehouse.exists("meta.seal"):
        return {}
    there = {closed.period for closed in months}
    return {
        row["period"]: row["seal"]
        for row in warehouse.rows("select * from meta.seal order by period")
        if not row["is_pending"] or row["period"] in there
    }


def _of_edition(file: Path) -> dict[str, str]:
    found = json.loads(file.read_text(encoding="utf-8")).get("seals", [])
    return {str(one["period"]): str(one["seal"]) for one in found}


def _lines_of(file: Path) -> list[str]:
    """What stands in a statement; whoever signs may write on the line for it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    return _without_signature(text)


def _without_signature(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    return [_SIGNED if line.startswith(_SIGNED) else line for line in lines]


def _said_in(lines: Iterable[str]) -> dict[str, str]:
    found = [_LINE.fullmatch(line) for line in lines]
    return {line[1]: line[2] for line in found if line}


def _of_statement(
    workspace: Workspace, file: Path, lines: Sequence[str], months: Sequence[ClosedPeriod]
) -> list[Fault]:
    """Where a statement that bears the ledger's seal says something else beside it."""
    said = _said_in(lines)
    month = next((closed for closed in months if closed.period == file.stem), None)
    shown = _shown(workspace, file)
    if "seal" not in said:
        return [Fault(file.stem, f"{shown} is no closing statement any more")]
    if month is None or said["seal"] != month.seal:
        return []  # told as what the places know
    wrong = [key for key, value in _stated(month.manifest).items() if said.get(key) != value]
    if wrong:
        return [Fault(file.stem, f"{shown} says another {wrong[0]} than the ledger")]
    written = _without_signature(statement(month.manifest))
    if lines == written:
        return []
    added = next((line for line in lines if line and line not in written), None)
    what = f"says {added[:_LONGEST]!r}" if added else "has lines that are gone or moved"
    return [Fault(file.stem, f"{shown} {what}, which closing did not write")]


def disagreements(
    months: Sequence[ClosedPeriod], witnesses: Iterable[Witness], unreadable: Iterable[str] = ()
) -> list[Fault]:
    """Where what is known outside and the ledger are not the same, oldest month first.

    Args:
        unreadable: months whose folders are there and told of already.
    """
    told = [witness for witness in witnesses if witness.seals or witness.is_complete]
    ours = {closed.period: closed.seal for closed in months}
    faults = []
    for period in sorted({*ours, *(p for witness in told for p in witness.seals)}):
        if period in unreadable:
            continue
        by_seal: dict[str, list[str]] = {}
        for witness in told:
            if period in witness.seals:
                by_seal.setdefault(witness.seals[period], []).append(witness.name)
        stands = ours.get(period)
        for seal, names in sorted(by_seal.items()):
            if seal != stands:
                place = f"has {stands[:_SHOWN]}" if stands else "does not have the month any more"
                verb = "knows" if len(names) == 1 else "know"
                faults.append(
                    Fault(
                        period,
                        f"{' and '.join(names)} {verb} it by the seal {seal[:_SHOWN]}, "
                        f"the ledger {place}",
                    )
                )
        unaware = [w.name for w in told if w.is_complete and period not in w.seals]
        if stands and unaware:
            faults.append(
                Fault(
                    period,
                    f"{unaware[0]}, which knows every month that was closed, does not know it: it "
                    "was not closed by attain close here (where the ledger is right, delete "
                    ".attain/warehouse.duckdb)",
                )
            )
        elif stands and told and not by_seal:
            faults.append(
                Fault(period, "no other place knows its seal: it was not closed by attain close")
            )
    return faults


def proved(
    workspace: Workspace,
    policy: Seals,
    warehouse: Warehouse | None,
    hash_of: Callable[[Path], str],
) -> tuple[list[ClosedPeriod], list[Fault], list[str]]:
    """The months of the ledger, everything that speaks against them oldest first, and notes."""
    months, faults = sums_hold(workspace.ledger, hash_of)
    said = testimony(workspace, policy, warehouse, months)
    differing = disagreements(months, said.witnesses, {fault.period for fault in faults})
    every = sorted([*faults, *differing, *said.faults], key=lambda fault: fault.period)
    return months, every, list(said.notes)


def require_known_ledger(
    workspace: Workspace,
    policy: Seals,
    warehouse: Warehouse,
    hash_of: Callable[[Path], str],
) -> list[str]:
    """Let a run post only against the ledger that is known; its seals are then kept everywhere.

    Returns:
        Notes: places that are not there now.

    Raises:
        UserError: the ledger is shorter, absent or different from what is known of it.
    """
    months, faults, notes = proved(workspace, policy, warehouse, hash_of)
    if faults:
        more = f" (and {len(faults) - 1} more; attain verify lists them)" if faults[1:] else ""
        raise UserError(
            f"{workspace.ledger} is not the ledger that is known: {faults[0].period}: "
            f"{faults[0].what}{more}. Nothing was computed or posted; restore it from a backup.",
            1,
        )
    return notes + keep_seals(workspace, policy, warehouse, months)


def unsigned(workspace: Workspace, policy: Seals, months: Iterable[ClosedPeriod]) -> list[str]:
    """Months that bear no signature in any folder; none where nobody is named who signs."""
    if policy.signers is None:
        return []
    return [
        closed.period
        for closed in months
        if not any(
            (folder / f"{closed.period}.txt.sig").is_file()
            for folder in _folders(workspace, policy)
        )
    ]


def without_stamp(workspace: Workspace, policy: Seals, months: Iterable[ClosedPeriod]) -> list[str]:
    """Months that bear no time stamp in any folder; none where policy asks nobody for one."""
    return unstamped(_folders(workspace, policy), months) if policy.stamps is not None else []


def signature_faults(
    workspace: Workspace, policy: Seals, months: Iterable[ClosedPeriod]
) -> list[Fault]:
    """Signatures beside closing statements that do not hold, by OpenSSH and the file of signers."""
    if policy.signers is None:
        return []
    signers = workspace.root / Path(policy.signers).expanduser()
    found = []
    for folder in _folders(workspace, policy):
        for closed in months:
            text = folder / f"{closed.period}.txt"
            signature = folder / f"{closed.period}.txt.sig"
            if signature.exists() and (problem := _broken_signature(text, signature, signers)):
                name = _shown(workspace, signature)
                found.append(Fault(closed.period, f"{name} does not hold: {problem}"))
    return found


def _broken_signature(text: Path, signature: Path, signers: Path) -> str | None:
    """Why a signature does not hold; `None` if it does."""
    if not signers.is_file():
        return f"{signers}, who may sign, is not there"
    words = ["ssh-keygen", "-Y"]
    common = ["-s", str(signature), "-f", str(signers)]
    try:
        named = _keygen([*words, "find-principals", *common], b"")
        if named.returncode != 0:
            return f"its key is not among {signers}"
        who = named.stdout.decode("utf-8", "replace").splitlines()[0]
        given = ["-I", who, "-n", NAMESPACE]
        checked = _keygen([*words, "verify", *common, *given], text.read_bytes())
    except FileNotFoundError as error:
        missing = "ssh-keygen is not installed here" if error.filename == "ssh-keygen" else None
        return missing or f"{text.name} is gone"
    except (OSError, subprocess.TimeoutExpired, IndexError) as error:
        return f"ssh-keygen could not say ({error})"
    return None if checked.returncode == 0 else f"{text.name} is not the text that {who} signed"


def _keygen(words: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        words, input=text, capture_output=True, check=False, timeout=_PATIENCE_SECONDS
    )
