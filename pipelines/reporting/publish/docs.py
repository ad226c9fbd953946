"""Data Docs: every expectation and reconciliation of a run with its verdict, as a page.

Belongs here: the page from the verdicts. Does not belong here: judging (`checks/`). Great
Expectations renders its own; those pages load scripts from elsewhere, carry the time of each
validation and show values of rows. Here stand what was expected, of which table, and how many
rows break it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipelines.checks.findings import Finding
from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.model.values import Bilingual
from pipelines.reporting.publish.build import Edition, write_text
from pipelines.reporting.publish.index import index_name
from pipelines.reporting.publish.render import environment, words

FOLDER = "data_docs"


@dataclass(frozen=True)
class Checked:
    """The verdicts on one table, in the order of their checks."""

    table: str
    verdicts: tuple[tuple[Finding, Bilingual], ...]


def write_docs(build_dir: Path, findings: Sequence[Finding], edition: Edition) -> None:
    """Write the page in both languages below a build folder."""
    ordered = sorted(findings, key=lambda found: (found.table, found.check, found.severity))
    tables = [
        Checked(table, tuple((found, Bilingual(zh=found.zh, en=found.en)) for found in group))
        for table, group in groupby(ordered, key=lambda found: found.table)
    ]
    folder = build_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        page = environment().get_template("data_docs.html")
        speech = words(language, edition.currency, edition.as_of.year)
        write_text(
            folder / index_name(language), page.render(w=speech, edition=edition, tables=tables)
        )
