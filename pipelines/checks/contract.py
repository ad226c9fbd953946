"""The contract of each canonical table as a Great Expectations suite, from one definition.

Staging already keeps faulty rows out. The suites are the second, independent look at what it left:
keys, required columns, allowed values, ranges, references and row counts.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipelines.checks.findings import Finding
from pipelines.checks.words import say
from pipelines.policy.quality import QuarantineShares
from pipelines.sources.contract import Table, canonical_tables
from pipelines.sources.sourcefile import allowed_values
from pipelines.staging.relation import orphan_condition
from pipelines.warehouse.quoting import identifier
from pipelines.workspace.yamlfile import read_yaml

if TYPE_CHECKING:
    import duckdb

_NAMED = 3  # values that a sentence names


@cache
def _sentences() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(Path(__file__).with_name("contract.yaml")).data
    return found


class ContractValidator:
    """Runs the suites against one open warehouse; GX is loaded when the first is asked for."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        stages: tuple[str, ...],
        shares: QuarantineShares,
    ) -> None:
        self._con = con
        self._shares = shares
        self._stages = stages
        self._opened: tuple[Any, Any] | None = None
        self._fault: str | None = None

    def validate(
        self, table: Table, required: bool, unlisted: frozenset[str] = frozenset()
    ) -> list[Finding]:
        """Hold one canonical table against its contract.

        Args:
            required: the table has to have rows.
            unlisted: tables that no export lists; a reference to one is held against nothing.
        """
        from pipelines.checks.engine import EngineFaultError, open_context

        if self._fault is None and self._opened is None:
            try:
                self._opened = open_context(self._con)
            except EngineFaultError as error:
                self._fault = str(error)
        if self._opened is None:
            return [_errored(table, self._fault or "the engine did not start")]
        judged = [r for r in table.references if r.table not in unlisted]
        own = table.model_copy(update={"references": tuple(judged)})
        return self._run(own, required, *self._opened)

    def _run(self, table: Table, required: bool, context: Any, datasource: Any) -> list[Finding]:
        import great_expectations as gx

        from pipelines.checks.engine import raised

        asset = datasource.add_table_asset(table.name, table_name=table.name, schema_name="staging")
        # all at once: adding one to a suite that the context knows stores the whole suite anew
        found = expectations(table, self._stages, required, self._shares)
        suite = context.suites.add(gx.ExpectationSuite(name=table.name, expectations=found))
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(
                name=table.name, data=asset.add_batch_definition_whole_table("all"), suite=suite
            )
        )
        result = definition.run(result_format={"result_format": "BASIC"})
        return [self._finding(table, item, raised(item)) for item in result.results]

    def _finding(self, table: Table, item: Any, exception: str | None) -> Finding:
        config = item.expectation_config
        meta, column = config.meta, config.kwargs.get("column")
        what = config.description or column or "row count"
        kind = str(config.type).removeprefix("expect_").removesuffix("_expectation")
        count = item.result.get("unexpected_count", item.result.get("observed_value", 0)) or 0
        values = item.result.get("partial_unexpected_list") or []
        evidence: list[dict[str, Any]] = [{"value": str(value)} for value in values[:10]]
        if exception:
            evidence = [{"error": exception.splitlines()[0]}]
        elif not item.success and meta["said"] == "reference":
            evidence = self._orphans(table, meta["column"], meta["parent"])
        broken = not item.success and not exception
        words = {
            "table": table.name,
            "key": " | ".join(table.key),
            "column": column,
            "count": int(count),
            "shown": _shown(evidence),
            **meta,
        }
        if broken and meta["said"] == "share":
            words |= self._quarantined(table)
        said = _sentences()[meta["said"]]["broken" if broken else "rule"]
        return Finding(
            check=f"{kind}:{what}",
            table=f"staging.{table.name}",
            severity=meta["severity"],
            status="errored" if exception else "passed" if item.success else "failed",
            zh=say(said["zh"], words),
            en=say(said["en"], words),
            offenders=0 if item.success else int(count),
            evidence=evidence,
            is_counted=True,
        )

    def _quarantined(self, table: Table) -> dict[str, int]:
        """Rows of the exports in force, and those of them in quarantine."""
        found = self._con.execute(
            "select sum(rows_landed)::bigint, sum(rows_quarantined)::bigint from mart.load "
            "where table_name = ? and is_current",
            [table.name],
        ).fetchone()
        landed, refused = found or (0, 0)
        return {"landed": landed, "refused": refused}

    def _orphans(self, table: Table, column: str, parent: str) -> list[dict[str, Any]]:
        """The ids that no parent has, most frequent first, each with where it stands first."""
        name, relation = identifier(column), f"staging.{identifier(table.name)}"
        rows = self._con.execute(
            f"select any_value({name}), any_value(load.file order by _load, _line), "
            "any_value(_line order by _load, _line), count(*) "
            f"from {relation} as named left join mart.load as load on named._load = load.load_id "
            f"where {orphan_condition(column, parent)} "
            f"group by {name} order by count(*) desc, {name} limit 10"
        ).fetchall()
        return [
            {"value": value, "file": file, "line": line, "rows": count}
            for value, file, line, count in rows
        ]


def _shown(evidence: list[dict[str, Any]]) -> str:
    """The first values of what is wrong, each with its place where that is known."""
    places = [
        f"{one.get('value')} ({one['file']} line {one['line']})" if one.get("file") else
        str(one.get("value"))
        for one in evidence
    ]  # fmt: skip
    unlike = list(dict.fromkeys(places))
    return ", ".join(unlike[:_NAMED]) + (" …" if len(unlike) > _NAMED else "")


def expectations(
    table: Table, stages: tuple[str, ...], required: bool, shares: QuarantineShares
) -> list[Any]:
    """The GX expectations of a canonical table; `meta.severity` says which of them block."""
    import great_expectations.expectations as gxe

    block, warn = {"severity": "block"}, {"severity": "warn"}
    found: list[Any] = [
        gxe.ExpectTableRowCountToBeBetween(
            min_value=1 if required else 0, meta={**block, "said": "row_count"}
        ),
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query=_repeated_keys(table),
            description="unique key",
            meta={**block, "said": "unique_key"},
        ),
    ]
    for column in table.columns.values():
        if column.required:
            found.append(
                gxe.ExpectColumnValuesToNotBeNull(
                    column=column.name, meta={**block, "said": "not_null"}
                )
            )
        allowed = allowed_values(table, column.name, stages)
        if allowed:
            found.append(
                gxe.ExpectColumnValuesToBeInSet(
                    column=column.name,
                    value_set=list(allowed),
                    meta={**block, "said": "in_set", "allowed": ", ".join(allowed)},
                )
            )
    for limit in table.ranges:
        found.append(
            gxe.ExpectColumnValuesToBeBetween(
                column=limit.column,
                min_value=limit.least,
                max_value=limit.most,
                meta={**block, "said": "between"},
            )
        )
    for reference in table.references:
        found.append(
            gxe.UnexpectedRowsExpectation(
                unexpected_rows_query=_orphans(reference.column, reference.table),
                description=f"{reference.column} → {reference.table}",
                meta={
                    **(block if reference.rejects else warn),
                    "said": "reference",
                    "column": reference.column,
                    "parent": reference.table,
                },
            )
        )
    for verdict, meta in (("block", block), ("warn", warn)):
        query = _too_many_refused(table, shares, verdict)  # type: ignore[arg-type]
        if query:
            found.append(
                gxe.UnexpectedRowsExpectation(
                    unexpected_rows_query=query,
                    description=f"share in quarantine ({verdict})",
                    meta={**meta, "said": "share"},
                )
            )
    return found


def _too_many_refused(
    table: Table, shares: QuarantineShares, verdict: Literal["warn", "block"]
) -> str | None:
    """A row when the share of a table's exports in quarantine reaches the limit of policy."""
    limits = []
    if (rows := shares.limit(table.name, verdict, "rows")) is not None:
        limits.append(f"100 * refused >= {rows} * landed")
    money = shares.limit(table.name, verdict, "money")
    if table.amount and money is not None:
        # a share of no money is none
        limits.append(
            f"money_landed <> 0 and 100 * abs(money_refused) >= {money} * abs(money_landed)"
        )
    if not limits:
        return None
    either = " or ".join(f"({limit})" for limit in limits)
    return (
        "select landed, refused, money_landed, money_refused from (select "
        "sum(rows_landed) as landed, sum(rows_quarantined) as refused, "
        "sum(amount_landed) as money_landed, sum(amount_quarantined) as money_refused "
        f"from mart.load where table_name = '{table.name}' and is_current) "
        f"where refused > 0 and landed >= {shares.least_rows} and ({either}) "
        "and (select count(*) from {batch}) >= 0"
    )


def _repeated_keys(table: Table) -> str:
    """Keys held by more than one row; hashes first, so that few rows are compared in full."""
    keys = ", ".join(identifier(column) for column in table.key)
    return (
        f"select {keys} from {{batch}} where hash({keys}) in "
        f"(select hash({keys}) from {{batch}} group by hash({keys}) having count(*) > 1) "
        f"group by {keys} having count(*) > 1"
    )


def _orphans(column: str, parent: str) -> str:
    key = canonical_tables()[parent].key[0]
    return (
        f"select {identifier(column)} from {{batch}} where {identifier(column)} is not null "
        f"and {identifier(column)} not in "
        f"(select {identifier(key)} from staging.{identifier(parent)})"
    )


def _errored(table: Table, message: str) -> Finding:
    return Finding(
        check="engine_canary",
        table=f"staging.{table.name}",
        severity="block",
        status="errored",
        zh="校验引擎自检未通过，无法判断数据好坏",
        en="the validation engine failed its own test; nothing can be said of the data",
        evidence=[{"error": message}],
    )
