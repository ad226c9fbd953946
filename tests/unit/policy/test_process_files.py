"""A sales process is data: three ship, a company writes its own, and a mistake is one sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.laboratory import ROOT
from tests.support.policy_files import PolicyFiles

SHIPPED = ("functional", "journey", "s1_s7")
FUNCTIONAL = "process/functional.yaml"
MINE = "process/mine.yaml"

OWN = """\
id: mine
label: {zh: 我们的流程, en: Ours}
stages:
  - id: enquiry
    label: {zh: 询盘, en: Enquiry}
    from: [lead, Anfrage]
    object: lead
    role: sdr
    expected_days: 7
    probability: 5
  - id: offer
    label: {zh: 报价, en: Offer}
    from: [Angebot]
    object: opportunity
    role: rep
    entry: [{zh: 需求明确, en: needs are clear}]
    required: [amount]
    expected_days: 30
    probability: 40
    kpis: [win_rate_count]
    milestone: proposal
    segments:
      strategic: {expected_days: 90, required: [amount, next_step]}
      sme: {skip: true}
  - id: signed
    label: {zh: 签约, en: Signed}
    object: opportunity
    role: rep
    expected_days: 1
    probability: 100
    won: true
"""


def mine(policies: PolicyFiles, *changes: tuple[str, str]) -> PolicyFiles:
    """A company's own process in force, but for these changes."""
    text = OWN
    for old, new in changes:
        assert old in text, f"no {old!r}"
        text = text.replace(old, new, 1)
    return policies.settings("process: mine").put(MINE, text)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_process_is_named_in_the_settings(policies: PolicyFiles, name: str) -> None:
    assert policies.settings(f"process: {name}").load().process.id == name


def test_what_one_shipped_process_calls_a_stage_the_others_understand(
    policies: PolicyFiles,
) -> None:
    """So an export, and the history it holds, outlives a change of process."""
    processes = [policies.settings(f"process: {name}").load().process for name in SHIPPED]
    ids = {stage for process in processes for stage in process.stage_ids}
    assert ids <= set(processes[0].stage_names)
    # equal names: nothing is staged anew
    assert len({process.stage_names for process in processes}) == 1


def test_the_stages_are_as_many_as_their_names_say(policies: PolicyFiles) -> None:
    found = {n: policies.settings(f"process: {n}").load().process.stage_ids for n in SHIPPED}
    assert [len(found[name]) for name in SHIPPED] == [7, 5, 7]
    assert found["s1_s7"] == ("S1", "S2", "S3", "S4", "S5", "S6", "S7")


def test_a_company_writes_its_own_process(policies: PolicyFiles) -> None:
    process = mine(policies).load().process
    assert process.stage_ids == ("enquiry", "offer", "signed")
    assert process.stage_names == ("Anfrage", "Angebot", "enquiry", "lead", "offer", "signed")
    assert process.stages[1].entry[0].en == "needs are clear"


def test_the_process_that_the_guide_shows_is_one(policies: PolicyFiles) -> None:
    guide = (ROOT / "docs" / "guide-administrator.md").read_text(encoding="utf-8")
    text = guide.split("```yaml\nid: mine\n", 1)[1].split("```", 1)[0]
    policies.settings("process: mine").put(MINE, f"id: mine\n{text}")
    assert policies.load().process.stage_ids == ("enquiry", "offer", "signed")


def test_what_a_segment_leaves_out_is_as_for_all_others(policies: PolicyFiles) -> None:
    process = mine(policies).load().process
    assert process.segment_rows() == [
        ("offer", "strategic", 90, Decimal(40), False),
        ("offer", "sme", 30, Decimal(40), True),
    ]
    assert process.field_rows() == [
        ("offer", "*", "amount"),
        ("offer", "strategic", "amount"), ("offer", "strategic", "next_step"),
        ("offer", "sme", "amount"),
    ]  # fmt: skip


def test_a_stage_stands_directly_after_the_one_it_follows(policies: PolicyFiles) -> None:
    follows = (
        "    label: {zh: 询盘, en: Enquiry}",
        "    follows: signed\n    label: {zh: 询, en: E}",
    )
    assert mine(policies, follows).load().process.stage_ids == ("offer", "signed", "enquiry")


def test_a_closed_name_means_the_first_stage_of_deals(policies: PolicyFiles) -> None:
    """Of a deal of which no more is known than that it was lost."""
    process = mine(policies, ("id: mine", "closed: [Lost]\nid: mine")).load().process
    assert process.name_rows()[-1] == ("Lost", "offer", True)


MISTAKES = [
    # the order
    ("id: signed", "id: signed\n    follows: signed", "follows:",
     "stages.2.follows: the stages go in a circle: signed → signed."),
    ("id: offer", "id: offer\n    follows: ofer", "follows:",
     "stages.1.follows: there is no stage 'ofer' (did you mean offer?)."),
    # names
    ("from: [Angebot]", "from: [Angebot, Anfrage]", "Angebot",
     "stages.1.from.1: 'Anfrage' is already a name of stage 'enquiry'."),
    ("from: [Angebot]", "from: [signed]", "from: [signed]",
     "stages.1.from.0: 'signed' is already the id of stage 'signed'."),
    ("from: [Angebot]", "from: [Angebot, Angebot]", "Angebot",
     "stages.1.from.1: 'Angebot' is already a name of stage 'offer'."),
    ("id: mine", "closed: [Lost, lead]\nid: mine", "closed:",
     "closed.1: 'lead' is already a name of stage 'enquiry'."),
    ("id: signed", "id: offer", "stages:", "stages: stage 'offer' is listed twice."),
    # fields, KPIs, roles in the process
    ("required: [amount]", "required: [amuont]", "amuont",
     "stages.1.required: an opportunity has no field 'amuont' (did you mean amount?)."),
    ("[amount, next_step]", "[amount, nextstep]", "nextstep",
     "stages.1.segments.strategic.required: an opportunity has no field 'nextstep' "
     "(did you mean next_step?)."),
    ("[win_rate_count]", "[win_rate_cuont]", "cuont",
     "stages.1.kpis.0: no KPI named 'win_rate_cuont' (did you mean win_rate_count?)."),
    ("milestone: proposal", "milestone: propsal", "propsal",
     "stages.1.milestone: expected 'needs_analysis', 'proposal' or 'negotiation' "
     "(did you mean proposal?); found 'propsal'."),
    ("won: true", "won: true\n    milestone: proposal", "won: true\n",
     "stages.2.milestone: stage 'offer' is the proposal milestone too."),
    ("object: lead", "object: lead\n    milestone: negotiation", "milestone: neg",
     "stages.0.milestone: only a stage of `object: opportunity` may say so, not one of lead."),
    ("    won: true\n", "", "stages:", "stages: exactly one stage must say `won: true`."),
    ("expected_days: 30", "expected_days: 0", "expected_days: 0",
     "stages.1.expected_days: expected more than 0; found 0."),
    # segments
    ("      strategic:", "      strategc:", "strategc",
     "stages.1.segments.strategc: expected 'strategic', 'sme' or 'channel' "
     "(did you mean strategic?); found 'strategc'."),
    ("{expected_days: 90,", "{expected_day: 90,", "expected_day:",
     "stages.1.segments.strategic.expected_day: unknown key (did you mean expected_days?)."),
    ("{skip: true}", "{skip: true, probability: 5}", "sme:",
     "stages.1.segments.sme: a stage that a segment skips has no values of its own there."),
    ("won: true", "won: true\n    segments: {sme: {skip: true}}", "segments: {",
     "stages.2.segments.sme.skip: no segment skips the stage in which a deal is won."),
    ("object: lead", "object: lead\n    segments: {sme: {expected_days: 1}}", "segments: {",
     "stages.0.segments.sme: segments are those of opportunities, and this stage is one of a "
     "lead."),
    ("role: sdr", "rolle: sdr", "rolle", "stages.0.rolle: unknown key (did you mean role?)."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(
    policies: PolicyFiles, old: str, new: str, at: str, expected: str
) -> None:
    mine(policies, (old, new))
    line = policies.line_of(MINE, at.strip()) + at.count("\n")
    assert policies.mistake() == f"policy/{MINE} line {line}, {expected}"


def test_stages_that_follow_each_other_in_a_circle_are_named_in_turn(
    policies: PolicyFiles,
) -> None:
    mine(
        policies,
        ("id: enquiry", "id: enquiry\n    follows: signed"),
        ("id: offer", "id: offer\n    follows: enquiry"),
        ("id: signed", "id: signed\n    follows: offer"),
    )
    assert policies.mistake() == (
        f"policy/{MINE} line 5, stages.0.follows: "
        "the stages go in a circle: enquiry → offer → signed → enquiry."
    )


def test_one_stage_alone_follows_another(policies: PolicyFiles) -> None:
    mine(
        policies,
        ("id: offer", "id: offer\n    follows: enquiry"),
        ("id: signed", "id: signed\n    follows: enquiry"),
    )
    line = policies.line_of(MINE, "id: signed") + 1
    assert policies.mistake() == (
        f"policy/{MINE} line {line}, stages.2.follows: "
        "stage 'offer' follows 'enquiry' too, and only one can."
    )


def test_a_name_that_two_stages_of_a_shipped_process_claim_is_a_mistake(
    policies: PolicyFiles,
) -> None:
    policies.change(FUNCTIONAL, "from: [S3]", "from: [S3, S4]")
    line = policies.line_of(FUNCTIONAL, "from: [S4]")
    assert policies.mistake() == (
        f"policy/{FUNCTIONAL} line {line}, stages.3.from.0: "
        "'S4' is already a name of stage 'needs_analysis'."
    )
