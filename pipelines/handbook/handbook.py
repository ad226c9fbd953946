"""Generated documentation: the KPI handbook in both languages and the tables that go in and out.

python -m pipelines.handbook          writes docs/
python -m pipelines.handbook --check  says whether docs/ is current (exit code 1 if not)
"""

from __future__ import annotations

import sys

from pipelines.handbook.kpis import handbook
from pipelines.handbook.processes import process_pages, shipped_processes
from pipelines.handbook.tables import published_columns, tables
from pipelines.handbook.words import LANGUAGES, Language
from pipelines.policy.catalogue import load_catalogue
from pipelines.workspace.resources import shipped


def documents() -> dict[str, str]:
    """Every generated document by its path below `docs/`."""
    catalogue = load_catalogue(sorted(shipped("policy", "kpis").glob("*.yaml")))
    columns, models = published_columns()
    processes = shipped_processes()

    def both(language: Language) -> str:
        stages = process_pages(processes, catalogue, language)
        return f"{handbook(catalogue, language)}\n{stages}"

    return {
        **{f"kpi-handbook.{language}.md": both(language) for language in LANGUAGES},
        "tables.md": tables(columns, models),
    }


def main(words: list[str]) -> int:
    """Write the documents, or say which are stale."""
    folder = shipped("docs")
    stale = []
    for name, text in documents().items():
        path = folder / name
        if "--check" in words:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"docs/{name} is stale; run: python -m pipelines.handbook\n")
    return 1 if stale else 0
