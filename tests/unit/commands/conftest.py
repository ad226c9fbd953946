from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Said, in_process


@pytest.fixture
def attain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """The `attain` command, called in this process."""
    return lambda *words: in_process(monkeypatch, capsys, *words)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A new workspace without exports."""
    from pipelines.onboarding.scaffold import create_workspace

    create_workspace(tmp_path / "ws", "甲")
    return tmp_path / "ws"
