"""Presets: source files for the exports of known vendors, to be copied into a workspace.

Belongs here: which there are and copying them. Does not belong here: what a source file means
(`staging/sourcefile.py`); once copied, a preset is the company's own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.errors import UserError
from pipelines.sources.sourcefile import read_source
from pipelines.sources.sourcemodel import SourceFile
from pipelines.workspace.resources import shipped
from pipelines.workspace.yamlfile import did_you_mean


def preset_files(vendor: str) -> list[Path]:
    """The source files of a vendor.

    Raises:
        UserError: there is no such preset; the nearest one.
    """
    if vendor not in vendors():
        raise UserError(f"{vendor!r} is no preset{did_you_mean(vendor, vendors())}.")
    return sorted(shipped("presets", vendor).glob("*.yaml"))


def vendors() -> list[str]:
    """The names of all presets."""
    return sorted(folder.name for folder in shipped("presets").iterdir() if folder.is_dir())


@cache
def preset_sources(vendor: str) -> tuple[SourceFile, ...]:
    """The sources of a vendor's preset, read with the stages of the shipped process."""
    stages = _shipped_stages()
    return tuple(source for path in preset_files(vendor) for source in read_source(path, stages))


@cache
def _shipped_stages() -> tuple[str, ...]:
    from pipelines.workspace.yamlfile import read_yaml

    process = read_yaml(shipped("policy", "process", "functional.yaml"))
    return tuple(stage["id"] for stage in process.data["stages"])


def preset_tables() -> dict[str, list[str]]:
    """The canonical tables each preset fills."""
    return {
        vendor: sorted({source.table for source in preset_sources(vendor)}) for vendor in vendors()
    }


def copy_preset(vendor: str, sources: Path) -> list[Path]:
    """Copy a vendor's source files into a workspace's `sources/`.

    Returns:
        The files written; one that is there already and is the same is left alone.

    Raises:
        UserError: there is no such preset, or a file of that name differs; nothing is written then.
    """
    pairs = [(path, sources / path.name) for path in preset_files(vendor)]
    for path, target in pairs:
        if target.exists() and target.read_bytes() != path.read_bytes():
            raise UserError(
                f"{target} exists already and differs from the preset; rename or delete it, "
                "then copy again. Nothing was copied."
            )
    sources.mkdir(parents=True, exist_ok=True)
    written = []
    for path, target in pairs:
        if not target.exists():
            target.write_bytes(path.read_bytes())
            written.append(target)
    return written
