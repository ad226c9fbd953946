"""Sums that several KPIs share are taken once, and counts stay whole numbers."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from pipelines.models.measures import counts, measures_of
from pipelines.policy.catalogue import Fact, Kpi
from pipelines.warehouse.template import macro
from tests.support.laboratory import shipped

CALLS = shipped()[1].catalogue.kpis["calls"]
FACT = Fact(table="core.fct", grain="one row", key=("id",), needs=(), source_table="fct",
            counts=("visits",))  # fmt: skip


def kpi(numerator: str, denominator: str | None = None, **more: object) -> Kpi:
    kind = "sum" if denominator is None else "ratio"
    return CALLS.model_copy(
        update={"kind": kind, "where": None, "numerator": numerator, "denominator": denominator,
                **more}
    )  # fmt: skip


def test_a_sum_that_two_kpis_need_is_taken_once() -> None:
    measures = measures_of({"sold": kpi("amount"), "mean": kpi("amount", "1")}, FACT)
    assert [measure.name for measure in measures.sums] == ["sold__num", "sold__n"]
    shown = [measures.names[f"mean__{part}"] for part in ("num", "den", "n")]
    assert shown == ["sold__num", "sold__n", "sold__n"]


def test_sums_under_another_condition_or_by_another_date_are_others() -> None:
    measures = measures_of({
        "sold": kpi("amount"), "won": kpi("amount", where="is_won"),
        "closed": kpi("amount", date="closed_date"),
    }, FACT)  # fmt: skip
    assert len(measures.sums) == 6


def test_a_shared_sum_is_known_in_every_scope_of_its_kpis() -> None:
    measures = measures_of({
        "sold": kpi("amount", scopes=("segment",)), "mean": kpi("amount", "1", scopes=("partner",)),
    }, FACT)  # fmt: skip
    assert measures.sums[0].scopes == {"segment", "partner"}


@pytest.mark.parametrize(
    ("numerator", "is_whole"),
    [
        ("1", True), ("-1", True), ("0.5", False), ("amount", False), ("'1'", False),
        ("case when is_won then 1 else 0 end", True),
        ("case when score >= 9 then 100 when score <= 6 then -100 else 0 end", True),
        ("case when is_won then amount else 0 end", False),
        ("case when is_won then 1 else score end", False),
        ("visits", True), ("coalesce(visits, 0)", True), ("coalesce(visits, amount)", False),
        ("case when is_won then visits end", True), ("visits * amount", False),
    ],
)  # fmt: skip
def test_what_chooses_between_whole_numbers_counts(numerator: str, is_whole: bool) -> None:
    assert measures_of({"some": kpi(numerator)}, FACT).sums[0].is_whole is is_whole
    assert counts(kpi(numerator), "num", FACT) is is_whole


@pytest.mark.parametrize(
    ("num", "den", "expected"),
    [
        ("1", "3", "0.33333333"), ("2", "3", "0.66666667"), ("-1", "6", "-0.16666667"),
        ("0", "5", "0"), ("0", "-5", "0"), ("0", "0", None), ("7", "0", None), (None, "3", None),
        ("3", None, None), ("0.0001", "20000", "0.00000001"), ("-0.0001", "20000", "-0.00000001"),
        ("0.0001", "20000.0001", "0"), ("3999999.9999", "0.0001", "39999999999"),
        ("4000000", "0.0001", "40000000000"), ("4000000.0001", "-3", "-1333333.33336667"),
        ("99999999999999.9999", "99999999999999.9999", "1"),
        ("100000000000000", "300000000000000", "0.33333333"),
        ("3", "100000000000000000", "0"), ("1", "99999999999999.9999", "0"),
        ("123456789012345678901.2345", "3", "41152263004115226300.4115"),
    ],
)  # fmt: skip
def test_a_quotient_is_exact_whatever_the_size_of_its_parts(
    num: str | None, den: str | None, expected: str | None
) -> None:
    """64 bits hold some of them and 128 the others; halves go away from zero."""
    with duckdb.connect() as con:
        con.execute("create table sums (num decimal(38, 4), den decimal(38, 4))")
        con.execute("insert into sums values (?::decimal(38, 4), ?::decimal(38, 4))", [num, den])
        ratio = macro("kpi/ratio.sql.j2", "ratio")("num", "den", "decimal(38, 8)")
        (found,) = con.execute(f"select {ratio} from sums").fetchone() or (None,)
    assert found == (None if expected is None else Decimal(expected))
