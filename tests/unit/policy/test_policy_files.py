"""Every kind of policy file loads, and every mistake in one is a sentence with file, line, key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.onboarding.scaffold import create_workspace
from pipelines.policy.load import Policies, load_policies
from pipelines.workspace.workspace import open_workspace
from tests.support.policy_files import PolicyFiles

PROCESS = "process/functional.yaml"
CALENDAR = "calendar/cn.yaml"
RECEIVABLES = "receivables.yaml"
COMMISSION = "commission/rep_2024.yaml"
APPRAISAL = "appraisal/rep.yaml"
QUOTAS = "quotas.yaml"
TERMS = "terms.yaml"
KNOWN_MEASURES = (
    "; those of KPIs and those listed below `measures` in policy/quotas.yaml are known."
)


def test_the_shipped_policies_load(policies: PolicyFiles) -> None:
    found = policies.load()
    assert (found.process.id, found.calendar.id) == ("functional", "cn")
    assert found.receivables.buckets[1].from_day == 1
    assert {plan.role for plan in found.plans} == {
        "rep", "team_lead", "region_manager", "csm", "presales", "sdr", "pool",
    }  # fmt: skip
    assert [plan.version for plan in found.plans if plan.id == "rep"] == [1, 2]
    assert {scheme.role: scheme.period for scheme in found.schemes} == {
        "rep": "quarter", "team_lead": "quarter", "region_manager": "quarter", "sdr": "quarter",
        "csm": "quarter", "service": "quarter", "presales": "half_year",
    }  # fmt: skip
    assert "win_rate_count" in found.catalogue.kpis


@pytest.mark.parametrize(
    ("name", "old", "new", "read"),
    [
        (PROCESS, "contact_within_hours: 24", "contact_within_hours: 4",
         lambda p: p.process.contact_within_hours == 4),
        (CALENDAR, "weekend: [6, 7]", "weekend: [5, 6]",
         lambda p: p.calendar.weekend == (5, 6)),
        (QUOTAS, "ramp: {}", "ramp: {rep: [50, 75.5]}",
         lambda p: p.quotas.steps() == [("rep", 1, Decimal(50)), ("rep", 2, Decimal("75.5"))]),
        (QUOTAS, "[collections_net]", "[collections_net, margin]",
         lambda p: "margin" in p.measures),
        (QUOTAS, "seasons: {}", "seasons: {contract_amount: {2: 60}}",
         lambda p: [w for *_, w in p.quotas.weights()] == [100, 60] + 10 * [100]),
        (RECEIVABLES, "dso_days: 91", "dso_days: 365", lambda p: p.receivables.dso_days == 365),
        (RECEIVABLES, "customer_history: week", "customer_history: month",
         lambda p: p.receivables.customer_history == "month"),
        (COMMISSION, "valid_from: 2024-11-01", "valid_from: 2025-02-28",
         lambda p: dt.date(2025, 2, 28) in {plan.valid_from for plan in p.plans}),
        (APPRAISAL, "coefficient: 1.5", "coefficient: 1.55",
         lambda p: Decimal("1.55") in {s.bands[0].coefficient for s in p.schemes}),
        (TERMS, '"09:00"', '"8:30"', lambda p: p.terms.working_day_begins == 510),
        (TERMS, '"18:00"', "17:30", lambda p: p.terms.working_day_ends == 17 * 60 + 30),
        ("kpis/money.yaml", "decimals: 2", "decimals: 0",
         lambda p: p.catalogue.kpis["collections"].decimals == 0),
    ],
)  # fmt: skip
def test_a_workspace_s_own_file_replaces_the_shipped_one(
    policies: PolicyFiles, name: str, old: str, new: str, read: Callable[[Policies], bool]
) -> None:
    assert not read(policies.load())
    assert read(policies.change(name, old, new).load())


def test_a_policy_file_states_only_what_differs(policies: PolicyFiles) -> None:
    """Mappings are laid over the shipped ones, key by key; a list is given whole."""
    shipped = policies.load()
    found = (
        policies.put(RECEIVABLES, "dso_days: 30\nrisk: {flags: {vip: normal}}\n")
        .put(TERMS, "matured_after_days: 60\n")
        .put("quality.yaml", "accidents: {future_date: block}\nerror_texts: [none]\n")
        .load()
    )
    assert found.receivables.dso_days == 30
    assert found.receivables.buckets == shipped.receivables.buckets
    assert found.receivables.risk.flags == {**shipped.receivables.risk.flags, "vip": "normal"}
    assert found.receivables.risk.watch_from_day == shipped.receivables.risk.watch_from_day
    assert (found.terms.matured_after_days, found.terms.long_open_after_days) == (60, 180)
    assert found.quality.accidents == {**shipped.quality.accidents, "future_date": "block"}
    assert found.quality.error_texts == ("none",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ndso_dais: 30\n", "line 2, dso_dais: unknown key (did you mean dso_days?)."),
        ("risk: 5\n", "line 1, risk: expected `key: value` lines; found 5."),
        ("buckets:\n  - {id: a, label: {zh: a, en: a}, loss_rate: 0}\n",
         "line 1, buckets: expected at least 2 of them."),
    ],
)  # fmt: skip
def test_a_mistake_in_what_differs_is_named_at_its_own_line(
    policies: PolicyFiles, text: str, expected: str
) -> None:
    assert policies.put(RECEIVABLES, text).mistake() == f"policy/{RECEIVABLES} {expected}"


def test_what_only_a_company_can_say_is_nowhere_but_in_its_workspace(tmp_path: Path) -> None:
    """No plan, scheme or book of the sample company pays or judges anybody else."""
    create_workspace(tmp_path / "ws", "甲")
    found = load_policies(open_workspace(tmp_path / "ws"))
    assert (found.plans, found.schemes) == ((), ())
    assert found.books.close.unpaid_roles == ()
    create_workspace(tmp_path / "examples", "甲", with_examples=True)
    found = load_policies(open_workspace(tmp_path / "examples"))
    assert {plan.role for plan in found.plans} >= {"rep", "csm"}
    assert (len(found.schemes), found.books.close.unpaid_roles) == (7, ("director",))


def test_money_and_rates_are_read_exactly(policies: PolicyFiles) -> None:
    """A rate of 0.1 in a policy is a tenth, not the binary number nearest to it."""
    policies.change(COMMISSION, "rate_pct: 1.0", "rate_pct: 0.1")
    (plan,) = [p for p in policies.load().plans if (p.id, p.version) == ("rep", 1)]
    assert plan.components[0].rate.tiers[0].rate_pct == Decimal("0.1")


MISTAKES = [
    # quotas
    (QUOTAS, "seasons: {}", "seasons: {contract_amont: {1: 70}}", "contract_amont",
     "seasons.contract_amont: no quota measure is named 'contract_amont' (did you mean "
     f"contract_amount?){KNOWN_MEASURES}"),
    (QUOTAS, "[collections_net]", "[collections_net, collections_net]", "measures:",
     "measures: measure 'collections_net' is listed twice."),
    (QUOTAS, "seasons: {}", "seasons: {contract_amount: {13: 70}}", "seasons:",
     "seasons: there is no month 13; months are 1 to 12."),
    (QUOTAS, "days: calendar", "days: workdays", "workdays",
     "proration.days: expected 'calendar' or 'working'; found 'workdays'."),
    (QUOTAS, "ramp: {}", "ramp: {rep: [50, 250]}", "ramp:",
     "ramp.rep.1: expected at most 200; found 250."),
    (QUOTAS, "[unpaid, parental]", "[unpaid, unpaid]", "leave_kinds",
     "proration.leave_kinds: kind of leave 'unpaid' is listed twice."),
    # an unknown key, a missing one
    (PROCESS, "role: sdr", "rolle: sdr", "rolle",
     "stages.0.rolle: unknown key (did you mean role?)."),
    (PROCESS, "label: {zh: 线索, en: Lead}", "label: {zh: 线索}", "zh: 线索",
     "stages.0.label.en: this key is required and absent."),
    (COMMISSION, "measure: collections_net", "measure: colections_net", "colections_net",
     "components.0.quota.measure: no quota measure is named 'colections_net' (did you mean "
     f"collections_net?){KNOWN_MEASURES}"),
    (COMMISSION, "event: cash_received", "evnt: cash_received", "evnt",
     "components.0.credit.evnt: unknown key (did you mean event?)."),
    # a wrong type, a wrong date, a number out of range
    (PROCESS, "expected_days: 14", "expected_days: soon", "soon",
     "stages.0.expected_days: expected a whole number; found 'soon'."),
    (PROCESS, "label: {zh: 线索, en: Lead}", "label: Lead", "label: Lead",
     "stages.0.label: expected `key: value` lines; found 'Lead'."),
    (PROCESS, "probability: 5\n", "probability: 500\n", "500",
     "stages.0.probability: expected at most 100; found 500."),
    (CALENDAR, "weekend: [6, 7]", "weekend: [0, 7]", "weekend: [",
     "weekend.0: expected at least 1; found 0."),
    (CALENDAR, "weekend: [6, 7]", "weekend: 7", "weekend: 7",
     "weekend: expected a list; found 7."),
    (COMMISSION, "valid_from: 2024-11-01", "valid_from: 2024-11-31", "2024-11-31",
     "valid_from: expected a date such as 2026-01-31; found '2024-11-31'."),
    (COMMISSION, "rate_pct: 1.0", "rate_pct: 1%", "1%",
     "components.0.rate.tiers.0.rate_pct: expected a number; found '1%'."),
    (COMMISSION, "mode: marginal", "mode: marginel", "marginel",
     "components.0.rate.mode: expected 'marginal', 'whole', 'interpolated', 'hybrid' or "
     "'whole_to_quota' (did you mean marginal?); found 'marginel'."),
    (COMMISSION, "version: 1", "version:", "version",
     "version: expected a whole number; found nothing."),
    # the choices of definitions
    (TERMS, "first_contact_hours: elapsed", "first_contact_hours: workin", "workin",
     "first_contact_hours: expected 'elapsed' or 'working' (did you mean working?); "
     "found 'workin'."),
    (TERMS, '"09:00"', "9am", "9am",
     "working_day_begins: '9am' is no time of day, such as 09:00."),
    (TERMS, '"18:00"', '"08:30"', "id:",
     "`working_day_ends` has to be later than `working_day_begins`."),
    # a process
    (PROCESS, "id: qualification", "id: lead", "stages:", "stages: stage 'lead' is listed twice."),
    (PROCESS, "won: true", "won: false", "stages:",
     "stages: exactly one stage must say `won: true`."),
    (PROCESS, "required: [customer_id, amount", "required: [custmer_id, amount", "custmer_id",
     "stages.1.required: an opportunity has no field 'custmer_id' (did you mean customer_id?)."),
    # tiers of a commission plan
    (COMMISSION, "{from: 60, to: 100", "{from: 50, to: 100", "from: 50",
     "components.0.rate.tiers.1.from: tiers overlap: 0–60 and 50–100 share 50–60."),
    (COMMISSION, "{from: 60, to: 100", "{from: 70, to: 100", "from: 70",
     "components.0.rate.tiers.1.from: tiers leave a gap: nothing between 60 and 70; write a "
     "tier with rate_pct: 0 if nothing is paid there."),
    (COMMISSION, "{from: 60, to: 100", "{from: 60, to: 60", "to: 60, rate_pct: 2",
     "components.0.rate.tiers.1.to: a tier must end above its start; see from 60."),
    (COMMISSION, "{from: 0, to: 60", "{from: 5, to: 60", "from: 5",
     "components.0.rate.tiers.0.from: the first tier must begin at 0, it begins at 5."),
    (COMMISSION, "{from: 60, to: 100,", "{from: 60,", "from: 60, rate",
     "components.0.rate.tiers.1: only the last tier may be without `to`; see from 60."),
    (COMMISSION, "{from: 130, rate", "{from: 130, to: 200, rate", "to: 200",
     "components.0.rate.tiers.3.to: the last tier must be open: leave out its `to`."),
    (COMMISSION, "valid_to: 2025-12-31", "valid_to: 2024-01-01", "id:",
     "valid_to 2024-01-01 is before valid_from 2024-11-01."),
    # a scorecard
    (APPRAISAL, "weight: 15\n    against", "weight: 16\n    against", "indicators:",
     "indicators: the weights add up to 101, not 100."),
    (APPRAISAL, "id: collections", "id: contract_amount", "indicators:",
     "indicators: indicator 'contract_amount' is listed twice."),
    (APPRAISAL, "kpi: win_rate_count", "kpi: win_rate_cuont", "cuont",
     "indicators.2.kpi: no KPI named 'win_rate_cuont' (did you mean win_rate_count?)."),
    (APPRAISAL, "kpi: win_rate_count", "kpi: win_rate_count\n    manual: win_rate", "id: win_rate",
     "indicators.2: needs either `kpi` or `manual`."),
    (APPRAISAL, "threshold: 0, target: 0.35", "threshold: 0.95, target: 0.35", "id: win_rate",
     "indicators.2: threshold, target and stretch must follow one another."),
    (APPRAISAL, "target: 0.35, stretch: 0.6, threshold_score: 50",
     "target: 0.35, stretch: 0.6, threshold_score: 95", "id: win_rate",
     "indicators.2: a better value must not score less: threshold_score, target_score and "
     "stretch_score are 95, 90 and 110."),
    (APPRAISAL, "threshold: 0, target: 0.35", "threshold: 0.35, target: 0.35", "id: win_rate",
     "indicators.2: threshold and target are the same value with two scores; give it one, or use "
     "`steps`."),
    (APPRAISAL, "target: 0.35, stretch: 0.6", "target: 0.6, stretch: 0.6", "id: win_rate",
     "indicators.2: target and stretch are the same value with two scores; give it one, or use "
     "`steps`."),
    (APPRAISAL, "{to: 0, score: 100}", "{to: 0, score: 10}", "id: discount_discipline",
     "indicators.7: a better value must not score less: the scores of steps rise."),
    (APPRAISAL, "from: 87, coefficient: 1.2", "from: 87, coefficient: 0.2", "from: 87",
     "bands.1.coefficient: grade 'A' is better than 'B' and has a smaller coefficient."),
    (APPRAISAL, "from: 65,", "from: 75,", "grade: C",
     "bands.3.from: bands go from the best grade down, each from a lower score: C begins at 75, B "
     "at 75."),
    (APPRAISAL, "from: 65,", "from: 90,", "grade: C",
     "bands.3.from: bands go from the best grade down, each from a lower score: C begins at 90, B "
     "at 75."),
    (APPRAISAL, "from: 0,", "from: 10,", "grade: D",
     "bands.4.from: the last band must begin at 0, so that every score has a grade; D begins at "
     "10."),
    (APPRAISAL, "grade: B", "grade: A", "bands:", "bands: grade 'A' is listed twice."),
    (APPRAISAL, "weight: 45}", "weight: 46}", "weight: 46",
     "groups.0.weight: indicators of group 'results' add up to 45, not 46."),
    (APPRAISAL, "group: growth", "group: grwth", "group: grwth",
     "indicators.9.group: 'grwth' is no group of this scheme (did you mean growth?)."),
    (APPRAISAL, "group_most: 50", "group_most: 40", "weight: 45}",
     "groups.0.weight: the weight of group 'results', 45, is outside 10 to 40."),
    (APPRAISAL, "indicator_most: 20", "indicator_most: 19", "weight: 20",
     "indicators.0.weight: the weight of 'contract_amount', 20, is outside 0 to 19."),
    (APPRAISAL, "B: 45", "B: 44", "shares:",
     "distribution.shares: the shares add up to 99, not 100."),
    (APPRAISAL, "grade_at_best: B", "grade_at_best: E", "id:",
     "gates: 'E' is no grade; they are S, A, B, C, D."),
    (APPRAISAL, "    grade_at_best: B", "    points: -5\n    grade_at_best: B",
     "id: collection_rate",
     "gates.0: has one effect: `score_at_most`, `grade_at_best` or `points`."),
    (APPRAISAL, "{to: 0.25,", "{from: 0.25,", "id: discount_discipline",
     "indicators.7: steps of this indicator say `to`."),
    (APPRAISAL, "{to: 0.25,", "{to: 0.05,", "id: discount_discipline",
     "indicators.7: steps follow one another from the worst to the best, each only once."),
    (APPRAISAL, "[{score: 40}, ", "[", "id: discount_discipline",
     "indicators.7: the first step has no `to` and all others have one, so that every value has a "
     "step."),
    (APPRAISAL, "times: 2, within: 2", "times: 3, within: 2", "id: two_c_in_a_row",
     "red_lines.0: 3 times cannot come within 2 periods."),
    (APPRAISAL, "kpi: csat", "kpi: appraisal_score", "appraisal_score",
     "indicators.5.kpi: 'appraisal_score' is computed after the appraisal and cannot be a part "
     "of it."),
    (APPRAISAL, "floating_pay: coefficient", "floating_pay: matrix", "id:",
     "`floating_pay: matrix` and `pay_matrix` belong together."),
    ("appraisal/presales.yaml", "kpi: demo_score_avg", "kpi: sales_cycle_days", "sales_cycle_days",
     "indicators.1.kpi: 'sales_cycle_days' of a half year cannot be computed from its quarters; "
     "appraise it by the quarter or year."),
    # receivables and calendar
    (RECEIVABLES, "from_day: 31,", "from_day: 1,", "buckets:",
     "buckets: buckets overlap: d31_60 begins on day 1, d1_30 on day 1; each must begin later than "
     "the one before."),
    (RECEIVABLES, "watch_from_day: 31", "watch_from_day: 131", "risk:",
     "risk: watch, doubtful and bad debt must each begin on a later day."),
    (RECEIVABLES, "from_day: 1, loss", "from_day: 1, to_day: 31, loss", "buckets:",
     "buckets: buckets overlap: d1_30 ends on day 31 and d31_60 begins on day 31; day 31 would be "
     "counted twice."),
    (RECEIVABLES, "from_day: 1, loss", "from_day: 1, to_day: 29, loss", "buckets:",
     "buckets: buckets leave a gap: d1_30 ends on day 29 and d31_60 begins on day 31; nothing "
     "holds day 30."),
    (RECEIVABLES, "from_day: 1, loss", "from_day: 2, loss", "buckets:",
     "buckets: d1_30 must begin on day 1, or on day 0 where due today counts as past due."),
    (RECEIVABLES, "credit_notes: apply_when_it_fits", "credit_notes: keep_opn", "credit_notes:",
     "credit_notes: expected 'apply_when_it_fits', 'apply_up_to_balance' or 'keep_open' "
     "(did you mean keep_open?); found 'keep_opn'."),
    (RECEIVABLES, "foreign_currency: invoice_rate", "foreign_currncy: invoice_rate",
     "foreign_currncy", "foreign_currncy: unknown key (did you mean foreign_currency?)."),
    (RECEIVABLES, "loss_rate: 0.02", "loss_rate: 2", "loss_rate: 2",
     "buckets.1.loss_rate: expected at most 1; found 2."),
    (CALENDAR, "to: 2024-10-07", "to: 2024-09-30", "2024-09-30",
     "holidays.0: `to` 2024-09-30 is before `from` 2024-10-01."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "at", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_line_and_key(
    policies: PolicyFiles, name: str, old: str, new: str, at: str, expected: str
) -> None:
    policies.change(name, old, new)
    line = policies.line_of(name, at) if at != "id:" else 1
    separator = ": " if at == "id:" else ", "
    assert policies.mistake() == f"policy/{name} line {line}{separator}{expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "policy/receivables.yaml: the file is empty."),
        ("- a\n- b\n", "policy/receivables.yaml line 1: expected `key: value` lines."),
        ("buckets: [\n", "policy/receivables.yaml line 2: "),
        ("risk:\n\twatch: 1\n",
         "policy/receivables.yaml line 2: begins with a tab, where YAML wants blanks"),
        ("dso_days: 91\ndso_days: 30\n",
         "policy/receivables.yaml line 2, dso_days: this key is written twice."),
        ("risk: {watch_from_day: 1, watch_from_day: 2}\n",
         "policy/receivables.yaml line 1, risk.watch_from_day: this key is written twice."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_yaml_is_named_with_its_line(
    policies: PolicyFiles, text: str, expected: str
) -> None:
    assert policies.put("receivables.yaml", text).mistake().startswith(expected)


def test_a_file_in_another_encoding_is_named(policies: PolicyFiles) -> None:
    policies.put("receivables.yaml", "")
    path = policies.root / "policy" / "receivables.yaml"
    path.write_bytes("buckets: 未到期".encode("gb18030"))
    assert policies.mistake() == "policy/receivables.yaml: not UTF-8 text (byte 11)."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("process: functionl",
         "process: there is no policy/process/functionl.yaml (did you mean functional?)."),
        ("calendar: ch ina", "calendar: there is no policy/calendar/ch ina.yaml, and no country "
         "has the code 'ch ina' (did you mean cn?)."),
        ("calendar: de-bay", "calendar: there is no policy/calendar/de-bay.yaml, and DE has no "
         "part with the code 'de-bay' (did you mean de-by?)."),
        ("fiscal_year_start_month: 13", "fiscal_year_start_month: expected at most 12; found 13."),
        ("org_view: as_it_was",
         "org_view: expected 'as_was' or 'as_is' (did you mean as_was?); found 'as_it_was'."),
        ("time_zone: Asia/Shangai",
         "time_zone: 'Asia/Shangai' is not a time zone such as Asia/Shanghai."),
        ("base_currency: rmb",
         "base_currency: expected a text of the form ^[A-Z]{3}$; found 'rmb'."),
        ("as_of: 2026-02-30", "as_of: expected a date such as 2026-01-31; found '2026-02-30'."),
        ("reports: [appraisals]",
         "reports.0: expected 'director_weekly', 'region_weekly', 'team_weekly', 'team_daily', "
         "'rep_weekly', 'finance', 'appraisal', 'commission_statement', 'kpi_browser' or "
         "'sales_ops' (did you mean appraisal?); "
         "found 'appraisals'."),
        ("reports: []", "reports: expected at least 1 of them."),
        ("base_curency: CNY", "base_curency: unknown key (did you mean base_currency?)."),
        ("memory_limit: lots", "memory_limit: expected a text of the form "),
        ("engine: {spark: 'http://host:15002'}", "engine.spark: 'http://host:15002' is no address "
         "of a Spark Connect server such as sc://host:15002; local starts one for the run."),
        ("engine: {spark: 'sc://host:15002/;token=abc'}", "engine.spark: a secret does not stand "
         "in a file; give the token in the environment as SPARK_CONNECT_AUTHENTICATE_TOKEN."),
        ("engine: {spark: local, folder: 's3a://bucket/x'}", "engine.folder: 's3a://bucket/x' is "
         "an object store, which DuckDB cannot open here; mount it, "),
        ("engine: {spark: local, folder: ''}", "engine.folder: is empty; give a folder "),
        ("engine: {spark: local, fodler: /mnt}",
         "engine.fodler: unknown key (did you mean folder?)."),
        ("engine: {spark: local, from_rows: -1}", "engine.from_rows: expected at least 0"),
        ("engine: {folder: /mnt}", "engine.spark: "),
        ("engine: spark", "engine: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_settings_is_one_sentence(
    policies: PolicyFiles, line: str, expected: str
) -> None:
    assert policies.settings(line).mistake().startswith(f"attain.yaml line 2, {expected}")


def second_plan(policies: PolicyFiles, *changes: tuple[str, str]) -> PolicyFiles:
    """The shipped plan of before once more under another name."""
    text = (policies.root / "policy" / COMMISSION).read_text(encoding="utf-8")
    for old, new in (("version: 1", "version: 3"), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    return policies.put("commission/zz_ours.yaml", text)


def test_two_plans_that_would_both_pay_a_role_are_a_mistake(policies: PolicyFiles) -> None:
    message = second_plan(policies).mistake()
    line = policies.line_of("commission/zz_ours.yaml", "valid_from:")
    assert message.startswith(f"policy/commission/zz_ours.yaml line {line}, valid_from: ")
    assert "rep_2024.yaml is in force for role 'rep' on the same days" in message
    assert "end one with valid_to" in message


@pytest.mark.parametrize(
    "changes",
    [
        [("valid_from: 2024-11-01", "valid_from: 2023-01-01"),
         ("valid_to: 2025-12-31", "valid_to: 2024-10-31")],
        [("role: rep", "role: director"), ("id: rep", "id: ours")],
        [("role: rep", "role: rep\nunits: [EAST]"), ("id: rep", "id: ours")],
    ],
    ids=["other days", "another role", "only some units"],
)  # fmt: skip
def test_plans_of_other_days_roles_or_units_stand_side_by_side(
    policies: PolicyFiles, changes: list[tuple[str, str]]
) -> None:
    before = len(policies.load().plans)
    assert len(second_plan(policies, *changes).load().plans) == before + 1


def test_a_version_of_a_plan_exists_once(policies: PolicyFiles) -> None:
    changes = (("version: 3", "version: 1"), ("role: rep", "role: director"))
    message = second_plan(policies, *changes).mistake()
    assert "version: " in message
    assert "rep_2024.yaml is version 1 of 'rep' too." in message


def test_days_between_two_versions_of_a_plan_are_a_mistake(policies: PolicyFiles) -> None:
    policies.change(COMMISSION, "valid_to: 2025-12-31", "valid_to: 2025-11-30")
    message = policies.mistake()
    assert "rep_2026.yaml line 7, valid_from: " in message
    assert "nobody of role 'rep' has a plan from 2025-12-01 on" in message
    assert message.endswith("Begin this one then, or leave out the other's valid_to.")


def test_two_schemes_that_would_both_score_a_role_are_a_mistake(policies: PolicyFiles) -> None:
    text = (policies.root / "policy" / APPRAISAL).read_text(encoding="utf-8")
    policies.put("appraisal/zz.yaml", text.replace("id: rep_quarterly", "id: ours"))
    assert "scores role 'rep' by the quarter too" in policies.mistake()


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("valid_from: 2025-01-01", "valid_from: 2024-01-01", "a higher version begins later."),
        ("role: rep", "role: sdr", "judges role 'rep'; give this one an id of its own."),
        ("period: quarter", "period: year", "judges by the quarter; give this one an id of its"),
    ],
)
def test_a_version_judges_the_same_people_from_a_later_day(
    policies: PolicyFiles, find: str, put: str, said: str
) -> None:
    text = (policies.root / "policy" / APPRAISAL).read_text(encoding="utf-8")
    if find != "valid_from: 2025-01-01":
        text = text.replace("valid_from: 2025-01-01", "valid_from: 2026-07-01")
    later = text.replace("version: 2", "version: 3").replace(find, put)
    policies.put("appraisal/zz.yaml", later)
    assert said in policies.mistake()


def test_limits_of_groups_need_groups(policies: PolicyFiles) -> None:
    path = policies.root / "policy" / APPRAISAL
    text = path.read_text(encoding="utf-8")
    grouping = re.compile(r"groups:|  - \{id: (?:results|customers|conduct|growth),|    group: ")
    ungrouped = [line for line in text.splitlines() if not grouping.match(line)]
    path.write_text("\n".join(ungrouped) + "\n", encoding="utf-8")
    assert "limits.group_least: needs `groups`" in policies.mistake()
