"""The Dagster code location: assembly only. `attain ui` and the daemon load it from here.

The workspace comes from the environment variable ATTAIN_WORKSPACE, else the current folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from pipelines.orchestration.assembly import load_definitions

WORKSPACE_VARIABLE = "ATTAIN_WORKSPACE"


@dg.definitions
def attain() -> dg.Definitions:
    """All assets, checks, jobs and schedules of one workspace."""
    return load_definitions(Path(os.environ.get(WORKSPACE_VARIABLE, ".")).resolve())
