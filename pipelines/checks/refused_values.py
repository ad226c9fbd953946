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


@dataclass(frozen=True)
class Style:
    """Values that no rule reads as they are, and that a source file may state how to read.

    `accident` is the sentence that says so; `pattern` matches the values (RE2, over the whole).
    """

    accident: str
    types: tuple[str, ...]
    rule: str
    pattern: str


_MONTH_WORD = r"\pL{3,9}[.]?"
_SIGN = r"^[-+(（]*[¥￥$€£]?[-+ ]*"
STYLES = (
    Style(
        "two_digit_year.quarantine",
        DATES,
        "not_a_date",
        rf"^(?:\d{{1,2}}[-/.]\d{{1,2}}[-/.]|\d{{1,2}}[-/. ]+{_MONTH_WORD}[-/. ,]+|"
        rf"{_MONTH_WORD}[- ]+\d{{1,2}},[ ]*)['’]?\d{{2}}(?:[ T].*)?$",
    ),
    # 5,70 or 1.234,50 or 1 234,50, never 1,234: under a decimal point its neighbours 1.234 are
    # read as 1.234
    Style(
        "decimals_destroyed.comma",
        NUMBERS,
        "not_a_number",
        rf"{_SIGN}(?:[0-9]+|[0-9]{{1,3}}(?:[. \x{{a0}}\x{{202f}}][0-9]{{3}})+)"
        r",(?:[0-9]{1,2}|[0-9]{4,})[ €£-]*$",
    ),
    Style(
        "amounts_not_read.apostrophe",
        NUMBERS,
        "not_a_number",
        rf"{_SIGN}[0-9]{{1,3}}(?:['’][0-9]{{3}})+,[0-9]{{1,2}}[ €£-]*$",
    ),
    Style(
        "amounts_not_read.unit",
        NUMBERS,
        "not_a_number",
        rf"(?i){_SIGN}[0-9][0-9,.]*[ \x{{a0}}]*"
        r"(?:千|万|萬|百万|千万|亿|億|k|thousand|mn?|million|bn|billion|元|圆)[元圆]?[)）]?$",
    ),
)


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
        for style in STYLES:
            for column in self.table.of_type(*style.types):
                pattern = f"regexp_matches(value, {literal(style.pattern)})"
                yield from self._alike(style.accident, column, style.rule, pattern)
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
