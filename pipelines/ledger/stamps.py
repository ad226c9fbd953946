"""Time stamps of seals (RFC 3161): taken from an authority, and held against what they stamp.

Belongs here: asking for a stamp and checking one, by OpenSSL. Does not belong here: which other
places know a seal (`seals.py`).

A stamp is of one line, the month and its seal, in a file beside it: anybody can check it without
attain. It shows that the seal was there at a moment that nobody here could choose.
"""

from __future__ import annotations

import datetime as dt
import http.client
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import UserError
from pipelines.ledger.proof import ClosedPeriod, Fault
from pipelines.policy.books import Stamps
from pipelines.workspace.workspace import Workspace

_LINE = re.compile(r"attain ledger (\S+) ([0-9a-f]{64})\n")
_TIME = re.compile(r"^Time stamp: (.+) GMT$", re.MULTILINE)
_SHOWN_AS = "%b %d %H:%M:%S %Y"
_LONGEST = 64 * 1024  # bytes of an answer; with its certificates one has five thousand
_PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Stamped:
    """What the stamps of a folder say: seals by month, what is wrong, and when each was stamped."""

    seals: dict[str, str]
    faults: list[Fault]
    times: dict[str, dt.datetime]


class _StampError(Exception):
    """Why a stamp does not hold, as the end of a sentence."""


def _line(period: str, seal: str) -> str:
    return f"attain ledger {period} {seal}\n"


def _files(folder: Path, period: str) -> tuple[Path, Path]:
    """What is stamped, and the stamp."""
    return folder / f"{period}.seal", folder / f"{period}.seal.tsr"


def stamps_of(workspace: Workspace, policy: Stamps, folder: Path) -> Stamped:
    """Every stamp of a folder, checked."""
    found = Stamped({}, [], {})
    for stamp in sorted(folder.glob("*.seal.tsr")) if folder.is_dir() else ():
        period = stamp.name.removesuffix(".seal.tsr")
        text, _ = _files(folder, period)
        try:
            said = _LINE.fullmatch(text.read_text(encoding="utf-8"))
            if said is None or said[1] != period:
                raise _StampError(f"{text.name} is not the seal of {period}")
            found.times[period] = _held(text, stamp, _authority(workspace, policy))
            found.seals[period] = said[2]
        except (_StampError, OSError, ValueError) as error:
            found.faults.append(Fault(period, f"{stamp} does not hold: {error}"))
    return found


def take_stamps(
    workspace: Workspace, policy: Stamps, folders: Iterable[Path], months: Sequence[ClosedPeriod]
) -> list[str]:
    """Have the seals stamped that are not yet; what could not be, as notes.

    An authority that does not answer is asked again by the next run.
    """
    authority = _authority(workspace, policy)
    for folder in folders:
        for closed in months if folder.is_dir() else ():
            text, stamp = _files(folder, closed.period)
            if stamp.exists():
                continue
            waiting = stamp.with_suffix(".tmp")
            try:
                text.write_text(_line(closed.period, closed.seal), encoding="utf-8", newline="\n")
                waiting.write_bytes(_answer(policy.url, text))
                _held(text, waiting, authority)
                waiting.replace(stamp)
            except (_StampError, OSError, ValueError) as error:
                waiting.unlink(missing_ok=True)
                return [
                    f"{closed.period}: no time stamp from {policy.url} ({error}); the next run "
                    "asks again"
                ]
    return []


def unstamped(folders: Iterable[Path], months: Iterable[ClosedPeriod]) -> list[str]:
    """Months that have no time stamp in any folder."""
    places = list(folders)
    return [
        closed.period
        for closed in months
        if not any(_files(folder, closed.period)[1].is_file() for folder in places)
    ]


def _authority(workspace: Workspace, policy: Stamps) -> Path:
    return workspace.root / Path(policy.authority).expanduser()


def _answer(url: str, text: Path) -> bytes:
    """What the authority answers when it is asked to stamp a file."""
    asked = _openssl("ts", "-query", "-data", str(text), "-sha256", "-cert")
    request = urllib.request.Request(url, asked, {"Content-Type": "application/timestamp-query"})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:
            found: bytes = answer.read(_LONGEST + 1)
    except urllib.error.URLError as error:
        raise _StampError(str(error.reason)) from None
    except http.client.HTTPException as error:  # what answers there is no web server
        raise _StampError(f"{type(error).__name__} {error}".strip()) from None
    if len(found) > _LONGEST:
        raise _StampError("its answer is no time stamp")
    return found


def _held(text: Path, stamp: Path, authority: Path) -> dt.datetime:
    """When a file was stamped, by a stamp that holds; certificates are judged as of that moment."""
    if not authority.is_file():
        raise _StampError(f"{authority}, the certificates of who stamps, is not there")
    told = _openssl("ts", "-reply", "-in", str(stamp), "-text").decode("utf-8", "replace")
    shown = _TIME.search(told)
    if shown is None:
        raise _StampError("there is no time stamp in it")
    whole_seconds = re.sub(r"\.\d+", "", " ".join(shown[1].split()))
    moment = dt.datetime.strptime(whole_seconds, _SHOWN_AS).replace(tzinfo=dt.UTC)
    _openssl(
        "ts", "-verify", "-data", str(text), "-in", str(stamp), "-CAfile", str(authority),
        "-attime", str(int(moment.timestamp())),
    )  # fmt: skip
    return moment


def _openssl(*words: str) -> bytes:
    try:
        done = subprocess.run(
            ["openssl", *words], capture_output=True, check=False, timeout=_PATIENCE_SECONDS
        )
    except FileNotFoundError:
        raise UserError(
            "policy/commission_books.yaml, seals.stamps needs openssl, which is not installed here."
        ) from None
    except subprocess.TimeoutExpired:
        raise _StampError("openssl did not end") from None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _StampError(_reason(lines))
    return done.stdout


def _reason(lines: Sequence[str]) -> str:
    """OpenSSL's last reason, without its places in the source."""
    parts = [line.split(":") for line in lines if line.count(":") >= 5]
    return (parts[-1][5] if parts else "openssl refuses it").strip()
