"""Two hundred readers at the portal: how long a page takes them, all at once and over a minute.

    python -m benchmarks.portal WORKSPACE [--readers 200] [--seconds 60]

The workspace has been run and `attain readers` has written its folders; readers beyond them share
these. `attain serve` is started as a process of its own, over a copy that holds no data, with
readers named by a proxy's header. Each reader opens their list, its style, and up to three of their
pages, one after the other; first all readers in the same moment, then spread over the seconds. The
readers ask from this machine, so their own work is part of what is measured. Prints seconds from
the request to the last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from pipelines.delivery.folders.known import KNOWN
from pipelines.workspace.workspace import open_workspace

_HEADER = "X-Remote-User"


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        root = Path(folder)
        opened = _copied(asked.workspace, root, asked.readers)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        words = [sys.executable, "-m", "pipelines.cli.main", "serve", "-w", str(root)]
        server = subprocess.Popen([*words, "--port", str(port)], stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            for within in (0.0, asked.seconds):
                took, passed = asyncio.run(_all(port, opened, within))
                _say(took, passed, asked.readers, within)
        finally:
            server.terminate()
            server.wait()


def _copied(workspace: Path, root: Path, readers: int) -> dict[str, list[str]]:
    """A workspace of folders alone; what each of so many readers opens."""
    of = open_workspace(workspace)
    told = json.loads((of.state / KNOWN).read_text(encoding="utf-8"))
    shutil.copy2(of.root / "attain.yaml", root / "attain.yaml")
    (root / "policy").mkdir()
    (root / "policy" / "portal.yaml").write_text(
        "sign_in: [proxy]\nentries: {kinds: []}\n", encoding="utf-8"
    )
    (root / "reports" / "readers").mkdir(parents=True)
    (root / "reports" / "readers" / "published").symlink_to(
        (of.reports / "readers" / "published").resolve()
    )
    sets = of.reports / "readers" / "published" / told["set"]
    kept = sorted(told["readers"].items())
    opened, named = {}, {}
    for number in range(readers):
        _, one = kept[number % len(kept)]
        who = f"reader{number}"
        named[who] = {"folder": one["folder"], "name": one["name"], "email": ""}
        tree = sets / one["folder"]
        pages = [
            path.relative_to(tree).as_posix()
            for path in sorted(tree.rglob("*.zh.html"))
            if "assets" not in path.parts
        ]
        opened[who] = ["", "assets/attain.css", *pages[:3]]
    (root / ".attain").mkdir()
    (root / ".attain" / KNOWN).write_text(
        json.dumps({"set": told["set"], "readers": named}), encoding="utf-8"
    )
    return opened


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("attain serve does not answer")


async def _all(
    port: int, opened: dict[str, list[str]], within: float
) -> tuple[list[tuple[float, int]], float]:
    began = time.perf_counter()
    pause = within / len(opened)
    found = await asyncio.gather(
        *(_one(port, who, paths, n * pause) for n, (who, paths) in enumerate(opened.items()))
    )
    return [one for some in found for one in some], time.perf_counter() - began


async def _one(port: int, who: str, paths: list[str], wait: float) -> list[tuple[float, int]]:
    """Seconds and bytes of each page that one reader opens."""
    await asyncio.sleep(wait)
    found = []
    for path in paths:
        began = time.perf_counter()
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(
            f"GET /{path} HTTP/1.1\r\nHost: portal\r\n{_HEADER}: {who}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        content = await reading.read(-1)
        writing.close()
        if not content.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{who} {path}: {content[:60]!r}")
        found.append((time.perf_counter() - began, len(content)))
    return found


def _say(took: list[tuple[float, int]], passed: float, readers: int, within: float) -> None:
    seconds = [one for one, _ in took]
    parts = quantiles(seconds, n=100)
    size = sum(size for _, size in took) / len(took) / 1000
    print(
        f"{readers} readers {f'over {within:g} s' if within else 'in the same moment'}: "
        f"{len(took)} answers of {size:.0f} kB in {passed:.1f} s, p50 {parts[49] * 1000:.0f} ms, "
        f"p95 {parts[94] * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
