"""The KPI handbook: every entry of the catalogue with its definition, example and reports.

Belongs here: the catalogue as Markdown. Does not belong here: processes and tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.handbook.words import WORDS, Language
from pipelines.policy.catalogue import Catalogue, Fact, GoldenCase, Kpi
from pipelines.reporting.reports import REPORTS


def handbook(catalogue: Catalogue, language: Language) -> str:
    """The KPI handbook as Markdown."""
    words = WORDS[language]
    parts = [words["title"]]
    for kpi_id, kpi in catalogue.kpis.items():
        parts.append(_entry(kpi_id, kpi, catalogue, language))
    return "\n".join(parts)


def _entry(kpi_id: str, kpi: Kpi, catalogue: Catalogue, language: Language) -> str:
    words = WORDS[language]
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
    shown = reports_of(kpi_id, kpi)
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


def reports_of(kpi_id: str, kpi: Kpi) -> tuple[str, ...]:
    """The reports whose builders say that they show a KPI, and those its entry puts it on."""
    declared = {name for name, r in REPORTS.items() if kpi_id in r.declared.kpi_ids}
    return tuple(sorted(declared | set(kpi.reports)))


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
