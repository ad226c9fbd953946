"""A new workspace: settings with every choice explained, empty folders, Dagster's settings."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from pipelines.errors import UserError
from pipelines.policy.load import load_policies
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import SETTINGS_FILE, open_workspace

_SETTINGS = """\
# One company's workspace. Every key but the name has a default.
name: {{zh: {name}, en: {name}}}
base_currency: {currency}           # amounts in other currencies are converted at dated rates
time_zone: {zone:<17} # for time stamps that carry none
# as_of: 2026-11-15          # business date; without it a run looks at the end of last week
process: functional          # or journey, s1_s7, or your own policy/process/<name>.yaml
calendar: {calendar:<18} # working days of a country or a part of one (de-by), or of your own
                             # policy/calendar/<name>.yaml
# fiscal_year_start_month: 4 # a year of account that begins in another month than January
org_view: as_was             # a fact belongs to the unit its owner was in on its date (or as_is)
inputs:
  - path: data/raw           # exports described by sources/*.yaml
  - {{path: data/canonical, format: canonical}}   # files that carry the canonical names
"""


# What only a company can say of itself; the sample company's serve as examples.
EXAMPLES = ("commission", "appraisal", "quotas.yaml", "commission_books.yaml")


def create_workspace(
    folder: Path,
    name: str,
    with_examples: bool = False,
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
    calendar: str = "cn",
) -> None:
    """Write the settings and folders of a workspace, and the sample company's plans if asked for.

    Args:
        currency: the base currency; calendar: the country whose working days count.

    Raises:
        UserError: the folder is a workspace already, or is a file; a setting cannot be.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; give a folder.")
    settings = folder / SETTINGS_FILE
    if settings.exists():
        raise UserError(f"{settings} exists already; edit it, or give another folder.")
    for inner in ("data/raw", "data/canonical", "sources", "policy"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    quoted = yaml.safe_dump(name, allow_unicode=True, width=1000).splitlines()[0]
    written = _SETTINGS.format(name=quoted, currency=currency, zone=time_zone, calendar=calendar)
    settings.write_text(written, encoding="utf-8")
    try:
        load_policies(open_workspace(folder))
    except UserError:
        settings.unlink()
        raise
    shutil.copyfile(shipped("dagster.yaml"), folder / "dagster.yaml")
    if with_examples:
        copy_examples(folder / "policy")


def copy_examples(target: Path) -> None:
    """Copy the sample company's plans, schemes, quotas and books into a folder of policies."""
    for name in EXAMPLES:
        source = shipped("policy", name)
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target / name)
