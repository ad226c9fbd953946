"""A process with all libraries loaded; it forks a child for each command, with a fault armed.

Reads one line of JSON for each trial from stdin, answers with one line. Started by `layer.py` with
the shim loaded before the C library.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

KINDS = ("ENOSPC", "EACCES", "EIO", "short read", "vanished", "kill")
PAGE = "page"  # no command: the whole job as Dagster's page, schedule and sensor start it


def preload() -> None:
    """What every run imports: half of the time of a small one."""
    from pipelines.checks import engine  # noqa: F401
    from pipelines.cli import main  # noqa: F401
    from pipelines.closing import close  # noqa: F401
    from pipelines.orchestration import assembly, eventlog, execute  # noqa: F401
    from pipelines.reporting import reports  # noqa: F401
    from pipelines.reporting.publish import publish  # noqa: F401


def from_the_page(root: Path) -> int:
    """Materialise everything as a worker of the orchestrator does."""
    from pipelines.orchestration.assembly import load_definitions
    from pipelines.orchestration.automation import REFRESH_JOB
    from pipelines.orchestration.eventlog import open_instance
    from pipelines.workspace.workspace import open_workspace

    workspace = open_workspace(root)
    workspace.prepare()
    job = load_definitions(root).resolve_job_def(REFRESH_JOB)
    with open_instance(workspace.dagster_home) as instance:
        return 0 if job.execute_in_process(instance=instance, raise_on_error=False).success else 1


def child(trial: dict[str, Any], shim: ctypes.CDLL) -> int:
    """Run one command as `attain` does; what it prints goes to files."""
    for name, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(trial[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ["TMPDIR"] = trial["temporary"]
    tempfile.tempdir = None
    words = trial["words"]
    sys.argv = ["attain", *words]
    from pipelines.cli.main import main

    kind = KINDS.index(trial["kind"]) if trial["kind"] else -1
    shim.fault_arm(
        kind,
        trial["at"],
        int(trial["stays"]),
        trial["workspace"].encode(),
        trial["temporary"].encode(),
    )
    code = 0
    try:
        if words[0] == PAGE:
            code = from_the_page(Path(trial["workspace"]))
        else:
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # as the interpreter does: what the test looks for
        traceback.print_exc()
        code = 1
    shim.fault_disarm()
    facts = {
        "counts": {name: shim.fault_count(i) for i, name in enumerate(KINDS)},
        "fired": bool(shim.fault_fired()),
    }
    Path(trial["facts"]).write_text(json.dumps(facts), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve() -> None:
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    shim.fault_arm.argtypes = [
        ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p,
    ]  # fmt: skip
    shim.fault_count.restype = ctypes.c_long
    preload()
    say("ready")
    for line in sys.stdin:
        trial = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            with contextlib.suppress(BaseException):
                code = child(trial, shim)
            os._exit(code)
        until = time.monotonic() + trial["seconds"]
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > until:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
                status = -1
                break
            time.sleep(0.02)
        code = status if status == -1 else os.waitstatus_to_exitcode(status)
        say(json.dumps({"code": "hung" if status == -1 else code}))


if __name__ == "__main__":
    serve()
