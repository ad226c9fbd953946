"""What values that rows were refused for have in common: a style to state, a word for "none".

Belongs here: kinds of values in quarantine, of one table. Does not belong here: the rules that
refuse (`staging/rules.py`), or what accepted rows give away (`accidents.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.checks.accidents import accident_finding, wanted
from pipelines.checks.findings import Finding
from pipelines.policy.quality import Quality
from pipelines.sources.contract import Table
from pipelines.staging.fields import DATES, NUMBERS
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import literal

_A_FEW = 3
_SHORT_YEAR = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}( |$)"
# 5,70 or 1.234,50, never 1,234: under a decimal point its neighbours 1.234 are read as 1.234
_DECIMAL_COMMA = r"^[-+]?(?:[0-9]+|[0-9]{1,3}(?:[.][0-9]{3})+),(?:[0-9]{1,2}|[0-9]{4,})-?$"


@dataclass(frozen=True)
class RefusedValues:
    """Looks over the open rows of quarantine of one table."""

    warehouse: Warehouse
    table: Table
    policy: Quality

    def look(self) -> list[Finding]:
        """What policy wants to be told of, also where a rule refused every row."""
        held = "select 1 from mart.quarantine where table_name = ? and resolved_at is null limit 1"
        if not self.warehouse.rows(held, [self.table.name]):
            return []
        return wanted(self.policy, self._kinds())

    def _kinds(self) -> Iterator[Finding]:
        for column in self.table.of_type(*DATES):
            yield from self._alike(
                "two_digit_year.quarantine",
                column,
                "not_a_date",
                f"regexp_matches(value, {literal(_SHORT_YEAR)})",
            )
        absent = ", ".join(
            literal(word) for word in (*self.policy.error_texts, *self.policy.absent_texts)
        )
        for types, rule in ((DATES, "not_a_date"), (NUMBERS, "not_a_number")):
            for column in self.table.of_type(*types):
                yield from self._alike(
                    "error_text.quarantine",
                    column,
                    rule,
                    f"lower(trim(value)) in ({absent or 'null'})",
                    is_said=self._is_remarked_on,
                )
        sentinels = ", ".join(str(value) for value in self.policy.sentinels) or "null"
        for limit in self.table.ranges:
            yield from self._alike(
                "sentinel_amount.quarantine",
                limit.column,
                "out_of_range",
                f"try_cast(value as decimal(18, 4)) in ({sentinels})",
            )
        for column in self.table.of_type(*NUMBERS):
            yield from self._alike(
                "decimals_destroyed.comma",
                column,
                "not_a_number",
                f"regexp_matches(value, {literal(_DECIMAL_COMMA)})",
            )

    def _is_remarked_on(self, refused: int) -> bool:
        """Whether these rows are the share of the table from which policy has it said: a few slips
        stand in quarantine, each with its value, and need no word of their own."""
        rows = refused + self.warehouse.row_count(f"staging.{self.table.name}")
        limit = self.policy.quarantine.limit(self.table.name, "warn", "rows")
        few = rows < self.policy.quarantine.least_rows
        return few or (limit is not None and refused * 100 > limit * rows)

    def _alike(
        self,
        accident: str,
        column: str,
        rule: str,
        condition: str,
        is_said: Callable[[int], bool] = lambda _: True,
    ) -> Iterator[Finding]:
        """Open rows of quarantine that broke one rule with values of one kind."""
        rows = self.warehouse.rows(
            "select file, line, value, count(*) over ()::bigint as row_count from mart.quarantine "
            f"where table_name = ? and resolved_at is null and rule_id = ? and {condition} "
            "order by file, line limit 10",
            [self.table.name, f"{column}.{rule}"],
        )
        if rows and is_said(rows[0]["row_count"]):
            count = rows[0]["row_count"]
            yield accident_finding(
                self.policy,
                self.table,
                accident,
                f"{column}:quarantine",
                [{"file": r["file"], "line": r["line"], "value": r["value"]} for r in rows],
                "warn" if count < _A_FEW else None,  # a slip of one hand stops nobody
                column=column,
                count=count,
                value=rows[0]["value"],
            )
