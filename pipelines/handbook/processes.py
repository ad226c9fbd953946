"""The sales processes as Markdown: a table of stages for each."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.handbook.words import WORDS, Language
from pipelines.policy.catalogue import Catalogue
from pipelines.policy.process import Process, read_process
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.resources import shipped
from pipelines.workspace.yamlfile import read_yaml


def process_pages(processes: Iterable[Process], catalogue: Catalogue, language: Language) -> str:
    """The sales processes as Markdown: a table of stages for each."""
    words = WORDS[language]
    between = "；" if language == "zh" else "; "
    parts = [words["processes"]]
    for process in processes:
        rows = []
        for stage in process.stages:
            judged = (catalogue.kpis[name].label for name in stage.kpis)
            cells = (
                f"{getattr(stage.label, language)} `{stage.id}`",
                stage.role,
                str(stage.expected_days),
                f"{stage.probability} %",
                between.join(getattr(criterion, language) for criterion in stage.entry),
                ", ".join(f"`{name}`" for name in stage.required),
                between.join(getattr(label, language) for label in judged),
            )
            rows.append("| " + " | ".join(cell or "—" for cell in cells) + " |")
        head = words["stage_head"]
        lines = [head, "|" + "---|" * (head.count("|") - 1), *rows]
        title = f"## {getattr(process.label, language)} · `{process.id}`\n"
        parts.append("\n".join([title, *lines, ""]))
    return "\n".join(parts)


def shipped_processes() -> list[Process]:
    """The processes that ship, by their file."""
    fields = canonical_tables()["opportunity"].columns
    paths = sorted(shipped("policy", "process").glob("*.yaml"))
    return [read_process(read_yaml(path), fields) for path in paths]
