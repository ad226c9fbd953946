"""Options that most commands share."""

from __future__ import annotations

import os
from pathlib import Path

import click

WORKSPACE = click.option(
    "--workspace",
    "-w",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("ATTAIN_WORKSPACE", "."),
    show_default="this folder",
    help="The company's folder, the one with attain.yaml.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result for machines.")
