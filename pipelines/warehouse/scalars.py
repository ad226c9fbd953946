"""The SQL that a file of settings may hold: scalar functions by name, and bounds on what they make.

Belongs here: what a source's expression and a KPI's formula have in common. Does not belong here:
which columns they may read (`sources/expression.py`, `policy/formulas.py`).
"""

from __future__ import annotations

from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType

from pipelines.workspace.yamlfile import did_you_mean

LONGEST = 4_000  # characters of one expression
_SHOWN = 100
_WIDEST = 1_000  # characters that padding may reach, and times that replacing may lengthen a text
# One row in, one value out; the same value for the same row at any time and on any machine.
_FUNCTIONS = """
    abs cast ceil ceiling chr coalesce concat concat_ws contains date_add date_diff date_part
    date_sub date_trunc datediff day dayofweek ends_with extract floor greatest hour if
    ifnull isodow last_day lcase least left length lower lpad ltrim make_date make_timestamp
    make_timestamp_ms minute mod month nullif position quarter regexp_extract regexp_matches
    regexp_replace replace reverse right round rpad rtrim second sign split_part
    starts_with strftime strpos strptime substr substring to_days to_hours to_minutes to_months
    to_seconds to_years translate trim try_cast try_strptime ucase upper week year
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
# What an expression is made of, beside functions by name. Everything else is refused: statements
# where a query may stand, comprehensions (lists in lists multiply), structures, JSON.
_KINDS = (
    exp.Binary, exp.Unary, exp.Predicate, exp.Func, exp.Column, exp.Identifier, exp.Literal,
    exp.Boolean, exp.Null, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var, exp.Tuple,
    exp.Bracket, exp.Slice, exp.AtTimeZone,
)  # fmt: skip
_NO_KINDS = (
    exp.Comprehension, exp.Summarize, exp.Describe, exp.Show, exp.Command, exp.Lambda, exp.Struct,
    exp.ToMap, exp.Map, exp.VarMap, exp.JSONExtract, exp.JSONExtractScalar, exp.Dot,
)  # fmt: skip
_OF_THE_MACHINE = ("Current", "Local", "Session", "Utc")  # written without brackets
# Words that may stand before a bracket and are no functions.
_KEYWORDS = """
    and or not in when then else case between like ilike is end as from interval all any
    decimal numeric varchar char text
"""
_WORDS = frozenset(_KEYWORDS.split())


def misused(sql: str, tree: exp.Expression, more: frozenset[str] = frozenset()) -> str | None:
    """What is wrong with the functions of an expression, as a sentence; `None` when nothing is.

    Args:
        more: functions that may stand in this one beside the others.
    """
    if len(sql) > LONGEST:
        return f"it is longer than {LONGEST:,} characters."
    unknown = next((name for name in _called(sql) if name not in FUNCTIONS | more), None)
    if unknown is not None:
        near = did_you_mean(unknown, FUNCTIONS)
        why = near or "; it takes no sums and reads nothing but the row"
        return f"the function {unknown!r} cannot be used here{why}."
    return _unknown_kind(tree, with_queries=bool(more)) or _unbounded(tree)


def _unknown_kind(tree: exp.Expression, with_queries: bool) -> str | None:
    for node in tree.walk():
        is_known = with_queries or isinstance(node, _KINDS)
        of_the_machine = type(node).__name__.startswith(_OF_THE_MACHINE)
        if not is_known or of_the_machine or isinstance(node, _NO_KINDS):
            return f"{node.sql(dialect='duckdb')[:_SHOWN]!r} cannot be used here."
    return None


def _called(sql: str) -> list[str]:
    """The names that stand before a bracket: functions, as they are written."""
    called = []
    for token, after in pairwise(sqlglot.tokenize(sql, dialect="duckdb")):
        word = token.text.lower()
        if after.token_type == TokenType.L_PAREN and word.isidentifier() and word not in _WORDS:
            called.append(word)
    return called


def _unbounded(tree: exp.Expression) -> str | None:
    """What would make a text of any length out of a short one, row by row."""
    for node in tree.walk():
        if isinstance(node, exp.Pad):
            width = node.expression
            if not (isinstance(width, exp.Literal) and width.is_int and int(width.name) <= _WIDEST):
                return f"lpad and rpad take a width written as a number, at most {_WIDEST:,}."
        elif isinstance(node, (exp.Replace, exp.RegexpReplace)):
            times, above = 1, node
            while above is not None:
                times *= _growth(above)
                above = above.parent
            if times > _WIDEST:
                return f"replacing would lengthen a text more than {_WIDEST:,} times."
    return None


def _growth(node: exp.Expression) -> int:
    """How many characters a node may make of one."""
    if not isinstance(node, (exp.Replace, exp.RegexpReplace)):
        return 1
    replacement = node.args.get("replacement")
    if isinstance(replacement, exp.Literal):
        return max(1, len(replacement.name))
    return _WIDEST if replacement is not None else 1
