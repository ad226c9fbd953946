"""Commands of `attain` under a fault of the file system at a chosen call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.laboratory import ROOT

HERE = Path(__file__).parent
FAULTS = ("ENOSPC", "EACCES", "EIO", "short read", "vanished")
KILL = "kill"


@dataclass(frozen=True)
class Ended:
    """How a command ended. A killed one has code -9 and counted nothing."""

    code: int | str
    out: str
    err: str
    counts: dict[str, int]
    fired: bool


class Layer:
    """Runs commands one after the other, each in a process of its own."""

    def __init__(self, server: subprocess.Popen[str], folder: Path) -> None:
        self._server = server
        self._folder = folder

    def attain(
        self,
        workspace: Path,
        *words: str,
        kind: str = "",
        at: int = 0,
        stays: bool = False,
        seconds: float = 600,
    ) -> Ended:
        """Run a command on a workspace.

        Args:
            kind: the fault, one of FAULTS or KILL; none counts the calls.
            at: the call that fails, among those that can fail so.
            stays: later calls of the kind fail too, as on a full disk.
        """
        temporary = workspace.parent / "temporary"
        temporary.mkdir(exist_ok=True)
        trial: dict[str, Any] = {
            "words": [*words, "-w", str(workspace)],
            "workspace": str(workspace),
            "temporary": str(temporary),
            "kind": kind,
            "at": at,
            "stays": stays,
            "seconds": seconds,
            **{name: str(self._folder / name) for name in ("out", "err", "facts")},
        }
        for name in ("out", "err", "facts"):
            (self._folder / name).unlink(missing_ok=True)
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(trial) + "\n")
        self._server.stdin.flush()
        code = json.loads(self._server.stdout.readline())["code"]
        facts_file = self._folder / "facts"
        facts = json.loads(facts_file.read_text()) if facts_file.exists() else {}
        out, err = ((self._folder / name).read_text(errors="replace") for name in ("out", "err"))
        return Ended(code, out, err, facts.get("counts", {}), facts.get("fired", code == -9))


@contextmanager
def open_layer(folder: Path) -> Iterator[Layer]:
    """Compile the shim and start the process that the trials are forked from."""
    shim = folder / "shim.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(shim), str(HERE / "shim.c"), "-ldl"],
        check=True,
    )
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "COLUMNS": "200",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.faults.server"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
    ) as server:  # fmt: skip
        assert server.stdout is not None and server.stdin is not None
        assert server.stdout.readline().strip() == "ready"
        yield Layer(server, folder)
        server.stdin.close()
