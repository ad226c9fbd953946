"""What the last landing found, kept beside the warehouse: staging may run without landing again.

Belongs here: the landed exports, the sources without a file, the files without a source, what was
lost, as a file of the workspace. Does not belong here: landing them (`landing/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.landing.land import Export, Inventory, LandedExport, kept_landed
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import SourceFile, canonical_source
from pipelines.staging.losses import Loss
from pipelines.warehouse.duck import fingerprint
from pipelines.workspace.kept import keep_json, kept_json

_FILE = "landing.json"


@dataclass(frozen=True)
class Landing:
    """The exports as they were landed, and what was missing, unknown or lost then."""

    exports: tuple[LandedExport, ...]
    inventory: Inventory
    losses: tuple[Loss, ...] = ()


def keep_landing(place: Path, landing: Landing, sources: Sequence[SourceFile]) -> None:
    """Write what was landed, in one step."""
    record = {
        "sources": _mark(sources),
        "exports": [
            {
                "path": str(one.export.path),
                "name": one.export.name,
                "source": one.export.source.source,
                "sheet": one.export.sheet,
                "member": one.export.member,
                "sha256": one.sha256,
                "parquet": one.landed.parquet.name if one.landed else None,
                "problem": one.problem,
            }
            for one in landing.exports
        ],
        "missing": [source.source for source in landing.inventory.missing],
        "unknown": list(landing.inventory.unknown),
        "losses": [asdict(loss) for loss in landing.losses],
    }
    keep_json(place / _FILE, record)


def kept_landing(place: Path, landed: Path, sources: Sequence[SourceFile]) -> Landing:
    """What the last landing found; its landed files lie in the folder `landed`.

    Raises:
        UserError: nothing was landed yet, the sources have changed since, or a landed file is gone.
    """
    record = kept_json(place / _FILE)
    if not record:
        raise UserError("no export has been landed yet; materialise the group `landed` too.", 1)
    if record["sources"] != _mark(sources):
        raise UserError(
            "the source files were changed since the exports were landed; "
            "materialise the group `landed` too.",
            1,
        )
    by_name = {source.source: source for source in (*_canonical(), *sources)}
    exports = tuple(_export(one, landed, by_name) for one in record["exports"])
    return Landing(
        exports,
        Inventory(
            tuple(one.export for one in exports),
            tuple(by_name[name] for name in record["missing"]),
            tuple(record["unknown"]),
        ),
        tuple(Loss(**_with_tuples(loss)) for loss in record.get("losses", [])),
    )


def _with_tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}


def _export(one: dict[str, Any], landed: Path, by_name: dict[str, SourceFile]) -> LandedExport:
    export = Export(
        Path(one["path"]), one["name"], by_name[one["source"]], one["sheet"], one["member"]
    )
    if one["parquet"] is None:
        return LandedExport(export, one["sha256"], None, one["problem"])
    kept = kept_landed(landed / one["parquet"])
    if kept is None:
        raise UserError(
            f"{one['name']}: its landed form is no longer kept; "
            "materialise the group `landed` too.",
            1,
        )
    return LandedExport(export, one["sha256"], kept)


def _canonical() -> Iterable[SourceFile]:
    for table in canonical_tables().values():
        yield canonical_source(table)
        yield canonical_source(table, "delta")


def _mark(sources: Sequence[SourceFile]) -> str:
    return fingerprint([source.model_dump(mode="json") for source in sources])
