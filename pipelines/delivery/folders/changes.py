"""What changed in a reader's folder since the publication before: new pages, figures that moved.

Belongs here: comparing. Does not belong here: how it is shown. The reader's own pages say which
figures are looked for in the publication before: what was cut from them is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.reporting.model.page import Tile
from pipelines.reporting.model.values import Money
from pipelines.reporting.publish.entries import Entry, published_entries

_DECIMALS = 2


@dataclass(frozen=True)
class Moved:
    """A figure of a page that was published before with another value, or none."""

    entry: Entry
    before: Tile
    now: Tile


@dataclass(frozen=True)
class Changes:
    """`since` is the name of the publication before; None where none is kept. Of `moved` and `new`
    the first are told, `in_all` says how many there are."""

    since: str | None
    new: tuple[Entry, ...]
    moved: tuple[Moved, ...]
    in_all: int


def changes(folder: Path, published: Path, most: int = 200) -> Changes:
    """What is otherwise in a folder.

    Args:
        folder: a reader's, in a set that is called like the publication it was made of.
        published: the folder of publications.
    """
    before = _before(published, folder.parent.name.partition(".")[0])
    if before is None:
        return Changes(None, (), (), 0)
    new, moved = [], []
    for entry in published_entries(folder):
        then = before / f"{entry.stem}.json"
        if then.is_file():
            moved += list(_moved(entry, folder / f"{entry.stem}.json", then))
        elif entry.listed:
            new.append(entry)
    new.sort(key=lambda one: (one.family, one.report, one.reader.id, one.period.start))
    return Changes(
        before.name, tuple(new[:most]), tuple(moved[: max(most - len(new), 0)]),
        len(new) + len(moved),
    )  # fmt: skip


def _before(published: Path, current: str) -> Path | None:
    """The publication before one; they are named by the moment of their run."""
    if not published.is_dir():
        return None
    earlier = [path for path in published.iterdir() if path.is_dir() and path.name < current]
    kept = [path for path in earlier if not path.name.startswith(".")]
    return max(kept, key=lambda path: path.name, default=None)


def _moved(entry: Entry, now: Path, then: Path) -> Iterator[Moved]:
    """The tiles of a page whose value is another one; a page of an earlier version has none that
    could be compared."""
    if now.samefile(then):
        return
    tiles = {tile.get("kpi_id"): tile for tile in _tiles(then)}
    for tile in _tiles(now):
        before = tiles.get(tile.get("kpi_id"))
        if before is not None and before.get("value") != tile.get("value"):
            try:
                yield Moved(entry, _precise(before), _precise(tile))
            except ValueError:
                return


def _precise(told: dict[str, object]) -> Tile:
    """A tile with its value to the cent, or to two decimals: rounded as on a page, before and now
    would look the same."""
    tile = Tile.model_validate(told)
    if isinstance(tile.value, Money):
        return tile.model_copy(update={"value": tile.value.model_copy(update={"exact": True})})
    decimals = getattr(tile.value, "decimals", None)
    if tile.value is None or decimals is None:
        return tile
    finer = tile.value.model_copy(update={"decimals": max(decimals, _DECIMALS)})
    return tile.model_copy(update={"value": finer})


def _tiles(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(path.read_bytes()).get("tiles", [])
    return found
