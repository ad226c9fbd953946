"""Messages: both catalogues say the same things, and nothing from outside gets into markup."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from pipelines.reporting.language.speaker import MessageError, catalogue, compile_template, speaker
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Days,
    Interval,
    Listing,
    Message,
    Money,
    Points,
    Ratio,
    message,
    verbatim,
)
from pipelines.workspace.resources import shipped
from tests.support.laboratory import ROOT

ZH = speaker("zh", "CNY", 2026)
EN = speaker("en", "CNY", 2026)
PACKAGE = ROOT / "pipelines" / "reporting"


def test_every_message_exists_in_both_languages():
    assert catalogue("zh").keys() == catalogue("en").keys()


def test_every_message_has_the_same_parameters_in_both_languages():
    differing = {
        key: (entry.params, catalogue("en")[key].params)
        for key, entry in catalogue("zh").items()
        if entry.params != catalogue("en")[key].params
    }
    assert differing == {}


def test_every_form_of_a_message_shows_the_same_parameters_in_both_languages():
    def shown(entry, form):
        pieces = entry.forms.get(form, entry.forms["other"]).pieces
        return sorted(text for kind, text in pieces if kind == "param")

    english = catalogue("en")
    differing = {
        (key, form)
        for key, entry in catalogue("zh").items()
        for form in {*entry.forms, *english[key].forms}
        if shown(entry, form) != shown(english[key], form)
    }
    assert differing == set()


def test_no_english_message_was_left_in_chinese_and_none_is_empty():
    chinese = re.compile("[\u4e00-\u9fff]")
    for key, entry in catalogue("en").items():
        text = "".join(t for form in entry.forms.values() for _, t in form.pieces)
        assert key == "page.other_language" or not chinese.search(text), key
        assert text or key == "sentence.gap", key


def test_every_message_named_in_code_and_templates_is_in_the_catalogue():
    named = re.compile(r"""(?:\bsay|\bplain|\bmessage)\(\s*f?["']([a-z][\w.]*)["']\s*[,)]""")
    rooms = (PACKAGE, PACKAGE.parent / "delivery")
    modules = [path for room in rooms for path in room.rglob("*.py")]
    sources = [*modules, *shipped("reports", "templates").glob("*.html")]
    found = {key for path in sources for key in named.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 20
    assert found - catalogue("zh").keys() == set()


def test_emphasis_becomes_bold_and_numbers_carry_their_exact_value():
    text = message(
        "lead.quota",
        quarter=Bilingual(zh="四季度", en="Q4"),
        signed=Money(amount=D("41200000.00")),
        attainment=Ratio(value=D("0.69")),
        pace=Ratio(value=D("0.74")),
    )
    markup = EN.html(text)
    assert '<b><span data-value="41200000.00">¥41.2M</span></b>' in markup
    assert "**" not in markup
    assert ZH.text(text) == "四季度已签 ¥4,120万，达成 69%，按工作日进度应为 74%。"


def test_plural_forms_follow_the_number():
    assert EN.text(Count(value=1, unit="deals")) == "1 deal"
    assert EN.text(Count(value=3, unit="deals")) == "3 deals"
    assert EN.text(message("meta.warned", n=Count(value=1))) == "1 warning"
    assert EN.text(Points(value=D("-0.01"))) == "−1 point"
    assert ZH.text(Points(value=D("-0.22"))) == "−22 个百分点"
    assert EN.text(Days(value=D(41)), short=True) == "41 d"


def test_a_plural_follows_the_number_as_it_is_shown():
    assert EN.text(Days(value=D("0.96"))) == "1 day"


def test_lists_are_joined_as_the_language_does():
    things = Listing(items=(verbatim("A"), verbatim("B"), verbatim("C")))
    assert ZH.text(things) == "A、B、C"
    assert EN.text(things) == "A, B and C"


def test_an_interval_shows_one_percent_sign():
    assert EN.text(Interval(low=D("0.29"), high=D("0.40"))) == "29–40%"


def test_a_missing_value_is_a_dash():
    assert EN.text(None) == "—"
    assert EN.html(None) == "—"


def test_names_from_exports_are_escaped_alone_in_messages_and_in_lists():
    hostile = verbatim("<img src=x onerror=alert(1)>")
    for shown in (
        hostile,
        Listing(items=(hostile, hostile)),
        message("page.title_of", report=hostile, reader=hostile),
        Bilingual(zh="<b>", en="<b>"),
    ):
        assert "<img" not in EN.html(shown)
        assert "<b>" not in EN.html(shown)


def test_an_unknown_message_is_an_error_not_a_blank():
    with pytest.raises(MessageError, match=r"no\.such"):
        EN.text(Message(id="no.such"))


def test_a_missing_parameter_is_an_error_that_names_it():
    with pytest.raises(MessageError, match="amount"):
        EN.text(message("meta.quarantine", n=Count(value=2)))


def test_a_template_with_unbalanced_emphasis_is_refused():
    with pytest.raises(ValueError, match="unbalanced"):
        compile_template("a **b")


ARABIC, TURNED, LONG = "شركة النور 24/7", "a\u202eb Trading", "Longword" * 25


def test_a_name_that_turns_the_direction_of_writing_is_isolated():
    for name in (ARABIC, TURNED, "אלפא 3000"):
        assert EN.html(verbatim(name)) == f"<bdi>{name}</bdi>"
        listed = Listing(items=(verbatim(name), verbatim("Nord")))
        assert EN.text(listed) == f"\u2068{name}\u2069 and Nord"
        assert EN.text(verbatim(name)) == name  # alone it turns nothing; workbooks hold it as it is
    for name in ("Nord GmbH", "华东大区", "Ünï 24/7"):
        assert EN.html(verbatim(name)) == name


def test_a_name_without_a_place_to_break_may_break_anywhere():
    assert EN.html(verbatim(LONG)) == f'<span class="long">{LONG}</span>'
    assert "long" not in EN.html(verbatim("A company of many words and of many more words"))
    assert "long" not in ZH.html(verbatim("华东" * 30))


def test_an_isolated_name_is_still_escaped():
    assert EN.html(verbatim("<b>\u05d0")) == "<bdi>&lt;b&gt;\u05d0</bdi>"
