"""Calling `attain` as a shell does: words in, exit code and words out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stderr: the sentence for the person who can fix it."""
        return self.err.strip().splitlines()[-1]


def in_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> Said:
    """Call the entry point in this process; fast, and enough where nothing is computed."""
    from pipelines.cli.main import main

    monkeypatch.setattr(sys, "argv", ["attain", *map(str, words)])
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert isinstance(code, int)
    return Said(code, out, err)


def in_shell(*words: object) -> Said:
    """Call the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
