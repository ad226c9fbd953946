"""The page model refuses what no page may say."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal as D

import pytest
from pydantic import ValidationError

from pipelines.reporting.model.charts import FunnelRow, Lines, LineSeries, Waterfall, WaterfallStep
from pipelines.reporting.model.page import Column, Page, Row, Section, Table, Tile, file_name
from pipelines.reporting.model.values import Money, Ratio, Span, message, verbatim
from tests.support.pages.example_pages import director_page, rep_page


def test_a_page_survives_its_json_unchanged():
    page = director_page()
    assert Page.model_validate_json(page.to_json()) == page


def test_json_is_the_same_bytes_each_time_and_decimals_are_text():
    assert director_page().to_json() == director_page().to_json()
    assert '"amount":"4820000"' in director_page().to_json()


def test_large_decimals_are_written_without_exponent():
    assert '"100000"' in Money(amount=D("1E+5")).model_dump_json()


def test_binary_floats_are_refused():
    with pytest.raises(ValidationError, match="binary float"):
        Money(amount=1.1)


def test_not_a_number_is_refused():
    with pytest.raises(ValidationError):
        Ratio(value=D("NaN"))


def test_a_tile_without_a_value_must_say_why():
    words = {"kpi_id": "dso", "label": verbatim("DSO"), "scope": verbatim("x")}
    with pytest.raises(ValidationError, match="reason"):
        Tile(**words, value=None)
    reason = message("no_data.nothing")
    assert Tile(**words, value=None, no_data_reason=reason).value is None
    with pytest.raises(ValidationError, match="reason"):
        Tile(**words, value=Money(amount=D(0)), no_data_reason=reason)


def test_funnel_outcomes_must_add_up_to_the_entries():
    with pytest.raises(ValidationError, match="outcomes are 9, entries 10"):
        FunnelRow(label=verbatim("x"), entered=10, advanced=3, lost=2, regressed=1, open=3)


def test_a_waterfall_must_tie_out_to_the_cent():
    start = WaterfallStep(label=verbatim("a"), amount=D("10.00"), role="level")
    move = WaterfallStep(label=verbatim("b"), amount=D("-0.01"))
    end = WaterfallStep(label=verbatim("c"), amount=D("10.00"), role="level")
    with pytest.raises(ValidationError, match=r"9\.99"):
        Waterfall(steps=(start, move, end))


def test_a_table_cell_must_be_of_its_columns_type():
    column = Column(id="amount", label=verbatim("x"), type="money")
    with pytest.raises(ValidationError, match="ratio in a money column"):
        Table(columns=(column,), rows=(Row(cells=(Ratio(value=D(1)),)),))
    with pytest.raises(ValidationError, match="2 cells for 1 columns"):
        Table(columns=(column,), rows=(Row(cells=(None, None)),))


def test_a_chart_without_its_data_table_is_refused():
    quota = director_page().sections[0]
    with pytest.raises(ValidationError, match="data table"):
        Section(id="x", topic=quota.topic, message=quota.message, chart=quota.chart)


def test_a_tile_may_link_only_to_a_section_of_its_page():
    page = director_page()
    with pytest.raises(ValidationError, match="missing section"):
        Page.model_validate(page.model_dump() | {"sections": ()})


def test_a_line_needs_a_value_or_a_gap_for_every_x():
    series = LineSeries(label=verbatim("x"), role="actual", values=(D(1), None))
    with pytest.raises(ValidationError, match="2 values for 3 x"):
        Lines(unit="ratio", x_days=(0, 30, 60), series=(series,))


def test_a_span_runs_forward():
    with pytest.raises(ValidationError, match="before it starts"):
        Span(start=date(2026, 2, 1), end=date(2026, 1, 1))


def test_reader_ids_become_one_safe_path_component():
    assert file_name("E001") == "E001"
    assert file_name("华东") == "华东"
    for hostile in ("../../etc", "a/b", "..", ".hidden", "x\\y", ""):
        name = file_name(hostile or " ")
        assert "/" not in name and "\\" not in name and not name.startswith(".")
    assert file_name("a/b") != file_name("a-b") != file_name("a:b")


def test_the_path_holds_report_reader_and_period():
    assert str(director_page().stem) == "director_weekly/C01/2026-W46"
    assert str(rep_page(7).stem) == "rep_weekly/E007/2026-W46"


def test_no_two_ids_share_a_file_on_any_file_system() -> None:
    ids = ["E1", "e1", "HR", "hr", "Hr", "M\u00dcLLER", "M\u00fcLLER", "MU\u0308LLER", "STRASSE",
           "STRA\u00dfE", "K", "\u212a", "CON", "con", "A.", "A", "a/b", "a-b", ".A", "\ufb01",
           "FI",
           "x" * 400 + "1", "x" * 400 + "2", "\u5f20" * 200, "\u5f20" * 200 + "1"]  # fmt: skip
    names = [unicodedata.normalize("NFD", file_name(one)).casefold() for one in ids]
    assert len(set(names)) == len(ids)
    for name in map(file_name, ids):
        assert len(name.encode()) <= 140
        assert name not in ("CON", "con") and not name.endswith(".")
    assert (file_name("hr"), file_name("E1")) == ("hr", "E1")
