"""Packed exports (`.gz`, `.zip`): one plain file of them, beside the target, and gone afterwards.

Belongs here: what a zip holds, unpacking with limits. Does not belong here: what the plain file is.
A member is never written under its own name, and nothing packed within a pack is opened.
"""

from __future__ import annotations

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from pipelines.errors import UserError
from pipelines.landing.file.guard import MAX_MEMBERS, MAX_UNPACKED, Meter, one_line
from pipelines.landing.file.kind import is_passing, kind_by_name

_CHUNK = 1 << 20
_MAX_DIRECTORY = 1 << 26
_Opener = Callable[[], AbstractContextManager[IO[bytes]]]
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    NotImplementedError,
    RuntimeError,
)


def zip_members(path: Path) -> tuple[str, ...]:
    """Names of the exports in a zip file, in their order.

    Raises:
        UserError: it is damaged, encrypted, holds no export, or names that lead elsewhere.
    """
    _require_small_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as error:
        raise UserError(f"cannot be read as a zip archive ({one_line(error)})", 1) from None
    for info in infos:
        _require_plain_name(info)
    infos = [info for info in infos if not is_passing(PurePosixPath(info.filename))]
    for info in infos:
        if kind_by_name(info.filename) in ("zip", "gzip"):
            raise UserError(f"holds another archive ({_shown(info)}); pack the exports once", 1)
    members = [info for info in infos if kind_by_name(info.filename) is not None]
    _require_readable(members)
    return tuple(info.filename for info in members)


def _require_small_directory(path: Path) -> None:
    """The directory of a zip is held in memory whole; its end says how long it is."""
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - (1 << 16) - 22))
        tail = handle.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        return  # the reader says what is wrong
    directory = struct.unpack("<I", tail[place + 12 : place + 16])[0]
    if directory == 0xFFFFFFFF or directory > _MAX_DIRECTORY:
        raise UserError("is a zip archive of more files than an export has", 1)


def _require_plain_name(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    leads_away = name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name)
    if leads_away or stat.S_ISLNK(info.external_attr >> 16):
        raise UserError(f"holds a name that leads out of the archive ({_shown(info)})", 1)


def _require_readable(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise UserError("is a zip archive that holds no export", 1)
    if len(members) > MAX_MEMBERS:
        raise UserError(f"holds {len(members):,} exports; {MAX_MEMBERS:,} is the most", 1)
    if sum(info.file_size for info in members) > MAX_UNPACKED:
        raise UserError(f"unpacks to more than {MAX_UNPACKED:,} bytes; it is not read", 1)
    seen: set[str] = set()
    for info in members:
        if info.filename in seen:
            raise UserError(f"holds two files named {_shown(info)}", 1)
        seen.add(info.filename)
        if info.flag_bits & _ENCRYPTED:
            raise UserError("is encrypted; pack it without a password", 1)
        if info.compress_type not in _METHODS:
            raise UserError(f"packs {_shown(info)} by a method that is not read; use deflate", 1)


def _shown(info: zipfile.ZipInfo) -> str:
    return one_line(ascii(info.filename) if not info.filename.isprintable() else info.filename, 60)


@contextmanager
def unpacked(path: Path, member: str | None, target: Path) -> Iterator[Path]:
    """The plain file of an export: itself, or what it packs, unpacked beside `target`.

    Raises:
        UserError: it is damaged, or unpacks to more than an export can hold.
    """
    plain = target.with_suffix(".unpacked")
    try:
        if member is not None:
            _pour(_opened_member(path, member), _packed_size(path, member), plain)
        elif _is_gzip(path):
            _pour(_opened_gzip(path), path.stat().st_size, plain)
        else:
            plain = path
        yield plain
    finally:
        if plain != path:
            plain.unlink(missing_ok=True)


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def _opened_member(path: Path, member: str) -> _Opener:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(path) as archive, archive.open(member) as handle:
            yield handle

    return opened


def _opened_gzip(path: Path) -> _Opener:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with gzip.open(path, "rb") as handle:
            yield cast(IO[bytes], handle)

    return opened


def _packed_size(path: Path, member: str) -> int:
    """What a member takes in its archive; it cannot be more than the archive itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            return min(archive.getinfo(member).compress_size, path.stat().st_size)
    except (*_BROKEN, KeyError) as error:
        raise UserError(f"cannot be read as a zip archive ({one_line(error)})", 1) from None


def _pour(opened: _Opener, packed: int, plain: Path) -> None:
    meter = Meter(packed, MAX_UNPACKED)
    try:
        with opened() as source, plain.open("wb") as out:
            while chunk := source.read(_CHUNK):
                meter.add(len(chunk))
                out.write(chunk)
    except (*_BROKEN, KeyError) as error:
        plain.unlink(missing_ok=True)
        raise UserError(
            f"cannot be unpacked: it is damaged or cut off ({one_line(error)})", 1
        ) from None
