"""The sample company run from its exports, once for all tests that look at its pages."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.support.runs import FirstRun, HandedOut, attain, first_run


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """For tests that look at pages, and leave the workspace as they found it."""
    return first_run(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="session")
def handed_out(one_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> HandedOut:
    """The computed workspace at another place, with the folders of its readers."""
    root = tmp_path_factory.mktemp("readers") / "ws"
    shutil.copytree(one_run.root, root, copy_function=os.link, symlinks=True)
    done = attain("readers", "-w", str(root), "--on", "2026-11-16", "--json")
    assert done.returncode == 0, done.stderr
    return HandedOut(root, json.loads(done.stdout))
