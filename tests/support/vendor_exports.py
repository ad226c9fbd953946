"""A new workspace with a vendor's preset over some of the vendor's exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from pipelines.onboarding.presets import copy_preset
from pipelines.onboarding.scaffold import create_workspace
from tests.support.laboratory import ROOT
from tests.support.staged import Staged, staged

VENDOR_FORMATS = ROOT / "tests" / "vendor_formats"


class Exports:
    """Files laid where the preset looks for them."""

    def __init__(self, root: Path, preset: str, folder: str | None = None) -> None:
        self.root = root / "ws"
        create_workspace(self.root, "A")
        copy_preset(preset, self.root / "sources")
        self.raw = self.root / "data" / "raw" / (folder or preset)
        self.raw.mkdir(parents=True)

    def copy(self, folder: str, names: Iterable[str] | None = None, **renamed: str) -> Exports:
        """Files of a vendor's folder below `tests/vendor_formats`, under other names if given."""
        for path in sorted((VENDOR_FORMATS / folder).iterdir()):
            if path.suffix in (".csv", ".xls") and (names is None or path.stem in names):
                shutil.copy(path, self.raw / (renamed.get(path.stem, path.stem) + path.suffix))
        return self

    def put(self, name: str, *lines: str) -> Exports:
        (self.raw / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def know_customers(self, *ids: str) -> Exports:
        """Customers of another system, so that documents of theirs are accepted."""
        lines = ["customer_id,name", *(f"{key},{key}" for key in ids)]
        target = self.root / "data" / "canonical" / "customer.csv"
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def staged(self) -> AbstractContextManager[Staged]:
        return staged(self.root)
