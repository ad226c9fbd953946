"""Options that most commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])

WORKSPACE = click.option(
    "--workspace",
    "-w",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("ATTAIN_WORKSPACE", "."),
    show_default="this folder",
    help="The company's folder, the one with attain.yaml.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result for machines.")


def day_option(*names: str, help: str, show_default: str | bool = False) -> Callable[[_F], _F]:
    """An option whose value is a day, or None where it is not given."""
    return click.option(
        *names,
        type=click.DateTime(["%Y-%m-%d"]),
        callback=lambda _context, _option, moment: moment.date() if moment is not None else None,
        help=help,
        show_default=show_default,
    )


AS_OF = day_option("--as-of", help="Business date of the run.")
"""Without it, `pipelines.workspace.dates.business_date` says which day a run is of."""


def login_name() -> str:
    """Who runs the command, as the system knows them; environment variables are only words."""
    try:
        import pwd
    except ImportError:  # Windows
        return os.getlogin()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user of a container without an entry
        return str(os.getuid())
