"""The manifest of a closed month: what it must say, and what is wrong with one that does not.

Belongs here: reading it without ever failing on what hands or a disk made of it. Does not belong
here: whether it is the one that was sealed (`proof.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.ledger.kinds import kind_of

MANIFEST = "manifest.json"
FORMAT = 1
_MOST_BYTES = 1 << 24
_AMOUNT = re.compile(r"-?\d+(\.\d+)?")

_Sum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]


class Stated(BaseModel):
    """What every manifest says; more may stand in it, and is sealed with the rest."""

    model_config = ConfigDict(strict=True, extra="allow")

    format: int
    period: str
    number: Annotated[int, Field(ge=1)]
    previous: _Sum | Annotated[str, Field(max_length=0)]
    closed_at: str
    closed_by: str
    as_of: str
    lines: _Count
    statements: _Count
    totals: dict[str, str]
    accepted: list[dict[str, Any]]
    exports: dict[str, _Count] = Field(default_factory=dict)
    files: dict[str, _Sum]
    head: _Sum
    seal: _Sum


def written(manifest: dict[str, Any]) -> str:
    """The text of a manifest: the one way in which it is ever written."""
    return json.dumps(manifest, indent=2, ensure_ascii=False)


class NotSealedError(Exception):
    """A manifest that is not one any more; says in what way."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a month's manifest says.

    Raises:
        NotSealedError: it is not there, or not as any closing writes it.
    """
    try:
        text = _text(folder / MANIFEST)
        found: dict[str, Any] = json.loads(text)
        _check(found)
    except OSError as error:
        raise NotSealedError(f"{MANIFEST} cannot be read ({error.strerror or error})") from None
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "all of it"
        raise NotSealedError(f"{MANIFEST} is not what was sealed ({place})") from None
    except (ValueError, RecursionError):
        raise NotSealedError(f"{MANIFEST} is not the text that was written") from None
    if written(found) != text:  # a key that stands twice, a blank that became something else
        raise NotSealedError(f"{MANIFEST} is not the text that was written")
    return found


def _text(path: Path) -> str:
    if not path.exists() and not path.is_symlink():
        raise NotSealedError(f"{MANIFEST} is gone")
    if path.is_symlink() or not path.is_file():
        raise NotSealedError(f"{MANIFEST} is not a file")
    if path.stat().st_size > _MOST_BYTES:
        raise NotSealedError(f"{MANIFEST} is not what was sealed (its size)")
    return path.read_bytes().decode("utf-8")


def _check(found: object) -> None:
    stated = Stated.model_validate(found)
    dt.datetime.fromisoformat(stated.closed_at)
    dt.date.fromisoformat(stated.as_of)
    for amount in stated.totals.values():
        if not _AMOUNT.fullmatch(amount):
            raise ValueError(amount)
    if stated.format != FORMAT:
        raise NotSealedError(
            f"{MANIFEST} has the form {stated.format}, which this version does not know"
        )
    kind = kind_of(stated.period)
    if kind is None:
        raise NotSealedError(f"{MANIFEST} is not what was sealed (period)")
    if set(stated.files) != set(kind.files):
        raise NotSealedError(f"{MANIFEST} is not what was sealed (files)")
