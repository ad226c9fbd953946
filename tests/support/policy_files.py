"""A workspace whose policies are the shipped ones but for what a test changes in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UserError
from pipelines.onboarding.scaffold import copy_examples
from pipelines.policy.load import load_policies
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.laboratory import ROOT

OFFICIAL = Path(__file__).parent / "official"  # the notices of a country, as a file of one's own


class PolicyFiles:
    """Own policy files of one workspace; `load` reads all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        copy_examples(root / "policy")
        self.settings()

    def settings(self, more: str = "") -> PolicyFiles:
        """Write `attain.yaml`: the name in line 1, then these lines."""
        text = f"name: {{zh: 甲, en: A}}\n{more}\n"
        (self.root / "attain.yaml").write_text(text, encoding="utf-8")
        return self

    def put(self, name: str, text: str) -> PolicyFiles:
        path = self.root / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def change(self, name: str, old: str, new: str) -> PolicyFiles:
        """Take a shipped file over with one change, or a file of one's own that nothing ships."""
        shipped = ROOT / "policy" / name
        path = shipped if shipped.exists() else OFFICIAL / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old!r}"
        return self.put(name, text.replace(old, new, 1))

    def load(self, read: Callable[[Workspace], Any] = load_policies) -> Any:
        """What `read` makes of the files; all policies of a run, if nothing else is said."""
        return read(open_workspace(self.root))

    def mistake(self, read: Callable[[Workspace], Any] = load_policies) -> str:
        """The one sentence that loading ends with, paths as seen from the workspace."""
        with pytest.raises(UserError) as error:
            self.load(read)
        assert error.value.exit_code == 2
        assert "\n" not in error.value.message
        return error.value.message.replace(f"{self.root}/", "")

    def line_of(self, name: str, text: str) -> int:
        """The line on which a text stands first in an own policy file."""
        lines = (self.root / "policy" / name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)
