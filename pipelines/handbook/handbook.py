"""Generated documentation: the KPI handbook in both languages and the tables that go in and out.

python -m pipelines.handbook.handbook          writes docs/
python -m pipelines.handbook.handbook --check  says whether docs/ is current (exit code 1 if not)
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pipelines.policy.catalogue import Catalogue, Fact, GoldenCase, Kpi, load_catalogue
from pipelines.policy.process import Process, read_process
from pipelines.sources.contract import canonical_tables
from pipelines.warehouse.model import Model
from pipelines.workspace.resources import shipped
from pipelines.workspace.yamlfile import read_yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_REPORTS = {
    "director_weekly": "director.page",
    "rep_weekly": "rep.page",
    "finance": "finance.page",
    "appraisal": "appraisal.page",
    "sales_ops": "sales_ops.page",
}
_SHARED = ("model.", "publish.", "reports")
_PACKAGE = "pipelines.reporting"

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "# KPI 手册\n由指标目录 `policy/kpis/` 生成；每条定义就是计算所用的定义。\n",
        "formula": "公式", "date": "归属日期", "who": "归属对象", "unit": "单位",
        "better": "方向", "up": "越高越好", "down": "越低越好", "none": "无方向",
        "min_n": "最小样本", "owner": "负责人",
        "target": "目标", "quota": "配额", "needs": "所需数据", "expression": "计算式",
        "example": "示例", "gives": "结果", "scopes": "其他维度",
        "modelled": "由 SQL 模型计算（期末余额或跨期），见", "percentile": "分位数",
        "derived": "由其他指标的合计算出", "share": "占该维度合计的比例",
        "distinct": "不同值的个数", "balance": "期末余额，合计当日有效的行",
        "periods": "期间", "daily": "也按天", "report": "用于报表", "empty": "空",
        "processes": "# 销售流程\n由 `policy/process/` 生成："
        "进入每个阶段的条件，以及用来评判它的指标。\n",
        "stage_head": "| 阶段 | 角色 | 预计天数 | 成交概率 | 进入条件 | 必填字段 | 评判指标 |",
    },
    "en": {
        "title": "# KPI handbook\nGenerated from the catalogue `policy/kpis/`: "
        "each definition is the one computed.\n",
        "formula": "Formula", "date": "Date", "who": "Belongs to", "unit": "Unit",
        "better": "Direction", "up": "higher is better", "down": "lower is better",
        "none": "neither", "min_n": "Smallest n", "owner": "Owner", "target": "Target",
        "quota": "quota of", "needs": "Needs", "expression": "Computed as", "example": "Example",
        "gives": "Result", "scopes": "Also by",
        "modelled": "computed by an SQL model (a balance, or across periods), see",
        "percentile": "percentile",
        "derived": "a formula over the sums of other KPIs",
        "share": "share of the sum over all ids",
        "distinct": "count of different", "balance": "balance, of the rows that stand on the day",
        "periods": "Periods", "daily": "also by day", "report": "Shown in", "empty": "empty",
        "processes": "# Sales processes\nGenerated from `policy/process/`: what lets a deal into "
        "a stage, and the KPIs the stage is judged by.\n",
        "stage_head": "| Stage | Role | Expected days | Probability | Enters when "
        "| Required fields | Judged by |",
    },
}  # fmt: skip


def handbook(catalogue: Catalogue, language: Language) -> str:
    """The KPI handbook as Markdown."""
    words = _WORDS[language]
    parts = [words["title"]]
    for kpi_id, kpi in catalogue.kpis.items():
        parts.append(_entry(kpi_id, kpi, catalogue, language))
    return "\n".join(parts)


def _entry(kpi_id: str, kpi: Kpi, catalogue: Catalogue, language: Language) -> str:
    words = _WORDS[language]
    fact = catalogue.facts.get(kpi.fact)
    who = fact.owner if fact and fact.owner else "—"
    lines = [
        f"## {getattr(kpi.label, language)} · `{kpi_id}`",
        getattr(kpi.description, language),
        "",
        f"- {words['formula']}: {getattr(kpi.formula, language)}",
        f"- {words['expression']}: {_expression(kpi, words)}",
        *(
            [f"- {words['date']}: `{fact.table}.{kpi.date}` · {words['who']}: `{who}`"]
            if fact
            else []
        ),
        f"- {words['unit']}: {kpi.unit} · {words['better']}: {words[kpi.direction]} · "
        f"{words['min_n']}: {kpi.min_n} · {words['owner']}: {kpi.owner}",
        f"- {words['needs']}: {', '.join(catalogue.needs(kpi_id))}",
    ]
    if kpi.periods or kpi.daily:
        named = ", ".join(kpi.periods) or words["daily"]
        lines.append(f"- {words['periods']}: {named}")
    shown = reports_of(kpi_id)
    if shown:
        lines.append(f"- {words['report']}: {', '.join(f'`{name}`' for name in shown)}")
    if kpi.target:
        target = (
            f"{words['quota']} `{kpi.target.measure}`" if kpi.target.measure else kpi.target.value
        )
        lines.append(f"- {words['target']}: {target}")
    if kpi.scopes:
        lines.append(f"- {words['scopes']}: {', '.join(kpi.scopes)}")
    if kpi.golden:
        lines.extend(["", *_example(kpi.golden, fact, words)])
    return "\n".join([*lines, ""])


def process_pages(processes: Iterable[Process], catalogue: Catalogue, language: Language) -> str:
    """The sales processes as Markdown: a table of stages for each."""
    words = _WORDS[language]
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


def _shipped_processes() -> list[Process]:
    """The processes that ship, by their file."""
    fields = canonical_tables()["opportunity"].columns
    paths = sorted(shipped("policy", "process").glob("*.yaml"))
    return [read_process(read_yaml(path), fields) for path in paths]


def reports_of(kpi_id: str) -> tuple[str, ...]:
    """The reports whose pages name a KPI, read off the modules that build them."""
    named = re.compile(rf'"{kpi_id}(?::\w+)?"')
    return tuple(sorted(name for name, text in _report_texts().items() if named.search(text)))


@cache
def _report_texts() -> dict[str, str]:
    """Report → the source of its module and of the sections it is made of."""
    folder = Path(__file__).parents[1] / "reporting"
    modules = {
        ".".join(path.relative_to(folder).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.py")
    }
    found = {}
    for report, first in _REPORTS.items():
        seen: dict[str, str] = {}
        waiting = [first]
        while waiting:
            name = waiting.pop()
            if name in modules and name not in seen:
                seen[name] = modules[name]
                waiting += [n for n in _imported(modules[name]) if not n.startswith(_SHARED)]
        found[report] = "\n".join(seen.values())
    return found


def _imported(source: str) -> list[str]:
    """The modules of `pipelines.reporting` that a module imports."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_PACKAGE}."):
            module = (node.module or "").removeprefix(f"{_PACKAGE}.")
            found += [module, *(f"{module}.{name.name}" for name in node.names)]
    return found


def _expression(kpi: Kpi, words: Mapping[str, str]) -> str:
    if kpi.kind == "modelled":
        return f"{words['modelled']} `sql/kpi/modelled/{kpi.fact}.sql.j2`"
    where = f" where {kpi.where}" if kpi.where else ""
    if kpi.kind == "percentile":
        return f"{words['percentile']} {kpi.percentile} of `{kpi.numerator}`{where}"
    if kpi.kind == "derived":
        return f"{words['derived']}: `{kpi.numerator}` ÷ `{kpi.denominator}`"
    above = f"`Σ {kpi.numerator}`"
    sums = (f"{above} ÷ `Σ {kpi.denominator}`" if kpi.denominator else above) + where
    return f"{words[kpi.kind]}: {sums}" if kpi.kind in words else sums


def _example(golden: GoldenCase, fact: Fact | None, words: Mapping[str, str]) -> list[str]:
    given = dict(golden.given)
    if golden.rows and fact is not None:
        given[fact.table] = golden.rows
    lines = []
    for table, rows in given.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines += [
            f"{words['example']}, `{table}`:",
            "",
            "| " + " | ".join(columns) + " |",
            "|" + "---|" * len(columns),
        ]
        for row in rows:
            cells = (_cell(row.get(column, ""), words) for column in columns)
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    shown = [
        f"{name} {value}"
        for name, value in (
            ("Σ", golden.numerator),
            ("÷ Σ", golden.denominator),
            ("=", golden.value),
            ("n =", golden.n),
        )
        if value is not None
    ]
    place = f"{golden.scope}, {golden.period_kind} {golden.period_start}"
    return [*lines, f"{words['gives']} ({place}): {' · '.join(shown)}"]


def _cell(value: object, words: Mapping[str, str]) -> str:
    return words["empty"] if value is None else str(value)


def tables(columns: Mapping[str, list[tuple[str, str]]], models: Mapping[str, Model]) -> str:
    """The canonical input tables and the published tables as Markdown.

    Args:
        columns: published table → its columns with their types.
    """
    meanings = read_yaml(Path(__file__).with_name("columns.yaml")).data
    parts = [
        "# Tables\nGenerated. What goes in (canonical tables) and what comes out (schema `mart` of "
        "`reports/latest/attain.duckdb`).\n",
        "## Canonical tables\n`!` required · **bold** key · `_at` a timestamp, `_date` a date, "
        "`_pct` 0–100, amounts decimal(18, 4) in the row's `currency`.\n",
    ]
    for name, table in canonical_tables().items():
        shown = ", ".join(
            f"**{c.name}** {c.type}" if c.name in table.key
            else f"{c.name} {c.type}{'!' if c.required else ''}"
            for c in table.exported.values()
        )  # fmt: skip
        parts.append(f"### {name}\n{table.grain}. {shown}\n")
    parts.append("## Published tables\n")
    for name in sorted(columns):
        model = models.get(name)
        grain = (
            f"{model.grain}. Key: {', '.join(model.key)}. {_sentence(model.why)}" if model else ""
        )
        rows = [f"| `{column}` | {kind} | {meanings[column]} |" for column, kind in columns[name]]
        parts.append(
            f"### {name}\n{grain}\n\n| column | type | meaning |\n|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    return "\n".join(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def published_columns() -> tuple[dict[str, list[tuple[str, str]]], dict[str, Model]]:
    """Columns of every published table, from an empty warehouse with the shipped policies."""
    from pipelines.models.shape import empty_warehouse

    with empty_warehouse() as (warehouse, models):
        found: dict[str, list[tuple[str, str]]] = {}
        for row in warehouse.rows(
            "select table_name, column_name, lower(data_type) as data_type "
            "from information_schema.columns where table_schema = 'mart' "
            "order by table_name, ordinal_position"
        ):
            found.setdefault(f"mart.{row['table_name']}", []).append(
                (row["column_name"], row["data_type"])
            )
        return found, models


def documents() -> dict[str, str]:
    """Every generated document by its path below `docs/`."""
    catalogue = load_catalogue(sorted(shipped("policy", "kpis").glob("*.yaml")))
    columns, models = published_columns()
    processes = _shipped_processes()

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
        sys.stderr.write(f"docs/{name} is stale; run: python -m pipelines.handbook.handbook\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
